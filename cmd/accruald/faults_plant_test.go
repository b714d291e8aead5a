//go:build slow

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
)

// A fault is one thing that is made wrong: in the database behind the program's back, in a statement, or by an event that
// the vendor's books know and that was never sent.
type fault struct {
	name    string
	partner string
	// about are the ids of what is wrong; a finding is of this fault if it is of the partner and names one of them.
	about []string
	// kinds are those that may be found, the first of which must be.
	kinds []string
	undo  []string // statements

	cycles   []string                   // whose statements it is in
	adjusted bool                       // it is corrected by an adjustment: the statement is right
	kept     map[string]decimal.Decimal // amounts of orders in the statement that is right
}

// saboteur plants faults around triggers, as somebody with a superuser's password could.
type saboteur struct {
	pool  *pgxpool.Pool
	count int
}

// sabotage is a way to make one row wrong.
type sabotage struct {
	name, table string
	// choose selects the row's key, in $1 the partner, as text; the ids of what it is about follow it.
	choose string
	more   string   // selects more ids that it is about, in $1 the partner and in $2 the first id
	key    string   // columns of the primary key behind the partner
	change []string // statements on the row: {where} it is, {partner}, and the first ids as {0} and {1}
	kinds  []string
}

// at is where the row of a choice is.
func (s sabotage) at(partner string, key []string) string {
	var where strings.Builder
	fmt.Fprintf(&where, "partner_id = '%s'", partner)
	for i, column := range strings.Fields(s.key) {
		fmt.Fprintf(&where, " and %s::text = '%s'", column, key[i])
	}
	return where.String()
}

// plant makes one row of the partner wrong and returns what that is, or nil where the partner has no such row.
func (s *saboteur) plant(ctx context.Context, partner string, how sabotage) (*fault, error) {
	var found []string
	err := s.pool.QueryRow(ctx, how.choose, partner).Scan(&found)
	if err == pgx.ErrNoRows { //nolint:errorlint // as it is returned
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("choose %s of %s: %w", how.name, partner, err)
	}
	if how.more != "" {
		rows, err := s.pool.Query(ctx, how.more, partner, found[0])
		if err != nil {
			return nil, fmt.Errorf("choose what %s of %s concerns: %w", how.name, partner, err)
		}
		concerned, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("choose what %s of %s concerns: %w", how.name, partner, err)
		}
		found = append(found, concerned...)
	}
	keys := len(strings.Fields(how.key))
	where := how.at(partner, found[:keys])
	s.count++
	saved := fmt.Sprintf("public.saved_%d", s.count)
	steps := []string{fmt.Sprintf("create table %s as select * from %s where %s", saved, how.table, where)}
	for _, change := range how.change {
		steps = append(steps, strings.NewReplacer("{where}", where, "{partner}", partner, "{0}", found[0], "{1}", found[min(1, len(found)-1)]).Replace(change))
	}
	if err := s.behind(ctx, steps); err != nil {
		return nil, fmt.Errorf("plant %s of %s: %w", how.name, partner, err)
	}
	return &fault{name: how.name, partner: partner, about: slices.DeleteFunc(found, func(id string) bool { return id == "" }), kinds: how.kinds, undo: []string{
		fmt.Sprintf("delete from %s where %s", how.table, where),
		fmt.Sprintf("insert into %s select * from %s", how.table, saved), "drop table " + saved}}, nil
}

// behind runs statements around every trigger.
func (s *saboteur) behind(ctx context.Context, statements []string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		for _, statement := range append([]string{"set local session_replication_role = replica"}, statements...) {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
}

// loseOutgoing has one event lost on its way out, which was anybody's, and the partner's behind it wait for an hour: in a
// partition that nobody lives in, so that no relay comes by.
func (s *saboteur) loseOutgoing(ctx context.Context, partner string) ([]*fault, error) {
	var partition string
	if err := s.pool.QueryRow(ctx, `select partition::text from stream_position where partition < 64 and outbox_no = 0 order by partition limit 1`).Scan(&partition); err != nil {
		return nil, fmt.Errorf("choose a partition for lost events: %w", err)
	}
	if err := s.behind(ctx, []string{"update stream_position set outbox_no = 2 where partition = " + partition,
		fmt.Sprintf(`insert into outbox (partition, no, msg_id, type, partner_id, subject, time, time_offset, data, created_at)
			values (%s, 2, 'waits', 'statement.issued.v1', '%s', 'waits', now(), 0, '{}', now() - interval '1 hour')`, partition, partner)}); err != nil {
		return nil, fmt.Errorf("lose an outgoing event: %w", err)
	}
	return []*fault{
		{name: "lost outgoing event", partner: "_all", about: []string{partition}, kinds: []string{"outbox_gap"},
			undo: []string{"update stream_position set outbox_no = 0 where partition = " + partition}},
		{name: "unpublished event", partner: partner, about: []string{partition}, kinds: []string{"outbox_stuck"},
			undo: []string{"delete from outbox where partition = " + partition}},
	}, nil
}

// holdsOfDetail are the holds that freeze something of a detail.
const holdsOfDetail = `select h->>'HoldID' from incentive_detail, json_array_elements(document->'Holds') h where partner_id = $1 and detail_id = $2`

// sabotages are the ways, each with what it must be found as, and what follows from it that may be found too.
func sabotages() []sabotage {
	const anOrder = `select array[i.input_no::text, i.subject, i.event_id] from input i where i.partner_id = $1 and i.status = 'accepted' and i.type = '%s'
		order by md5(i.event_id) limit 1`
	return []sabotage{
		{name: "lost order", table: "input", key: "input_no", choose: fmt.Sprintf(anOrder, "order.placed.v1"),
			change: []string{"delete from input where {where}"}, kinds: []string{"event_lost", "effect_without_event", "posting_without_event"}},
		{name: "lost payment", table: "input", key: "input_no", choose: fmt.Sprintf(anOrder, "order.paid.v1"),
			change: []string{"delete from input where {where}"}, kinds: []string{"event_lost", "payment_missing", "effect_without_event", "posting_without_event"}},
		{name: "altered event", table: "input", key: "input_no", choose: fmt.Sprintf(anOrder, "repayment.received.v1"),
			change: []string{`update input set payload = convert_to(replace(convert_from(payload, 'UTF8'), '"amount":"', '"amount":"1'), 'UTF8') where {where}`},
			kinds:  []string{"event_altered"}},
		{name: "forgotten key", table: "inbox_key", key: "key_hash", choose: `select array[k.key_hash::text, k.input_no::text, i.event_id] from inbox_key k
			join input i using (partner_id, input_no) where k.partner_id = $1 and i.type = 'order.placed.v1' order by md5(i.event_id) desc limit 1`,
			change: []string{"delete from inbox_key where {where}"}, kinds: []string{"event_unknown"}},
		{name: "tampered posting", table: "posting", key: "posting_no", choose: `select array[posting_no::text, fact, coalesce(bill_id, ''), input_no::text] from posting
			where partner_id = $1 and bill_id is not null order by md5(posting_no::text) limit 1`,
			change: []string{"update posting set amount = amount + 1 where {where}"},
			kinds:  []string{"posting_altered", "posting_unbalanced", "ledger_differs", "bill_balance"}},
		{name: "deleted posting", table: "posting", key: "posting_no", choose: `select array[posting_no::text, fact, coalesce(bill_id, ''), input_no::text] from posting
			where partner_id = $1 order by md5(posting_no::text) desc limit 1`,
			change: []string{"delete from posting where {where}"},
			kinds:  []string{"posting_lost", "posting_altered", "posting_unbalanced", "ledger_differs", "bill_balance", "offset_unbalanced"}},
		{name: "wrong amount of a detail", table: "incentive_detail", key: "detail_id", choose: `select array[detail_id, bill_id, order_id] from incentive_detail
			where partner_id = $1 and bill_id is not null and amount > 0 and frozen = 0 order by md5(detail_id) limit 1`,
			change: []string{`update incentive_detail set amount = amount + 5, document = replace(document::text, '"Amount":"' || amount::text || '"', '"Amount":"' || (amount + 5)::text || '"')::json where {where}`},
			kinds:  []string{"ledger_differs", "amounts_differ", "row_differs", "bill_total"}},
		{name: "wrong amount in a column", table: "incentive_detail", key: "detail_id", choose: `select array[detail_id, bill_id, order_id] from incentive_detail
			where partner_id = $1 and bill_id is not null and amount > 0 order by md5(detail_id) desc limit 1`,
			change: []string{"update incentive_detail set amount = amount + 3 where {where}"},
			kinds:  []string{"row_differs", "bill_total", "ledger_differs", "amounts_differ"}},
		{name: "double detail", table: "incentive_detail", key: "detail_id", choose: `select array['X' || substr(detail_id, 2), detail_id, bill_id, order_id] from incentive_detail
			where partner_id = $1 and bill_id is not null and amount > 0 order by md5('d' || detail_id) limit 1`,
			more: strings.Replace(holdsOfDetail, "$2", "(select max(detail_id) from incentive_detail where partner_id = $1 and substr(detail_id, 2) = substr($2, 2))", 1),
			change: []string{`insert into incentive_detail select (json_populate_record(d, json_build_object('detail_id', '{0}', 'document',
				replace(d.document::text, '{1}', '{0}')::json))).* from incentive_detail d where partner_id = '{partner}' and detail_id = '{1}'`},
			kinds: []string{"detail_duplicate", "ledger_differs", "bill_total", "row_differs", "amounts_differ", "hold_amount", "bill_frozen"}},
		{name: "lost detail", table: "incentive_detail", key: "detail_id", choose: `select array[detail_id, bill_id, order_id] from incentive_detail d
			where partner_id = $1 and bill_id is not null and amount > 0 and frozen = 0 and not exists ( -- it was not doubled before
				select from incentive_detail x where x.partner_id = d.partner_id and x.detail_id <> d.detail_id and substr(x.detail_id, 2) = substr(d.detail_id, 2))
			order by md5('l' || detail_id) limit 1`,
			change: []string{"delete from incentive_detail where {where}"},
			kinds:  []string{"ledger_without_row", "detail_missing", "bill_total", "event_without_effect", "bill_frozen"}},
		{name: "wrong cycle of a bill", table: "incentive_bill", key: "bill_id", choose: `select array[bill_id] from incentive_bill
			where partner_id = $1 order by md5(bill_id) limit 1`,
			change: []string{"update incentive_bill set cycle = '2025-11' where {where}"}, kinds: []string{"row_differs", "detail_wrong_bill"}},
		{name: "wrong sum of a bill", table: "incentive_bill", key: "bill_id", choose: `select array[bill_id] from incentive_bill
			where partner_id = $1 order by md5(bill_id) desc limit 1`,
			change: []string{"update incentive_bill set payable = payable + 7, frozen = frozen - 7 where {where}"},
			kinds:  []string{"row_differs", "bill_balance", "bill_identity", "bill_frozen"}},
		{name: "lost hold", table: "hold", key: "hold_id", choose: `select array[hold_id] from hold where partner_id = $1 and open and amount > 0 order by md5(hold_id) limit 1`,
			more:   `select unnest(array[bill_id, detail_id]) from incentive_detail where partner_id = $1 and document::text like '%' || $2 || '%'`,
			change: []string{"delete from hold where {where}"}, kinds: []string{"hold_missing", "hold_amount", "bill_frozen"}},
		{name: "wrong amount of a hold", table: "hold", key: "hold_id", choose: `select array[hold_id] from hold where partner_id = $1 and open and amount > 0 order by md5(hold_id) desc limit 1`,
			change: []string{"update hold set amount = amount + 2 where {where}"}, kinds: []string{"row_differs", "hold_amount"}},
		{name: "filled coupon", table: "coupon", key: "coupon_id", choose: `select array[coupon_id, quota_id] from coupon where partner_id = $1 and spent > 0 order by md5(coupon_id) limit 1`,
			change: []string{"update coupon set balance = balance + 10, spent = spent - 10 where {where}"}, kinds: []string{"row_differs", "coupon_spent", "coupon_face"}},
		{name: "filled quota", table: "coupon_quota", key: "quota_id", choose: `select array[quota_id] from coupon_quota where partner_id = $1`,
			change: []string{"update coupon_quota set balance = balance + 100, issued = issued - 100 where {where}"},
			kinds:  []string{"row_differs", "quota_coupons", "quota_face"}},
		{name: "coupon that lost what it paid", table: "coupon", key: "coupon_id", choose: `select array[coupon_id, quota_id] from coupon where partner_id = $1 and spent > 10 order by md5(coupon_id) desc limit 1`,
			change: []string{`update coupon set balance = balance + 1, spent = spent - 1, document = (document::jsonb || jsonb_build_object('Spent', (spent - 1)::text))::json where {where}`},
			kinds:  []string{"coupon_face"}},
		{name: "repaid by nobody", table: "debt", key: "order_id", choose: `select array[order_id, currency] from debt where partner_id = $1 and credit > 0 order by md5(order_id) desc limit 1`,
			change: []string{`update debt set repaid = repaid + 100000000, document = (document::jsonb || jsonb_build_object('Repaid', (repaid + 100000000)::text))::json where {where}`},
			kinds:  []string{"repayment_overused"}},
		{name: "forgiven debt", table: "debt", key: "order_id", choose: `select array[order_id] from debt where partner_id = $1 and credit > 0 order by md5(order_id) limit 1`,
			change: []string{"update debt set credit = credit - 1 where {where}"}, kinds: []string{"row_differs", "debt_differs"}},
		{name: "request paid by nobody", table: "payment_request", key: "request_id", choose: `select array[request_id] from payment_request
			where partner_id = $1 and state = 'awaiting_invoice' order by request_id limit 1`,
			change: []string{`update payment_request set state = 'paid', document = replace(document::text, '"State":"awaiting_invoice"', '"State":"paid"')::json where {where}`},
			more:   `select b->>'BillID' from payment_request, json_array_elements(document->'Bills') b where partner_id = $1 and request_id = $2`,
			kinds:  []string{"payment_missing", "request_cover", "request_bills", "row_differs", "ledger_differs"}},
	}
}

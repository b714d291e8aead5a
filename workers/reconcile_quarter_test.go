package workers

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
)

// settledFault is something made wrong in the shipped quarter, which has bills,
// requests, invoices, coupons and usage.
type settledFault struct {
	name string
	// choose selects the partner, the row's id and what else it is about.
	choose string
	sql    string // in {p} the partner, in {id} the row, in {2} what it is about
	kinds  string // the first names what was chosen; the others may follow from it
}

// settledFaults are planted at once, each into rows of its own.
var settledFaults = []settledFault{
	{"decision number too many", `select 'P130', 'decision_no', ''`, `update partner set decision_no = decision_no + 1 where partner_id = '{p}'`, "decision_lost"},
	{"amount of a bill that makes no sum", `select partner_id, bill_id, '' from incentive_bill where partner_id = 'P110' and requested = 0 and paid_out = 0 and document is not null order by bill_id limit 1`,
		`update incentive_bill set document = (document::jsonb || jsonb_build_object('Amounts', document::jsonb->'Amounts' || jsonb_build_object('Payable', (payable + 1)::text)))::json where partner_id = '{p}' and bill_id = '{id}'`,
		"bill_identity row_differs bill_balance ledger_differs"},
	{"bill netted with no other", `select partner_id, bill_id, association from incentive_bill where partner_id = 'P120' and requested = 0 and paid_out = 0 and document is not null order by bill_id limit 1`,
		`update incentive_bill set "offset" = "offset" + 1, payable = payable - 1, document = (document::jsonb || jsonb_build_object('Amounts', document::jsonb->'Amounts' || jsonb_build_object('Payable', (payable - 1)::text, 'Offset', ("offset" + 1)::text)))::json where partner_id = '{p}' and bill_id = '{id}'`,
		"offset_unbalanced bill_balance ledger_differs"},
	{"request for more than its bill gave", `select partner_id, request_id, document->'Bills'->0->>'BillID' from payment_request where partner_id = 'P130' and state = 'processing' and json_array_length(document->'Bills') = 1 order by request_id limit 1`,
		`update payment_request set amount = amount + 1, document = (document::jsonb || jsonb_build_object('Amount', (amount + 1)::text, 'Bills', jsonb_build_array(jsonb_build_object('BillID', '{2}', 'Amount', (amount + 1)::text))))::json where partner_id = '{p}' and request_id = '{id}'`,
		"request_bills ledger_differs"},
	{"request paying without an invoice", `select partner_id, request_id, '' from payment_request where state = 'awaiting_invoice' order by request_id limit 1`,
		`update payment_request set state = 'paying', document = (document::jsonb || '{"State": "paying"}')::json where partner_id = '{p}' and request_id = '{id}'`,
		"request_cover ledger_differs"},
	{"invoice of a paid request returned", `select i.partner_id, i.invoice_id, i.request_id from invoice i join payment_request r using (partner_id, request_id) where r.state = 'paid' and i.state = 'issued' order by invoice_id limit 1`,
		`update invoice set state = 'returned', document = (document::jsonb || '{"State": "returned"}')::json where partner_id = '{p}' and invoice_id = '{id}'`,
		"paid_invoice_returned"},
	{"invoice of no request", `select partner_id, 'NOBODYS', invoice_id from invoice where request_id is not null order by invoice_id desc limit 1`,
		`insert into invoice select (jsonb_populate_record(i, jsonb_build_object('invoice_id', '{id}', 'request_id', 'NONE', 'document', document::jsonb || '{"ID": "{id}", "RequestID": "NONE"}'))).* from invoice i where partner_id = '{p}' and invoice_id = '{2}'`,
		"invoice_without_request effect_without_event"},
	{"invoice gone", `select i.partner_id, n.input_no::text, i.invoice_id from invoice i join input n on n.partner_id = i.partner_id and n.type = 'invoice.triggered.v1' and convert_from(n.payload, 'UTF8')::json->>'invoice_id' = i.invoice_id
			and convert_from(n.payload, 'UTF8')::json->>'trigger' = 'apply' where i.request_id is null order by i.invoice_id limit 1`,
		`delete from invoice where partner_id = '{p}' and invoice_id = '{2}'`, "event_without_effect"},
	{"coupon that nobody issued", `select partner_id, 'FORGED', coupon_id from coupon where partner_id = 'P120' and spent = 0 order by coupon_id limit 1`,
		`insert into coupon select (jsonb_populate_record(c, jsonb_build_object('coupon_id', '{id}', 'document', document::jsonb || '{"ID": "{id}"}'))).* from coupon c where partner_id = '{p}' and coupon_id = '{2}'`,
		"effect_without_event quota_coupons"},
	{"coupon of less than was paid with it", `select partner_id, coupon_id, '' from coupon where partner_id = 'P110' and spent > 2 order by coupon_id limit 1`,
		`update coupon set balance = -1, face_value = face_value - balance - 1, document = (document::jsonb || jsonb_build_object('FaceValue', (face_value - balance - 1)::text))::json where partner_id = '{p}' and coupon_id = '{id}'`,
		"coupon_overdrawn quota_coupons"},
	{"coupon that paid what no order says", `select partner_id, coupon_id, '' from coupon where partner_id = 'P120' and spent > 2 order by coupon_id limit 1`,
		`update coupon set balance = balance - 1, spent = spent + 1, document = (jsonb_set(document::jsonb, '{Entries,0,Amount}', to_jsonb(((document#>>'{Entries,0,Amount}')::numeric + 1)::text)) || jsonb_build_object('Spent', (spent + 1)::text))::json where partner_id = '{p}' and coupon_id = '{id}'`,
		"coupon_spent coupon_overdrawn"},
	{"coupon whose entries do not make its balance", `select partner_id, coupon_id, '' from coupon where partner_id = 'P130' and spent > 2 order by coupon_id limit 1`,
		`update coupon set balance = balance + 1, spent = spent - 1, document = (document::jsonb || jsonb_build_object('Spent', (spent - 1)::text))::json where partner_id = '{p}' and coupon_id = '{id}'`,
		"coupon_face"},
	{"quota of less than was issued", `select partner_id, quota_id, '' from coupon_quota where partner_id = 'P120' order by quota_id limit 1`,
		`update coupon_quota set balance = -1, amount = amount - balance - 1, document = (document::jsonb || jsonb_build_object('Amount', (amount - balance - 1)::text))::json where partner_id = '{p}' and quota_id = '{id}'`,
		"quota_overdrawn"},
	{"quota that got back what no coupon gave", `select partner_id, quota_id, '' from coupon_quota where partner_id = 'P130' order by quota_id limit 1`,
		`update coupon_quota set balance = balance + 1, given_back = given_back + 1, document = (document::jsonb || jsonb_build_object('GivenBack', (given_back + 1)::text))::json where partner_id = '{p}' and quota_id = '{id}'`,
		"quota_face"},
	{"quota that issued what no coupon has", `select partner_id, quota_id, '' from coupon_quota where partner_id = 'P110' and issued > 0 order by quota_id limit 1`,
		`update coupon_quota set balance = balance - 1, issued = issued + 1, document = (document::jsonb || jsonb_build_object('Issued', (issued + 1)::text))::json where partner_id = '{p}' and quota_id = '{id}'`,
		"quota_coupons"},
	{"usage of another customer", `select partner_id, max(usage_id), resource_id from usage where partner_id = 'P110' and not refused group by partner_id, resource_id having count(*) > 1 order by resource_id limit 1`,
		`update usage set document = jsonb_set(document::jsonb, '{Use,CustomerID}', '"OTHER"')::json where partner_id = '{p}' and usage_id = '{id}'`,
		"usage_two_customers"},
	{"usage metered twice", `select partner_id, usage_id, '' from (select *, lag(document#>>'{Use,Window,From}') over (partition by resource_id, document#>>'{Use,UsageFactor}' order by (document#>>'{Use,Window,From}')::timestamptz) as before from usage where partner_id = 'P120' and not refused) u where before is not null order by usage_id limit 1`,
		`update usage set document = jsonb_set(document::jsonb, '{Use,Window,From}', to_jsonb(to_char((document#>>'{Use,Window,From}')::timestamptz - interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SSOF":00"')))::json where partner_id = '{p}' and usage_id = '{id}'`,
		"usage_overlap"},
	{"usage that earned nothing, not even a reason", `select d.partner_id, d.detail_id, d.order_id from incentive_detail d join customer_order o using (partner_id, order_id) where d.partner_id = 'P110' and o.document->>'Kind' = 'usage' order by d.detail_id limit 1`,
		`delete from incentive_detail where partner_id = '{p}' and detail_id = '{id}'`,
		"detail_missing ledger_without_row bill_total bill_frozen hold_amount"},
	{"more repaid than received", `select partner_id, order_id, currency from debt where partner_id = 'P130' and repaid > 0 order by order_id limit 1`,
		`update debt set repaid = repaid + 1000000, document = (document::jsonb || jsonb_build_object('Repaid', (repaid + 1000000)::text))::json where partner_id = '{p}' and order_id = '{id}'`,
		"repayment_overused"},
	{"moved both ways at once", `select 'P110', 'NOMAD', 'P120'`, `insert into reference_log
		select p, 900000 + n, '/test', 'move/' || p || n, t, '{id}', now(), 0, convert_to(json_build_object('customer_id', '{id}', 'partner_id', p, 'effective_time', '2026-03-01T00:00:00Z', 'next_partner_id', q, 'association', 'resale', 'settlement', 'immediate')::text, 'UTF8'), decode(repeat('00', 32), 'hex')
		from (values ('P110', 1, 'customer.associated.v1', null), ('P110', 2, 'customer.disassociated.v1', 'P120'), ('P120', 3, 'customer.associated.v1', null), ('P120', 4, 'customer.disassociated.v1', 'P110')) v (p, n, t, q)`,
		"customer_without_partner"},
	{"outgoing event deleted", `select '_all', (min(no) + 2)::text, partition::text from outbox where partition < 64 group by partition order by count(*) desc limit 1`,
		`delete from outbox where partition = {2} and no = {id}`, "outbox_gap"},
	{"outgoing event under a number of the future", `select '_all', (max(no) + 3)::text, min(partition)::text from outbox where partner_id = 'P120'`,
		`insert into outbox select (jsonb_populate_record(o, jsonb_build_object('no', {id}, 'msg_id', 'forged'))).* from outbox o where partition = {2} order by no limit 1`, "outbox_unknown"},
	{"outgoing event that nobody publishes", `select partner_id, min(partition)::text, max(no)::text from outbox where partner_id = 'P130' group by partner_id`,
		`update outbox set created_at = now() - interval '1 hour' where partition = {id} and no = {2}`, "outbox_stuck"},
}

// names tells whether one of a finding's keys has a value.
func names(f db.Finding, value string) bool {
	return strings.Contains(string(f.Keys), `"value":"`+value+`"`)
}

// postUnbalanced adds a posting as somebody could who knows how postings are
// chained: its hash continues the chain, and the partner's row agrees.
func (w *world) postUnbalanced(tx pgx.Tx, partner string) {
	w.t.Helper()
	var no, input int64
	var fact, account, bill, currency, amount string
	var before []byte
	if err := tx.QueryRow(w.t.Context(), `select posting_no, input_no, fact, account, coalesce(bill_id, ''), currency, trim_scale(amount)::text, hash from posting
		where partner_id = $1 order by posting_no desc limit 1`, partner).Scan(&no, &input, &fact, &account, &bill, &currency, &amount, &before); err != nil {
		w.t.Fatal(err)
	}
	h := sha256.New()
	write := func(parts ...any) {
		for _, part := range parts {
			if text, is := part.(string); is {
				_ = binary.Write(h, binary.BigEndian, int64(len(text)))
				_, _ = h.Write([]byte(text))
			} else {
				_ = binary.Write(h, binary.BigEndian, part)
			}
		}
	}
	_, _ = h.Write(before)
	write(partner, no+1, input, fact, account, bill, currency, amount)
	if _, err := tx.Exec(w.t.Context(), `insert into posting select partner_id, posting_no + 1, input_no, fact, account, bill_id, currency, amount, $2 from posting
		where partner_id = $1 and posting_no = $3`, partner, h.Sum(nil), no); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(w.t.Context(), `update partner set posting_no = posting_no + 1, posting_hash = $2 where partner_id = $1`, partner, h.Sum(nil)); err != nil {
		w.t.Fatal(err)
	}
}

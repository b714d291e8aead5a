package workers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

// compare compares the recorded partner with the replayed one: what became of
// inputs, postings, rows. Of one that is not replayed whole there are postings
// up to where it goes; rows are what later inputs made of them.
func (r *replay) compare(ctx context.Context, p *ReplayedPartner) error {
	if p.Whole {
		if err := r.decisions(ctx, p); err != nil {
			return err
		}
	}
	if err := r.postings(ctx, p); err != nil {
		return err
	}
	if !p.Whole {
		return nil
	}
	return r.rows(ctx, p)
}

// A side is one of two results that are read beside each other.
type side[R any] struct {
	rows pgx.Rows
	scan pgx.RowToFunc[R]
}

// next returns the next row, nil behind the last.
func (s side[R]) next() (*R, error) {
	if !s.rows.Next() {
		return nil, s.rows.Err()
	}
	row, err := s.scan(s.rows)
	return &row, err
}

// beside runs one statement over the replayed and the recorded partner.
func beside[R any](ctx context.Context, r *replay, partnerID, query string, with func(expected, found side[R]) error) error {
	again, err := r.scratch.Query(ctx, query, partnerID)
	if err != nil {
		return err
	}
	defer again.Close()
	live, err := r.live.Query(ctx, query, partnerID)
	if err != nil {
		return err
	}
	defer live.Close()
	return with(side[R]{again, pgx.RowToStructByPos[R]}, side[R]{live, pgx.RowToStructByPos[R]})
}

// decisions compares what became of each input, under which number.
func (r *replay) decisions(ctx context.Context, p *ReplayedPartner) error {
	return beside(ctx, r, p.PartnerID, db.ReplayDecisions, func(expected, found side[db.ReplayDecisionsRow]) error {
		for {
			want, err := expected.next()
			if err != nil {
				return err
			}
			is, err := found.next()
			if err != nil {
				return err
			}
			if want == nil && is == nil {
				return nil
			}
			at := is
			if at == nil {
				at = want
			}
			p.Decided(&reconciliation.Event{InputNo: at.InputNo, Type: at.Type, Source: at.Source, ID: at.EventID}, became(want), became(is))
		}
	})
}

func became(row *db.ReplayDecisionsRow) string {
	if row == nil {
		return "no input"
	}
	return fmt.Sprintf("input %d, %s of %s: %s %s, decision %d, reference data %d and %d, chain %q, waits for %q, retryable %t, %d attempts, content %x",
		row.InputNo, row.EventID, row.Source, row.Status, row.Code, deref(row.DecisionNo), row.ReferenceVersion, row.PartnerVersion,
		deref(row.ChainKey), deref(row.WaitsFor), row.Retryable, row.Attempts, row.ContentHash)
}

// A fact's account, for its balance.
type account struct {
	fact, account string
	currency      money.Currency
}

// balances are the sums of both sides, of accounts behind the first posting
// that differs, each with the first input that posted otherwise.
type balances struct {
	expected, found map[account]decimal.Decimal
	first           map[account]int64
}

func (b *balances) add(sums map[account]decimal.Decimal, l *db.LedgerOfPartnerRow) {
	key := account{l.Fact, l.Account, money.Currency(l.Currency)}
	sums[key] = sums[key].Add(l.Amount)
	if at, known := b.first[key]; !known || l.InputNo < at {
		b.first[key] = l.InputNo
	}
}

// postings compares the ledgers, posting by posting, and from the first that
// differs on what facts come to.
func (r *replay) postings(ctx context.Context, p *ReplayedPartner) error {
	b := balances{map[account]decimal.Decimal{}, map[account]decimal.Decimal{}, map[account]int64{}}
	var want, is *db.LedgerOfPartnerRow
	differ := false
	err := beside(ctx, r, p.PartnerID, db.LedgerOfPartner, func(expected, found side[db.LedgerOfPartnerRow]) (err error) {
		for {
			if want, err = expected.next(); err != nil {
				return err
			}
			if want == nil && !p.Whole {
				return nil // the ledger goes on behind what is replayed
			}
			if is, err = found.next(); err != nil {
				return err
			}
			if want == nil && is == nil {
				return nil
			}
			p.Postings++
			if same := want != nil && is != nil && samePosting(want, is); !same && !differ {
				differ = true
				p.Posted(lineOf(want), lineOf(is), r.eventOf(ctx, p.PartnerID, firstOf(want, is)))
			} else if same && !differ {
				continue
			}
			if want != nil {
				b.add(b.expected, want)
			}
			if is != nil {
				b.add(b.found, is)
			}
		}
	})
	if err != nil {
		return err
	}
	keys := make([]account, 0, len(b.first))
	for key := range b.first {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y account) int {
		return cmp.Or(cmp.Compare(b.first[x], b.first[y]), strings.Compare(x.fact, y.fact), strings.Compare(x.account, y.account), cmp.Compare(x.currency, y.currency))
	})
	for _, key := range keys {
		if !b.expected[key].Equal(b.found[key]) {
			p.Balance(key.fact, key.account, key.currency, b.expected[key], b.found[key], r.eventOf(ctx, p.PartnerID, b.first[key]))
		}
	}
	return nil
}

func samePosting(a, b *db.LedgerOfPartnerRow) bool {
	return a.PostingNo == b.PostingNo && a.InputNo == b.InputNo && a.Fact == b.Fact && a.Account == b.Account && a.BillID == b.BillID &&
		a.Currency == b.Currency && a.Amount.Equal(b.Amount) && string(a.Hash) == string(b.Hash)
}

// firstOf is the input that the difference begins with: of a posting that one
// side lacks the one behind it may be of an earlier input.
func firstOf(want, is *db.LedgerOfPartnerRow) int64 {
	if want != nil { // it follows from the inputs, whatever stands there
		return want.InputNo
	}
	return is.InputNo
}

func lineOf(row *db.LedgerOfPartnerRow) *reconciliation.PostedLine {
	if row == nil {
		return nil
	}
	return &reconciliation.PostedLine{No: row.PostingNo, InputNo: row.InputNo, Fact: row.Fact, Account: row.Account, Bill: row.BillID,
		Amount: row.Amount.String(), Currency: money.Currency(row.Currency), Hash: fmt.Sprintf("%x", row.Hash)}
}

// eventOf names an input by what the replay has of it.
func (r *replay) eventOf(ctx context.Context, partnerID string, inputNo int64) *reconciliation.Event {
	rows, err := db.New(r.scratch).ReplayInputs(ctx, partnerID, inputNo-1, 1)
	if err != nil || len(rows) == 0 || rows[0].InputNo != inputNo {
		return &reconciliation.Event{InputNo: inputNo} // named by its number alone
	}
	return &reconciliation.Event{InputNo: inputNo, Type: rows[0].Type, Source: rows[0].Source, ID: rows[0].EventID}
}

// rowKey names a row over all tables.
type rowKey struct{ table, id string }

// documents are what both sides have of a row that differs.
type rowDocuments struct{ expected, found string }

// rows compares the documents of all rows.
func (r *replay) rows(ctx context.Context, p *ReplayedPartner) error {
	var keys []rowKey
	differing := map[rowKey]rowDocuments{}
	note := func(row *db.ReplayRowsRow, d rowDocuments) {
		key := rowKey{row.Kind, row.ID}
		keys = append(keys, key)
		differing[key] = d
	}
	err := beside(ctx, r, p.PartnerID, db.ReplayRows, func(expected, found side[db.ReplayRowsRow]) error {
		want, err := expected.next()
		if err != nil {
			return err
		}
		is, err := found.next()
		for err == nil && (want != nil || is != nil) {
			p.Rows++
			switch order := compareRows(want, is); {
			case order < 0:
				note(want, rowDocuments{expected: want.Document})
				want, err = expected.next()
			case order > 0:
				note(is, rowDocuments{found: is.Document})
				is, err = found.next()
			default:
				if want.Document != is.Document {
					note(want, rowDocuments{want.Document, is.Document})
				}
				if want, err = expected.next(); err == nil {
					is, err = found.next()
				}
			}
		}
		return err
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	last, err := r.lastChanges(ctx, p.PartnerID, differing)
	if err != nil {
		return err
	}
	for _, key := range keys {
		p.Row(key.table, key.id, differing[key].expected, differing[key].found, last[key])
	}
	return nil
}

// compareRows orders rows as the statement does, bytewise; none is behind all.
func compareRows(want, is *db.ReplayRowsRow) int {
	switch {
	case want == nil:
		return 1
	case is == nil:
		return -1
	case want.Kind != is.Kind:
		return strings.Compare(want.Kind, is.Kind)
	default:
		return strings.Compare(want.ID, is.ID)
	}
}

// lastChanges replays a partner once more, in memory, and tells of rows which
// input changed each last: that is rare, and of one partner at a time.
func (r *replay) lastChanges(ctx context.Context, partnerID string, rows map[rowKey]rowDocuments) (map[rowKey]*reconciliation.Event, error) {
	last := map[rowKey]*reconciliation.Event{}
	p := decision.NewPartner(partnerID, r.sites, decision.NewPartnerReference(), true)
	again := &record{replay: r, partner: &ReplayedPartner{Replayed: reconciliation.Replayed{PartnerID: partnerID}}}
	for {
		turns, err := again.next(ctx)
		if err != nil || len(turns) == 0 {
			return last, err
		}
		for _, turn := range turns {
			if _, err := p.Replay(r.common, turn); err != nil {
				return nil, err
			}
			at := &reconciliation.Event{InputNo: turn.InputNo}
			if turn.Event != nil {
				at.Type, at.Source, at.ID = turn.Event.Type, turn.Event.Source, turn.Event.ID
			}
			p.EachChange(func(table, id string) {
				key := rowKey{table, id}
				if _, differs := rows[key]; differs {
					last[key] = at
				}
			})
			p.Keep()
		}
	}
}

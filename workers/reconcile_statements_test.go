package workers

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/site"
)

// vendorLine is what the vendor bills of one order.
type vendorLine struct {
	customer, cycle, kind, order, original, amount string
}

// vendorBill is the vendor's statement of March as told by the events that went out of the worker.
func (w *world) vendorBill(partner string) map[string]vendorLine {
	w.t.Helper()
	bill := map[string]vendorLine{}
	for _, out := range w.outs {
		settled, ok := out.Data.(*events.OrderSettled)
		if !ok || out.PartnerID != partner {
			continue
		}
		order := w.memory.Partners[partner].Orders.Get(settled.OrderID)
		if order == nil || order.Association != "resale" {
			continue
		}
		l := vendorLine{customer: order.CustomerID, cycle: "2026-03", kind: "Expenditure", order: settled.OrderID}
		var sum decimal.Decimal
		for _, tender := range settled.Tenders {
			sum = sum.Add(tender.Amount.Decimal)
		}
		if settled.Refund != nil {
			l.kind, sum = "Refund", settled.Refund.RefundAmount.Decimal
		}
		l.amount = sum.StringFixed(2)
		bill[l.order] = l
	}
	return bill
}

func (w *world) importBill(partner string, bill map[string]vendorLine, more ...vendorLine) {
	w.t.Helper()
	w.importFile(partner, "2026-03", "CNY", bill, more...)
}

func (w *world) importFile(partner, cycle, currency string, bill map[string]vendorLine, more ...vendorLine) {
	w.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "Customer ID,Billing Cycle,Bill Type,Order ID,Original Order ID,Amount (%s)\n", currency)
	for _, l := range append(slices.SortedFunc(maps.Values(bill), func(a, b vendorLine) int { return cmp.Compare(a.order, b.order) }), more...) {
		fmt.Fprintf(&text, "%s,%s,%s,%s,%s,%s\n", l.customer, l.cycle, l.kind, l.order, l.original, l.amount)
	}
	path := filepath.Join(w.t.TempDir(), "bill.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if _, err := ImportStatement(w.t.Context(), w.pool, site.Default(), StatementFile{Path: path, PartnerID: partner, Cycle: calendar.Cycle(cycle), Again: true}); err != nil {
		w.t.Fatal(err)
	}
}

// ofStatements lists the open findings about statements as "kind order".
func (w *world) ofStatements() (list []string, rows []db.Finding) {
	w.t.Helper()
	for _, f := range w.open() {
		info, _ := reconciliation.Info(reconciliation.Kind(f.Kind))
		if info.Pair == reconciliation.PairStatements {
			_, order, _ := strings.Cut(string(f.Keys), `"order_id","value":"`)
			order, _, _ = strings.Cut(order, `"`)
			list, rows = append(list, f.Kind+" "+order), append(rows, f)
		}
	}
	slices.Sort(list)
	return list, rows
}

// TestBooksAgainstStatements: a statement of what was decided agrees; what is changed in it is found, also by an incremental
// run, answered by adjustments that refer to it, and gone with a corrected file.
func TestBooksAgainstStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 5, "P1", "P2")
	w.process(w.deliver(h.reference("immediate", "credit"))...)
	w.process(w.deliver(h.facts(80, 2))...)
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	w.reconciled(ReconcileIncremental)

	bill := w.vendorBill("P1")
	w.importBill("P1", bill)
	run := w.reconciled(ReconcileIncremental)
	if list, rows := w.ofStatements(); len(list) != 0 || run.Partners != 1 || len(bill) < 10 {
		t.Fatalf("a statement of %d orders: %q %+v", len(bill), list, rows)
	}

	var paid []string
	for id, l := range bill {
		if l.kind == "Expenditure" && decimal.RequireFromString(l.amount).IsPositive() {
			paid = append(paid, id)
		}
	}
	slices.Sort(paid)
	changed := bill[paid[0]]
	changed.amount = decimal.RequireFromString(changed.amount).Add(decimal.New(150, -2)).StringFixed(2)
	wrong := maps.Clone(bill)
	wrong[paid[0]] = changed
	delete(wrong, paid[1])
	foreign := vendorLine{"C1", "2026-03", "Adjustment", "VENDOR-1", paid[2], "-2.00"}
	w.importBill("P1", wrong, foreign, wrong[paid[3]])
	w.reconciled(ReconcileIncremental)
	want := []string{"amount_differs " + paid[0], "duplicate_line " + paid[3], "missing_in_books " + paid[2], "missing_in_statement " + paid[1]}
	list, rows := w.ofStatements()
	if !slices.Equal(list, want) {
		t.Fatalf("found %q, want %q", list, want)
	}
	for _, f := range rows {
		evident(t, f)
	}

	h.at = time.Date(2026, 4, 8, 9, 0, 0, 0, shanghai)
	var drafts []*events.AdjustmentPosted
	for _, f := range rows {
		data, err := DraftAdjustment(t.Context(), w.pool, AdjustmentWish{FindingID: f.FindingID[:10], Actor: "test"})
		if err != nil || data.Corrects != f.FindingID || !data.Amount.Equal(f.Difference) || !strings.HasSuffix(data.Reason, "(test)") {
			t.Fatalf("the answer to %s is %+v: %v", f.Kind, data, err)
		}
		h.add("P1", "adjustment.posted/"+data.AdjustmentID, data.AdjustmentID, data)
		drafts = append(drafts, data)
	}
	w.process(w.deliver(h.take())...)
	w.reconciled(ReconcileIncremental)
	if list, rows := w.ofStatements(); len(list) != 0 {
		t.Fatalf("behind the adjustments: %q %+v", list, rows)
	}

	for _, data := range drafts {
		if _, err := DraftAdjustment(t.Context(), w.pool, AdjustmentWish{FindingID: data.Corrects, Actor: "test"}); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("a closed finding is answered: %v", err)
		}
	}

	// The vendor corrects its file after all: now the adjustments are what differs.
	w.importBill("P1", bill)
	w.reconciled(ReconcileFull)
	list, _ = w.ofStatements()
	if want := []string{"amount_differs " + paid[0], "amount_differs " + paid[1], "amount_differs " + paid[3]}; !slices.Equal(list, want) {
		t.Errorf("under the corrected file: %q, want %q", list, want)
	}
	w.answersTheRest()
	w.refusesAnswers(list[0], paid)
}

// TestOrdersThatStatementsHaveElsewhere: an order that a statement has as another
// customer's, as another type of bill, in another currency or in another cycle
// is one finding that says so, with the rows of both sides.
func TestOrdersThatStatementsHaveElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 6, "P1")
	w.process(w.deliver(h.reference("immediate", "credit"))...)
	w.process(w.deliver(h.facts(40, 2))...)
	h.fire(decision.JobCloseCycle, time.Date(2026, 5, 1, 0, 10, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	bill := w.vendorBill("P1")
	paid := slices.Sorted(maps.Keys(bill))
	paid = slices.DeleteFunc(paid, func(id string) bool {
		return bill[id].kind != "Expenditure" || !decimal.RequireFromString(bill[id].amount).IsPositive()
	})
	customer, kind, cycle := bill[paid[0]], bill[paid[1]], bill[paid[3]]
	customer.customer = map[string]string{"C0": "C1", "C1": "C0"}[customer.customer]
	kind.kind, cycle.cycle = "Adjustment", "2026-04"
	foreign := bill[paid[2]]
	bill[paid[0]], bill[paid[1]] = customer, kind
	delete(bill, paid[2])
	delete(bill, paid[3])
	w.importBill("P1", bill)
	w.importFile("P1", "2026-03", "USD", nil, foreign)
	w.importFile("P1", "2026-04", "CNY", nil, cycle)
	w.reconciled(ReconcileFull)
	list, rows := w.ofStatements()
	if want := []string{"bill_type_differs " + paid[1], "currency_differs " + paid[2], "customer_differs " + paid[0], "cycle_differs " + paid[3]}; !slices.Equal(list, want) {
		t.Errorf("found %q, want %q", list, want)
	}
	for _, f := range rows {
		evidence := readEvidence(t, f)
		ours := slices.ContainsFunc(evidence, func(r reconciliation.Row) bool { return r.Source == "customer_order" })
		theirs := slices.ContainsFunc(evidence, func(r reconciliation.Row) bool { return strings.HasPrefix(r.Source, "bill.csv") })
		if !ours || !theirs {
			t.Errorf("%s: evidence %v", f.Kind, evidence)
		}
	}
}

// refusesAnswers looks at what cannot be adjusted, and at a repetition.
func (w *world) refusesAnswers(open string, paid []string) {
	w.t.Helper()
	_, rows := w.ofStatements()
	first := rows[0]
	half := first.Difference.Add(dec("0.01"))
	draft, err := DraftAdjustment(w.t.Context(), w.pool, AdjustmentWish{FindingID: first.FindingID, Amount: &half, Actor: "test"})
	if err != nil {
		w.t.Fatalf("answer %s: %v", open, err)
	}
	again, err := DraftAdjustment(w.t.Context(), w.pool, AdjustmentWish{FindingID: first.FindingID, Amount: &half, Actor: "test"})
	if err != nil || again.AdjustmentID != draft.AdjustmentID {
		w.t.Errorf("the same answer has another id: %+v %v", again, err)
	}
	ev, err := events.New(events.Envelope{ID: "a", Source: "/test", Subject: draft.AdjustmentID, PartitionKey: "P1", Time: first.OpenedAt.Truncate(time.Microsecond)}, draft)
	if err != nil {
		w.t.Fatal(err)
	}
	w.process(w.deliver([]*events.Event{ev})...)
	if _, err := DraftAdjustment(w.t.Context(), w.pool, AdjustmentWish{FindingID: first.FindingID, Amount: &half, Actor: "test"}); !errors.Is(err, ErrAdjusted) {
		w.t.Errorf("a repetition: %v", err)
	}
	nothing, thin := decimal.Decimal{}, dec("0.001")
	for want, wish := range map[string]AdjustmentWish{
		"there is no finding":      {FindingID: "none"},
		"no order":                 {FindingID: first.FindingID, OrderID: "NONE"},
		"no bill":                  {FindingID: first.FindingID, BillID: "NONE"},
		"no amount":                {FindingID: first.FindingID, Amount: &nothing},
		"of an order or of a bill": {FindingID: first.FindingID, OrderID: paid[0], BillID: "B"},
		"decimals":                 {FindingID: first.FindingID, Amount: &thin},
	} {
		if _, err := DraftAdjustment(w.t.Context(), w.pool, wish); err == nil || !strings.Contains(err.Error(), want) {
			w.t.Errorf("%+v: %v, want %q", wish, err, want)
		}
	}
}

// answersTheRest answers a finding by halves: what is left has the amount of what was adjusted, and is adjusted as well.
func (w *world) answersTheRest() {
	w.t.Helper()
	_, rows := w.ofStatements()
	at := slices.IndexFunc(rows, func(f db.Finding) bool { return f.Difference.Abs().Equal(dec("1.50")) })
	if at < 0 {
		w.t.Fatalf("no difference of 1.50 is open: %+v", rows)
	}
	id, half := rows[at].FindingID, dec("0.75")
	if rows[at].Difference.IsNegative() {
		half = half.Neg()
	}
	for step, left := range []decimal.Decimal{half, {}} {
		draft, err := DraftAdjustment(w.t.Context(), w.pool, AdjustmentWish{FindingID: id, Amount: &half, Actor: "test"})
		if err != nil {
			w.t.Fatalf("half %d: %v", step+1, err)
		}
		ev, err := events.New(events.Envelope{ID: fmt.Sprint("half/", step), Source: "/test", Subject: draft.AdjustmentID, PartitionKey: "P1", Time: rows[at].OpenedAt.Truncate(time.Microsecond)}, draft)
		if err != nil {
			w.t.Fatal(err)
		}
		w.process(w.deliver([]*events.Event{ev})...)
		w.reconciled(ReconcileIncremental)
		_, open := w.ofStatements()
		still := slices.IndexFunc(open, func(f db.Finding) bool { return f.FindingID == id })
		if left.IsZero() != (still < 0) || still >= 0 && !open[still].Difference.Equal(left) {
			w.t.Errorf("behind half %d: %+v", step+1, open)
		}
	}
}

package summary

import (
	"io"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
)

// messageWidth is how much of a rejection's sentence a line shows.
const messageWidth = 110

// WriteText writes the summary as a person reads it.
func (s *Summary) WriteText(w io.Writer) error {
	var t text
	if s.Input != nil {
		i := s.Input
		t.Line("Events: %s read = %s repeats + %s reference data and job runs + %s for partners.",
			table.Number(i.Sent), table.Number(i.Duplicates), table.Number(i.Shared), table.Number(i.Sent-i.Duplicates-i.Shared))
	}
	e := s.Events
	t.Line("Decided for partners, each job run once a partner, %s: accepted %s, rejected %s, discarded %s; waiting %s.",
		table.Number(e.Decided), table.Number(e.Accepted), table.Number(e.Rejected), table.Number(e.Discarded), table.Number(e.Waiting))
	t.orders(s.Orders)
	t.incentives(s)
	t.payables(s.Payables)
	t.states(s)
	t.rejections(s.Rejections)
	t.Line("")
	if s.Run != nil {
		t.Line("Took %d.%d s, %s events a second.", s.Run.Millis/1000, s.Run.Millis%1000/100, table.Number(int(s.Run.EventsPerSecond)))
	}
	t.Line("The digest covers the final rows of orders, resources, details, bills, holds, requests, invoices and ledger sums.")
	t.Line("Digest of the final rows: %s", s.Digest)
	return t.Write(w)
}

type text struct{ table.Text }

func (t *text) orders(orders []OrderCount) {
	rows := [][]string{{"Orders priced", "orders", "settled", "pending", "cancelled"}}
	for _, o := range orders {
		rows = append(rows, []string{o.Kind, table.Number(o.Orders), table.Number(o.Settled), table.Number(o.Pending), table.Number(o.Cancelled)})
	}
	t.Rows(rows, "l")
}

func (t *text) incentives(s *Summary) {
	rows := [][]string{{"Incentives", "details", "accrued", "frozen now", "released by repayment"}}
	for _, i := range s.Incentives {
		rows = append(rows, []string{i.Currency, table.Number(i.Details), table.Amount(i.Accrued), table.Amount(i.Frozen), table.Amount(i.Released)})
	}
	t.Rows(rows, "l")
	rows = [][]string{{"Frozen because", "", "amount"}}
	for _, f := range s.Frozen {
		rows = append(rows, []string{f.Reason, f.Currency, table.Amount(f.Amount)})
	}
	t.Rows(rows, "ll")
}

func (t *text) payables(payables []Payable) {
	rows := [][]string{{"Payable", "", "bills", "total", "frozen", "payable", "can be requested", "not yet", "requested", "paid out", "expired", "offset"}}
	for _, p := range payables {
		rows = append(rows, []string{p.PartnerID, p.Currency, table.Number(p.Bills), table.Amount(p.Total), table.Amount(p.Frozen), table.Amount(p.Payable),
			table.Amount(p.CanBeRequested), table.Amount(p.NotYet), table.Amount(p.Requested), table.Amount(p.PaidOut), table.Amount(p.Expired), table.Amount(p.Offset)})
	}
	t.Rows(rows, "ll")
	t.Line(negativeFrozen)
}

// negativeFrozen explains the one figure that looks wrong and is not.
const negativeFrozen = "Taking back what a hold still freezes lowers frozen, not payable; on a later bill it shows as a negative."

func (t *text) states(s *Summary) {
	rows := [][]string{{"Bills by state", "", "bills", "payable"}}
	for _, b := range s.Bills {
		rows = append(rows, []string{b.State, b.Currency, table.Number(b.Count), table.Amount(b.Payable)})
	}
	t.Rows(rows, "ll")
	for _, part := range []struct {
		title  string
		counts []StateCount
	}{{"Payment requests by state", s.Requests}, {"Invoices by state", s.Invoices}} {
		rows := [][]string{{part.title, ""}}
		for _, c := range part.counts {
			rows = append(rows, []string{c.State, table.Number(c.Count)})
		}
		t.Rows(rows, "l")
	}
}

func (t *text) rejections(rejections []RejectionCount) {
	rows := [][]string{{"Rejected because", "events", "for example"}}
	for _, r := range rejections {
		message := r.Message
		if runes := []rune(message); len(runes) > messageWidth {
			message = string(runes[:messageWidth]) + "..."
		}
		rows = append(rows, []string{r.Code, table.Number(r.Count), message})
	}
	t.Rows(rows, "lrl")
}

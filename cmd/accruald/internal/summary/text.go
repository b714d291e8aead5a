package summary

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/accruald/accruald/events"
)

// messageWidth is how much of a rejection's sentence a line shows.
const messageWidth = 110

// WriteText writes the summary as a person reads it.
func (s *Summary) WriteText(w io.Writer) error {
	var t text
	if s.Input != nil {
		i := s.Input
		t.line("Events: %s read = %s repeats + %s reference data and job runs + %s for partners.",
			number(i.Sent), number(i.Duplicates), number(i.Shared), number(i.Sent-i.Duplicates-i.Shared))
	}
	e := s.Events
	t.line("Decided for partners, each job run once a partner, %s: accepted %s, rejected %s, discarded %s; waiting %s.",
		number(e.Decided), number(e.Accepted), number(e.Rejected), number(e.Discarded), number(e.Waiting))
	t.orders(s.Orders)
	t.incentives(s)
	t.payables(s.Payables)
	t.states(s)
	t.rejections(s.Rejections)
	t.line("")
	if s.Run != nil {
		t.line("Took %d.%d s, %s events a second.", s.Run.Millis/1000, s.Run.Millis%1000/100, number(int(s.Run.EventsPerSecond)))
	}
	t.line("The digest covers the final rows of orders, resources, details, bills, holds, requests, invoices and ledger sums.")
	t.line("Digest of the final rows: %s", s.Digest)
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t *text) orders(orders []OrderCount) {
	rows := [][]string{{"Orders priced", "orders", "settled", "pending", "cancelled"}}
	for _, o := range orders {
		rows = append(rows, []string{o.Kind, number(o.Orders), number(o.Settled), number(o.Pending), number(o.Cancelled)})
	}
	t.table(rows, "l")
}

func (t *text) incentives(s *Summary) {
	rows := [][]string{{"Incentives", "details", "accrued", "frozen now", "released by repayment"}}
	for _, i := range s.Incentives {
		rows = append(rows, []string{i.Currency, number(i.Details), amount(i.Accrued), amount(i.Frozen), amount(i.Released)})
	}
	t.table(rows, "l")
	rows = [][]string{{"Frozen because", "", "amount"}}
	for _, f := range s.Frozen {
		rows = append(rows, []string{f.Reason, f.Currency, amount(f.Amount)})
	}
	t.table(rows, "ll")
}

func (t *text) payables(payables []Payable) {
	rows := [][]string{{"Payable", "", "bills", "total", "frozen", "payable", "can be requested", "not yet", "requested", "paid out", "expired", "offset"}}
	for _, p := range payables {
		rows = append(rows, []string{p.PartnerID, p.Currency, number(p.Bills), amount(p.Total), amount(p.Frozen), amount(p.Payable),
			amount(p.CanBeRequested), amount(p.NotYet), amount(p.Requested), amount(p.PaidOut), amount(p.Expired), amount(p.Offset)})
	}
	t.table(rows, "ll")
	t.line(negativeFrozen)
}

// negativeFrozen explains the one figure that looks wrong and is not.
const negativeFrozen = "Taking back what a hold still freezes lowers frozen, not payable; on a later bill it shows as a negative."

func (t *text) states(s *Summary) {
	rows := [][]string{{"Bills by state", "", "bills", "payable"}}
	for _, b := range s.Bills {
		rows = append(rows, []string{b.State, b.Currency, number(b.Count), amount(b.Payable)})
	}
	t.table(rows, "ll")
	for _, part := range []struct {
		title  string
		counts []StateCount
	}{{"Payment requests by state", s.Requests}, {"Invoices by state", s.Invoices}} {
		rows := [][]string{{part.title, ""}}
		for _, c := range part.counts {
			rows = append(rows, []string{c.State, number(c.Count)})
		}
		t.table(rows, "l")
	}
}

func (t *text) rejections(rejections []RejectionCount) {
	rows := [][]string{{"Rejected because", "events", "for example"}}
	for _, r := range rejections {
		message := r.Message
		if runes := []rune(message); len(runes) > messageWidth {
			message = string(runes[:messageWidth]) + "..."
		}
		rows = append(rows, []string{r.Code, number(r.Count), message})
	}
	t.table(rows, "lrl")
}

// table sets rows under their heading. Columns says of the first ones whether they are set left (l) or right (r); the
// others are figures and stand under each other.
func (t *text) table(rows [][]string, columns string) {
	if len(rows) == 1 {
		rows = append(rows, []string{"none"})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	t.line("")
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if i >= len(columns) || columns[i] == 'r' {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		t.line("%s", strings.TrimRight(line.String(), " "))
	}
}

// number sets an integer with commas between thousands.
func number(n int) string { return grouped(strconv.Itoa(n)) }

// amount sets an amount likewise; one that cannot be set at its scale is shown as it is.
func amount(a events.Amount) string {
	set, err := a.Text()
	if err != nil {
		return a.Decimal.String()
	}
	whole, fraction, found := strings.Cut(set, ".")
	if !found {
		return grouped(whole)
	}
	return grouped(whole) + "." + fraction
}

func grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

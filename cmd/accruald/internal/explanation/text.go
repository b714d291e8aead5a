package explanation

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// timeLayout shows an instant with the offset it was sent with.
const timeLayout = "2006-01-02 15:04:05 -07:00"

// discountKinds are what the types of discounts are called.
var discountKinds = map[int]string{
	pricing.DiscountPromotion: "promotion", pricing.DiscountCommercial: "commercial", pricing.DiscountDistributor: "commercial, by distributor",
	pricing.DiscountPartner: "set by the partner", pricing.DiscountAdjustment: "price adjustment", pricing.DiscountPromotionOffer: "promotion",
}

// WriteText writes the explanation as a person reads it.
func (e *Explanation) WriteText(w io.Writer) error {
	var t text
	t.line("Order %s of partner %s, customer %s (%s): %s, %s", e.OrderID, e.PartnerID, e.CustomerID, e.Association, e.Kind, e.State)
	if e.Usage != nil {
		t.usage(e)
	} else {
		t.line("Placed %s; valid until %s; amounts in %s.", e.PlacedAt.Format(timeLayout), e.ValidUntil.Format(timeLayout), e.Currency)
	}
	if e.Price != nil {
		t.price(e)
	}
	if e.Price != nil && e.Usage == nil {
		t.candidates(e.Candidates)
	}
	if e.Payment != nil {
		t.payment(e.Payment)
	}
	if e.Refund != nil {
		t.refund(e.Refund)
	}
	t.returned(e.ReturnedBy)
	t.incentives(e.Incentives)
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct{ strings.Builder }

func (t *text) line(format string, args ...any) { fmt.Fprintf(t, format+"\n", args...) }

func (t *text) price(e *Explanation) {
	p, rows := e.Price, [][]string{{"How the price came about", "step", "reference", "before", "after", "calculation"}}
	for _, l := range p.Lines {
		rows = append(rows, steps("line "+l.LineID+", "+l.ResourceID, l.Steps)...)
		rows = append(rows, []string{"", "amount", l.ProductID, set(l.Official), set(l.Amount), ""})
	}
	formula := set(p.Official) + " - " + set(p.Discount)
	if e.Usage != nil {
		formula += " - " + set(e.Usage.Erased) + " erased"
	}
	rows = append(rows, []string{"order", "amount", p.DiscountID, set(p.Official), set(p.Amount), formula + " = " + set(p.Amount)})
	t.table(rows, "lllrrl")
}

// steps are rows of steps; the first one carries the label.
func steps(label string, list []Step) [][]string {
	rows := make([][]string, 0, len(list))
	for _, s := range list {
		rows = append(rows, []string{label, s.Rule, s.Reference, set(s.Before), set(s.After), s.Formula})
		label = ""
	}
	return rows
}

func (t *text) candidates(candidates []Candidate) {
	rows := [][]string{{"Discounts that were weighed", "type", "kind", "takes off", "leaves", "outcome"}}
	for _, c := range candidates {
		rows = append(rows, []string{c.DiscountID, fmt.Sprint(c.DiscountType), discountKinds[c.DiscountType], set(c.Discount), set(c.Amount), c.outcome()})
	}
	t.table(rows, "lllrrl")
}

func (c *Candidate) outcome() string {
	var said []string
	if c.Paid {
		said = append(said, "paid with")
	}
	if c.BestOffer {
		said = append(said, "best offer")
	}
	if c.Reason != "" {
		return strings.Join(append(said, c.Reason), "; ")
	}
	return strings.Join(append(said, "taken by an automatic payment"), "; ")
}

func (t *text) payment(p *Payment) {
	t.line("")
	by := ""
	if p.PaidBy != "" {
		by = " by the " + p.PaidBy
	}
	t.line("Paid %s%s.", p.At.Format(timeLayout), by)
	rows := [][]string{{"Paid with", "tender", "reference", "amount", "given back"}}
	for _, s := range p.Slices {
		rows = append(rows, []string{"line " + s.LineID, s.Kind, s.Reference, set(s.Amount), set(s.Refunded)})
	}
	t.table(rows, "lllrr")
}

func (t *text) refund(r *Refund) {
	rows := [][]string{{"What comes back", "resource", "paid", "consumed", "fee", "stays paid", "comes back", "to"}}
	for _, o := range r.Orders {
		var to []string
		for _, tender := range o.Tenders {
			to = append(to, tender.named())
		}
		rows = append(rows, []string{"of order " + o.OrderID, o.ResourceID, set(o.Paid), set(o.Consumed), set(o.Fee), set(o.Kept), set(o.Amount), strings.Join(to, ", ")})
	}
	rows = append(rows, []string{"sum", "", set(r.Paid), set(r.Consumed), set(r.Fee), set(r.Kept), set(r.Amount), ""})
	t.table(rows, "llrrrrrl")
	rows = [][]string{{"How the refund came about", "step", "reference", "before", "after", "calculation"}}
	rows = append(rows, steps("whole", r.Steps)...)
	for _, o := range r.Orders {
		rows = append(rows, steps("order "+o.OrderID+", "+o.ResourceID, o.Steps)...)
	}
	t.table(rows, "lllrrl")
	if len(r.Coupons) == 0 {
		return
	}
	rows = [][]string{{"Coupons that come back", "of order", "amount"}}
	for _, c := range r.Coupons {
		rows = append(rows, []string{c.CouponID, c.OrderID, set(c.Amount)})
	}
	t.table(rows, "llr")
}

func (t *Tender) named() string {
	name := t.Kind
	if t.Reference != "" {
		name += " " + t.Reference
	}
	return name + " " + set(t.Amount)
}

func (t *text) returned(list []Returned) {
	if len(list) == 0 {
		return
	}
	rows := [][]string{{"Given back later", "refund", "coupons"}}
	for _, r := range list {
		rows = append(rows, []string{"by order " + r.OrderID, set(r.Amount), set(r.Coupons)})
	}
	t.table(rows, "lrr")
}

func (t *text) incentives(list []Incentive) {
	rows := [][]string{{"Incentive details", "line", "period", "policy", "performance", "rate", "amount", "frozen", "because"}}
	for _, i := range list {
		policy := i.PolicyID
		if policy != "" {
			policy = fmt.Sprintf("%s version %d", i.PolicyID, i.PolicyVersion)
		}
		rows = append(rows, []string{i.DetailID, i.LineID, i.Period, policy, set(i.Performance), i.Rate.Decimal.String(), set(i.Amount), set(i.Frozen), i.because()})
	}
	t.table(rows, "llllrrrrl")
}

// because says what is special about a detail: what freezes it, what it corrects, why it is zero.
func (i *Incentive) because() string {
	var said []string
	for _, h := range i.Holds {
		said = append(said, h.Reason+" "+set(h.Amount))
	}
	for _, note := range []struct {
		said bool
		text string
	}{
		{i.Provisional, "provisional until the period closes"}, {i.Reverses != "", "takes back of " + i.Reverses},
		{i.LateOf != "", "difference that the late event " + i.LateOf + " made"}, {i.ZeroReason != "", i.ZeroReason},
	} {
		if note.said {
			said = append(said, note.text)
		}
	}
	return strings.Join(said, "; ")
}

// set writes an amount with its digits.
func set(a events.Amount) string {
	written, err := a.Text()
	if err != nil {
		return a.Decimal.String()
	}
	return written
}

// table sets rows under their heading; columns says which stand left (l) and which right (r).
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
			if columns[i] == 'r' {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		t.line("%s", strings.TrimRight(line.String(), " "))
	}
}

package explanation

import (
	"fmt"
	"io"
	"strings"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/inquiry/account"
	"github.com/accruald/accruald/workers/pricing"
)

// timeLayout shows an instant with the offset it was sent with.
const timeLayout = "2006-01-02 15:04:05 -07:00"

// spanLayout shows the ends of a paid time, by the zone of the site.
const spanLayout = "2006-01-02 15:04"

// discountKinds are what the types of discounts are called.
var discountKinds = map[int]string{
	pricing.DiscountPromotion: "promotion", pricing.DiscountCommercial: "commercial", pricing.DiscountDistributor: "commercial, by distributor",
	pricing.DiscountPartner: "set by the partner", pricing.DiscountAdjustment: "price adjustment", pricing.DiscountPromotionOffer: "promotion",
}

// WriteText writes the explanation as a person reads it.
func WriteText(w io.Writer, e *account.Explanation) error {
	var t text
	t.Line("Order %s of partner %s, customer %s (%s): %s, %s", e.OrderID, e.PartnerID, e.CustomerID, e.Association, e.Kind, e.State)
	if e.Usage != nil {
		t.usage(e)
	} else {
		t.Line("Placed %s; valid until %s; amounts in %s.", e.PlacedAt.Format(timeLayout), e.ValidUntil.Format(timeLayout), e.Currency)
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
	return t.Write(w)
}

type text struct{ table.Text }

func (t *text) price(e *account.Explanation) {
	p, rows := e.Price, [][]string{{"How the price came about", "step", "reference", "before", "after", "calculation"}}
	for _, l := range p.Lines {
		rows = append(rows, steps("line "+l.LineID+", "+l.ResourceID, l.Steps)...)
		rows = append(rows, []string{"", "amount", l.ProductID, table.Plain(l.Official), table.Plain(l.Amount), ""})
	}
	formula := table.Plain(p.Official) + " - " + table.Plain(p.Discount)
	if e.Usage != nil {
		formula += " - " + table.Plain(e.Usage.Erased) + " erased"
	}
	rows = append(rows, []string{"order", "amount", p.DiscountID, table.Plain(p.Official), table.Plain(p.Amount), formula + " = " + table.Plain(p.Amount)})
	t.Rows(rows, "lllrrl")
}

// steps are rows of steps; the first one carries the label.
func steps(label string, list []account.Step) [][]string {
	rows := make([][]string, 0, len(list))
	for _, s := range list {
		rows = append(rows, []string{label, s.Rule, s.Reference, table.Plain(s.Before), table.Plain(s.After), s.Formula})
		label = ""
	}
	return rows
}

func (t *text) candidates(candidates []account.Candidate) {
	rows := [][]string{{"Discounts that were weighed", "type", "kind", "takes off", "leaves", "outcome"}}
	for _, c := range candidates {
		rows = append(rows, []string{c.DiscountID, fmt.Sprint(c.DiscountType), discountKinds[c.DiscountType], table.Plain(c.Discount), table.Plain(c.Amount), outcome(&c)})
	}
	t.Rows(rows, "lllrrl")
}

func outcome(c *account.Candidate) string {
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

func (t *text) payment(p *account.Payment) {
	t.Line("")
	by := ""
	if p.PaidBy != "" {
		by = " by the " + p.PaidBy
	}
	t.Line("Paid %s%s.", p.At.Format(timeLayout), by)
	rows := [][]string{{"Paid with", "tender", "reference", "amount", "given back"}}
	for _, s := range p.Slices {
		rows = append(rows, []string{"line " + s.LineID, s.Kind, s.Reference, table.Plain(s.Amount), table.Plain(s.Refunded)})
	}
	t.Rows(rows, "lllrr")
}

func (t *text) refund(r *account.Refund) {
	rows := [][]string{{"What comes back", "resource", "paid for", "paid", "consumed", "fee", "stays paid", "comes back", "to"}}
	for _, o := range r.Orders {
		var to []string
		for _, tender := range o.Tenders {
			to = append(to, named(&tender))
		}
		rows = append(rows, []string{"of order " + o.OrderID, o.ResourceID, o.From.Format(spanLayout) + " to " + o.Until.Format(spanLayout), table.Plain(o.Paid), table.Plain(o.Consumed), table.Plain(o.Fee), table.Plain(o.Kept), table.Plain(o.Amount), strings.Join(to, ", ")})
	}
	rows = append(rows, []string{"sum", "", "", table.Plain(r.Paid), table.Plain(r.Consumed), table.Plain(r.Fee), table.Plain(r.Kept), table.Plain(r.Amount), ""})
	t.Rows(rows, "lllrrrrrl")
	rows = [][]string{{"How the refund came about", "step", "reference", "before", "after", "calculation"}}
	rows = append(rows, steps("whole", r.Steps)...)
	for _, o := range r.Orders {
		rows = append(rows, steps("order "+o.OrderID+", "+o.ResourceID, o.Steps)...)
	}
	t.Rows(rows, "lllrrl")
	if len(r.Coupons) == 0 {
		return
	}
	rows = [][]string{{"Coupons that come back", "of order", "line", "amount"}}
	for _, c := range r.Coupons {
		rows = append(rows, []string{c.CouponID, c.OrderID, c.LineID, table.Plain(c.Amount)})
	}
	t.Rows(rows, "lllr")
}

func named(t *account.Tender) string {
	name := t.Kind
	if t.Reference != "" {
		name += " " + t.Reference
	}
	return name + " " + table.Plain(t.Amount)
}

func (t *text) returned(list []account.Returned) {
	if len(list) == 0 {
		return
	}
	rows := [][]string{{"Given back later", "refund", "coupons"}}
	for _, r := range list {
		rows = append(rows, []string{"by order " + r.OrderID, table.Plain(r.Amount), table.Plain(r.Coupons)})
	}
	t.Rows(rows, "lrr")
}

func (t *text) incentives(list []account.Incentive) {
	rows := [][]string{{"Incentive details", "line", "period", "policy", "performance", "rate", "amount", "frozen", "because"}}
	for _, i := range list {
		policy := i.PolicyID
		if policy != "" {
			policy = fmt.Sprintf("%s version %d", i.PolicyID, i.PolicyVersion)
		}
		rows = append(rows, []string{i.DetailID, i.LineID, i.Period, policy, table.Plain(i.Performance), i.Rate.Decimal.String(), table.Plain(i.Amount), table.Plain(i.Frozen), because(&i)})
	}
	t.Rows(rows, "llllrrrrl")
}

// because says what is special about a detail: what freezes it, what it corrects, why it is zero.
func because(i *account.Incentive) string {
	var said []string
	for _, h := range i.Holds {
		said = append(said, h.Reason+" "+table.Plain(h.Amount))
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

func (t *text) usage(e *account.Explanation) {
	u := e.Usage
	t.Line("Usage %s of the %s from %s to %s; amounts in %s.", u.UsageFactor, u.Settle, u.Window.From.Format(timeLayout), u.Window.To.Format(timeLayout), e.Currency)
	if u.Tiers != "" {
		t.Line("Its tiers run over %s: what it costs is final once that month is closed.", u.Tiers)
	}
}

package pricing

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// F34: what was charged and paid is never edited. A refund, in parts or whole, stands beside the payments it is of, which
// keep their amounts, and is a document of its own.
func TestF34RefundsStandBesideWhatWasPaid(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	large, small := s.server("large", monthly("100")), s.server("small", monthly("40"))
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, large, months(1)))[0]
	before := *r.clone()
	quote := s.change(r, SpecChange{At: at("2026-03-18 10:00"), NewSpec: small.Spec})
	down, err := ApplyDowngrade(s.site, r, quote)
	s.must(err)
	refund := s.unsubscribe("2026-03-28 10:00", UnsubscribeAll, down)
	gone, err := ApplyRefund(s.site, down, refund)
	s.must(err)
	if difference := cmp.Diff(before, *r); difference != "" {
		t.Errorf("the refunds changed what they were of:\n%s", difference)
	}
	paid := gone.Payments[0]
	wantAmount(t, "paid", paid.Slices[0].Amount, "100")
	wantAmount(t, "official", paid.Official, "100")
	wantAmount(t, "refunded by both", paid.Slices[0].Refunded, quote.Refund.Amount.Add(refund.Amount).String())
	wantAmount(t, "what it was consumed, kept as fee and refunded", paid.Slices[0].Consumed.Add(paid.Slices[0].Fee).Add(paid.Slices[0].Refunded), "100")
}

// F37: what a termination gives back is not one rule for all: everything in the first days, what is unused less a fee
// after them, everything of a renewal that has not begun, nothing when the time is over, and a refusal where the product
// is sold without refund.
func TestF37TerminationGivesBackByItsTime(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	vm := s.server("vm", monthly("100"))
	kept := vm
	kept.ID, kept.Spec, kept.Refundable = "kept", "kept", false
	s.publish(kept)
	r := s.buy("O1", "2026-03-08 10:00", "", nil, lineFor(1, vm, months(1)))[0] // 758 hours
	for _, c := range []struct {
		name, when string
		fiveDay    bool
		refund     string
		rule       string
	}{
		{"within five days", "2026-03-10 10:00", true, "100", "five_day_rule"},
		{"the quota of the account used up", "2026-03-10 10:00", false, "83.67", "fee"}, // 100 - 6.33 (48 h) - 10
		{"unused days less a fee", "2026-03-28 10:00", true, "26.68", "fee"},            // 100 - 63.32 (480 h) - 10
		{"the last hour", "2026-04-08 23:30", true, "0", "fee"},                         // the fee takes what is left
		{"in grace", "2026-04-12 10:00", true, "0", ""},
	} {
		in := Unsubscription{CustomerID: customer1, At: at(c.when), ResourceIDs: []string{r.ID}, Type: UnsubscribeAll, FiveDayAllowed: c.fiveDay}
		refund, err := Unsubscribe(s.site, in, []*Resource{r})
		s.must(err)
		wantAmount(t, c.name, refund.Amount, c.refund)
		rules := ""
		for _, order := range refund.Orders {
			for _, step := range order.Steps {
				rules += " " + step.Rule
			}
		}
		if !strings.HasSuffix(rules, c.rule) {
			t.Errorf("%s is explained by %q, want %q", c.name, rules, c.rule)
		}
	}
	renewed := s.renew(r, "O2", "2026-03-20 10:00", months(1))
	wantAmount(t, "a renewal that has not begun", s.unsubscribe("2026-03-28 10:00", UnsubscribeRenewals, renewed).Amount, "100")
	other := s.buy("O3", "2026-03-08 10:00", "", nil, lineFor(1, kept, months(1)))[0]
	_, err := Unsubscribe(s.site, Unsubscription{CustomerID: customer1, At: at("2026-03-28"), ResourceIDs: []string{other.ID}, Type: UnsubscribeAll}, []*Resource{other})
	wantRefusal(t, err, CodeNotRefundable, "/resource_ids/0")
}

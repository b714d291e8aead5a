package decision_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// when reads a time of 2026 in the zone of the story: "03-08 09:30".
func when(t testing.TB, text string) time.Time {
	t.Helper()
	out, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+text, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// meter tells of usage at the end of its window: "03-08 09:00 to 03-08 10:00".
func (s *story) meter(id, customer, resource, spec, value, window string) {
	s.t.Helper()
	from, to, _ := strings.Cut(window, " to ")
	data := metered(customer, resource, spec, value, when(s.t, from), when(s.t, to))
	s.at = data.Window.To
	s.add(id, resource, data)
	s.tell()
}

func (s *story) settled(until string) {
	s.t.Helper()
	s.at = when(s.t, until)
	s.settle(s.at)
	s.tell()
}

// settlements are the orders that settle usage, by time and resource.
func (s *story) settlements() []*decision.Order {
	var out []*decision.Order
	for _, o := range s.partner().Orders.All() {
		if o.Kind == decision.KindUsage {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *decision.Order) int {
		return cmp.Or(a.PlacedAt.Compare(b.PlacedAt), strings.Compare(a.ResourceIDs[0], b.ResourceIDs[0]))
	})
	return out
}

// shown tells what a settlement comes to, after holding it to its identity.
func shown(t testing.TB, o *decision.Order) string {
	t.Helper()
	c := o.Payment.Charge
	var paid decimal.Decimal
	for _, tender := range o.Payment.Tenders {
		paid = paid.Add(tender.Amount)
	}
	if !c.Official.Equal(decimal.Sum(c.Discount, o.Usage.Erase, c.Amount)) || !paid.Equal(c.Amount) {
		t.Errorf("settlement %s: %s = %s + %s + %s, paid %s", o.ID, c.Official, c.Discount, o.Usage.Erase, c.Amount, paid)
	}
	return c.Official.String() + " = " + c.Discount.String() + " + " + o.Usage.Erase.String() + " + " + c.Amount.String()
}

// comesTo checks all settlements there are.
func (s *story) comesTo(want ...string) {
	s.t.Helper()
	var got []string
	for _, o := range s.settlements() {
		got = append(got, shown(s.t, o))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("settlements %q, want %q", got, want)
	}
}

// refusedFor checks why the last event was rejected.
func (s *story) refusedFor(code, pointer string, retryable bool) {
	s.t.Helper()
	r := s.rejected()
	if r == nil || r.Code != code || r.Pointer != pointer || r.Retryable != retryable {
		s.t.Errorf("rejected for %+v, want %s at %s, retryable %t", r, code, pointer, retryable)
	}
}

// outs are the data of one type that went out with the last event.
func outsOf[D events.OutData](s *story) []D {
	var out []D
	for _, o := range s.last {
		if data, ok := o.Data.(D); ok {
			out = append(out, data)
		}
	}
	return out
}

// settledUsage is what the last event told of a settlement.
func settledUsage(s *story) *events.SettledUsage {
	s.t.Helper()
	settled := outsOf[*events.OrderSettled](s)
	if len(settled) == 0 || settled[0].Usage == nil {
		s.t.Fatal("no settlement was told")
	}
	return settled[0].Usage
}

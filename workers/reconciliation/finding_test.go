package reconciliation_test

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/reconciliation"
)

func TestIdentityOfFindings(t *testing.T) {
	t.Parallel()
	of := func(kind reconciliation.Kind, partner string, keys ...reconciliation.Key) *reconciliation.Finding {
		return &reconciliation.Finding{Kind: kind, PartnerID: partner, Keys: keys}
	}
	order := reconciliation.Key{Name: "order_id", Value: "CS1"}
	first := of("amount_differs", "P1", order)
	if n := len(first.ID()); n != 22 {
		t.Errorf("an id has %d characters, not 22", n)
	}
	grown := of("amount_differs", "P1", order)
	grown.Expected, grown.Found, grown.Difference = "1.00", "3.00", decimal.New(2, 0)
	if first.ID() != grown.ID() {
		t.Error("a difference that grows became another finding")
	}
	for name, other := range map[string]*reconciliation.Finding{
		"kind":        of("currency_differs", "P1", order),
		"partner":     of("amount_differs", "P2", order),
		"value":       of("amount_differs", "P1", reconciliation.Key{Name: "order_id", Value: "CS2"}),
		"name":        of("amount_differs", "P1", reconciliation.Key{Name: "line", Value: "CS1"}),
		"another key": of("amount_differs", "P1", order, reconciliation.Key{Name: "line", Value: "1"}),
		"boundaries":  of("amount_differs", "P1o", reconciliation.Key{Name: "rder_id", Value: "CS1"}),
	} {
		if other.ID() == first.ID() {
			t.Errorf("findings that differ by their %s have one id", name)
		}
	}
	if got := first.Key("order_id"); got != "CS1" {
		t.Errorf("key order_id is %q", got)
	}
	if got := first.Key("bill_id"); got != "" {
		t.Errorf("a key that is not there is %q", got)
	}
}

package pricing

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Quotes, resources and refunds are stored as JSON: what is read back decides the same.
func TestDocumentsSurviveStorage(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.discounts = []Discount{ratio("D", 605, "0.9")}
	a, b := s.server("A", monthly("470")), s.server("B", monthly("869"))
	disk := s.disk("disk", monthly("0.7"))
	bought := s.buy("O1", "2026-03-08 10:00", "D", nil, lineFor(1, a, months(1)), lineFor(2, disk, months(1)))
	stored := []*Resource{reread(t, bought[0]), reread(t, bought[1])}
	quote := s.change(stored[0], SpecChange{At: at("2026-03-18 09:20"), NewSpec: b.Spec})
	again := reread(t, quote)
	for _, id := range []string{"", "D"} {
		charge, slices := s.pay(quote, id)
		other, otherSlices := s.pay(again, id)
		equal(t, charge, other)
		r, err := ApplyChange(s.site, bought[0], quote, charge, slices, "O2", at("2026-03-18 09:21"))
		s.must(err)
		same, err := ApplyChange(s.site, stored[0], again, other, otherSlices, "O2", at("2026-03-18 09:21"))
		s.must(err)
		equal(t, r, same)
		equal(t, s.unsubscribe("2026-04-06 15:20", UnsubscribeAll, r), reread(t, s.unsubscribe("2026-04-06 15:20", UnsubscribeAll, reread(t, same))))
	}
}

func reread[T any](t *testing.T, document *T) *T {
	t.Helper()
	data, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	out := new(T)
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return out
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

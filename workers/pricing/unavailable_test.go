package pricing

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// What is told of a quote afterwards is what asking for it with Explain tells.
func TestUnavailableIsWhatExplainAdds(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a, b := s.server("A", monthly("470")), s.server("B", monthly("869"))
	foreign, other, reseller := ratio("foreign", 605, "0.9"), ratio("other", 606, "0.9"), ratio("reseller", 607, "0.9")
	foreign.Scope.CustomerIDs, other.Scope.ProductIDs, reseller.IndirectPartnerID = []string{"C9"}, []string{"Z"}, "R9"
	long := ratio("long", 605, "0.8")
	long.Scope.PeriodNums = []int{12}
	s.discounts = []Discount{ratio("D", 605, "0.9"), foreign, other, reseller, long}
	bought := s.buy("O1", "2026-03-08 10:00", "D", nil, lineFor(1, a, months(1)))
	explained := s.book()
	explained.Explain = true
	for name, quote := range map[string]func(Book) (*Quote, error){
		"order": func(book Book) (*Quote, error) {
			return Subscribe(book, Subscription{CustomerID: customer1, At: at("2026-03-08 10:00"), Lines: []LineInput{lineFor(1, a, months(1))}})
		},
		"renewal": func(book Book) (*Quote, error) {
			return Renew(book, Renewal{CustomerID: customer1, At: at("2026-03-09 10:00"), ResourceIDs: []string{bought[0].ID}, Period: months(2)}, bought)
		},
		"change": func(book Book) (*Quote, error) {
			return Change(book, SpecChange{CustomerID: customer1, At: at("2026-03-18 09:20"), NewSpec: b.Spec}, bought[0])
		},
	} {
		plain, err := quote(s.book())
		s.must(err)
		want, err := quote(explained)
		s.must(err)
		unavailable, err := plain.Unavailable(s.book(), customer1, "")
		s.must(err)
		got := append(slices.Clone(plain.Candidates), unavailable...)
		byID := func(x, y Candidate) int { return cmp.Compare(x.DiscountID, y.DiscountID) }
		slices.SortFunc(got, byID)
		slices.SortFunc(want.Candidates, byID)
		if diff := gocmp.Diff(want.Candidates, got); diff != "" || len(unavailable) != 4 {
			t.Errorf("%s: %d unavailable: %s", name, len(unavailable), diff)
		}
	}
	later := s.book()
	later.Discounts = append(slices.Clone(s.discounts), ratio("late", 605, "0.5"))
	plain, err := Subscribe(s.book(), Subscription{CustomerID: customer1, At: at("2026-03-08 10:00"), Lines: []LineInput{lineFor(1, a, months(1))}})
	s.must(err)
	unavailable, err := plain.Unavailable(later, customer1, "")
	s.must(err)
	if last := unavailable[len(unavailable)-1]; last.DiscountID != "late" || last.Lost != "it was not known when the order was priced" {
		t.Errorf("a discount that came later: %+v", last)
	}
}

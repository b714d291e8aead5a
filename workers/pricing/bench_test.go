package pricing

import (
	"fmt"
	"testing"
)

// BenchmarkSubscribe prices 2 lines with 200 granted discounts, 10 of them in scope.
func BenchmarkSubscribe(b *testing.B) {
	s := newShop(b)
	vm, disk := s.server("vm", monthly("32.20")), s.disk("disk", monthly("0.70"))
	for i := range 200 {
		d := ratio(fmt.Sprintf("D%03d", i), DiscountCommercial+i%3, "0.9")
		d.Scope.CustomerIDs = []string{"C999"}
		if i%20 == 0 {
			d.Scope.CustomerIDs = []string{customer1}
		}
		s.discounts = append(s.discounts, d)
	}
	book := s.book()
	in := Subscription{CustomerID: customer1, At: at("2026-03-08 10:00"), Lines: []LineInput{lineFor(1, vm, months(1)), lineFor(2, disk, months(1))}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Subscribe(book, in); err != nil {
			b.Fatal(err)
		}
	}
}

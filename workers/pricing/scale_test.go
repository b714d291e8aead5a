package pricing

import (
	"fmt"
	"testing"
)

// ordered is an order of lines with a grown list of discounts of which ten are in scope, as BenchmarkSubscribe has it.
func ordered(t testing.TB, lines int) (Book, Subscription) {
	s := newShop(t)
	vm, disk := s.server("vm", monthly("32.20")), s.disk("disk", monthly("0.70"))
	for i := range 200 {
		d := ratio(fmt.Sprintf("D%03d", i), DiscountCommercial+i%3, "0.9")
		d.Scope.CustomerIDs = []string{"C999"}
		if i%20 == 0 {
			d.Scope.CustomerIDs = []string{customer1}
		}
		s.discounts = append(s.discounts, d)
	}
	in := Subscription{CustomerID: customer1, At: at("2026-03-08 10:00")}
	for i := range lines {
		in.Lines = append(in.Lines, lineFor(i, []Product{vm, disk}[i%2], months(1)))
	}
	return s.book(), in
}

// BenchmarkSubscribeLines prices orders of 10 and of 100 lines: the time per line stays what it is.
func BenchmarkSubscribeLines(b *testing.B) {
	for _, lines := range []int{10, 100} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			book, in := ordered(b, lines)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Subscribe(book, in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*lines), "ns/line")
		})
	}
}

// Limits of what pricing allocates: for an order of 2 lines, and for one line more.
const (
	allocationsOfTwoLines = 400
	allocationsPerLine    = 135
)

// TestAllocationsGrowByTheLine counts allocations, which no other load on a machine changes: an order of 2 lines stays
// within its limit, and a line in a hundred costs what a line in ten does. It is not parallel: it counts those of all.
func TestAllocationsGrowByTheLine(t *testing.T) {
	count := func(lines int) float64 {
		book, in := ordered(t, lines)
		return testing.AllocsPerRun(20, func() {
			if _, err := Subscribe(book, in); err != nil {
				t.Fatal(err)
			}
		})
	}
	if got := count(2); got > allocationsOfTwoLines {
		t.Errorf("2 lines take %.0f allocations, want at most %d", got, allocationsOfTwoLines)
	}
	ten, hundred := count(10), count(100)
	among100, among10 := (hundred-ten)/90, (ten-count(1))/9
	if among100 > allocationsPerLine || among100 > among10*11/10 {
		t.Errorf("a line more takes %.1f allocations among 100, %.1f among 10, want at most %d and no growth", among100, among10, allocationsPerLine)
	}
	t.Logf("a line more takes %.1f allocations among 10, %.1f among 100", among10, among100)
}

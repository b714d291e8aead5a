package workers

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// BenchmarkProcess measures batches of order events (placed and paid by turns,
// 32 partners) on a real server; one operation is one event.
func BenchmarkProcess(b *testing.B) {
	for _, size := range []int{16, 64, 256} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			h := newHistory(b, 1, benchPartners()...)
			w := newWorld(b)
			w.process(w.deliver(h.reference("immediate"))...)
			var list []Delivery
			for len(list) < b.N+size {
				list = append(list, orders(h, size)...)
			}
			b.ResetTimer()
			for done := 0; done < b.N; done += size {
				if _, err := w.frame.Process(b.Context(), list[done:done+size], Position{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(max(b.N/size, 1)), "ms/batch")
		})
	}
}

func benchPartners() []string {
	ids := make([]string, 32)
	for i := range ids {
		ids[i] = fmt.Sprintf("P%d", i)
	}
	return ids
}

// orders makes n events: orders, each placed and then paid.
func orders(h *history, n int) []Delivery {
	for len(h.events) < n {
		p := h.partners[h.rng.IntN(len(h.partners))]
		h.at = h.at.Add(time.Second)
		id := h.order(p, 0)
		h.at = h.at.Add(time.Second)
		h.add(p, "order.paid/"+id, id, &events.OrderPaid{OrderID: id, PartnerID: p, PaidBy: "customer"})
	}
	list := make([]Delivery, n)
	for i, ev := range h.events[:n] {
		list[i] = delivery(ev)
	}
	h.events = h.events[n:]
	return list
}

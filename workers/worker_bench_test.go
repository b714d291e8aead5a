package workers

import (
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
)

// BenchmarkWorker measures events a second from the stream to the published
// outcome, everything durable, on one machine.
func BenchmarkWorker(b *testing.B) {
	for name, change := range map[string]func(*Config){
		"batch-256":        func(*Config) {},
		"batch-256-lanes2": func(c *Config) { c.Lanes = 2 },
		"batch-1-lanes16":  func(c *Config) { c.BatchMax, c.Lanes = 1, 16 },
	} {
		b.Run(name, func(b *testing.B) {
			server := dbtest.Server(b)
			r := newRigOn(b, server.URL(schema.Name))
			first := r.work(nil, nil)
			partners := partnersNamed(50)
			h := newHistory(b, 7, partners...)
			var customers []string
			for i := range 40 {
				customers = append(customers, []string{"credit", "immediate", "monthly"}[i%3])
			}
			r.send(h.reference(customers...))
			first.drained()
			first.halt()
			var list []*events.Event
			for len(list) < b.N {
				list = append(list, h.facts(b.N, len(customers))...)
			}
			list = list[:b.N]
			r.sendAll(list)
			b.ResetTimer()
			began := time.Now()
			w := r.work(change, nil)
			w.drained()
			b.StopTimer()
			took := time.Since(began)
			w.halt()
			b.ReportMetric(float64(b.N)/took.Seconds(), "events/s")
			b.ReportMetric(0, "ns/op")
			if got := w.Progress(); got.Decided != int64(b.N) {
				b.Errorf("decided %d of %d", got.Decided, b.N)
			}
			b.Logf("%+v", w.Progress())
			logHistograms(b, w)
		})
	}
}

// logHistograms shows where the time went.
func logHistograms(b *testing.B, w *running) {
	b.Helper()
	families, err := w.config.Registry.Gather()
	if err != nil {
		b.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if h := metric.GetHistogram(); h != nil {
				b.Logf("%s %v: %d times, sum %.3f", family.GetName(), metric.GetLabel(), h.GetSampleCount(), h.GetSampleSum())
			}
		}
	}
}

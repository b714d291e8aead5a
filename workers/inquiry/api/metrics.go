package api

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what is measured of each operation.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_inquiry_requests_total", Help: "Requests of the partner API that were answered, by operation and published code; 0 is without an error, repeated a stored answer, given_up what nobody waited for.",
		}, []string{"operation", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "accruald_inquiry_duration_seconds", Help: "Time from a request that was read to its answer, by operation.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15), // 0.5 ms to 8 s
		}, []string{"operation"}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.duration} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) answered(op *Operation, a Answer, took time.Duration) {
	code := a.code
	switch {
	case a.repeated:
		code = "repeated" // the answer of the first request of its kind
	case a.givenUp:
		code = "given_up" // no defect
	case code == "":
		code = "0"
	}
	m.requests.WithLabelValues(op.ID, code).Inc()
	m.duration.WithLabelValues(op.ID).Observe(took.Seconds())
}

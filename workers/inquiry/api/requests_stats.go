package api

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// endpointStats are told with the statistics of an endpoint. The service's own
// count requests as they are taken in, and as errors only what is refused then.
type endpointStats struct {
	answers, errors, refused, nanoseconds atomic.Int64
}

// toldStats is the document of them.
type toldStats struct {
	Answers    int64 `json:"num_answers"`             // given by a worker, errors among them
	Errors     int64 `json:"num_answers_with_errors"` // of these
	Refused    int64 `json:"num_refused"`             // at the door: busy, or too large
	Processing int64 `json:"processing_time"`         // of answers together, in nanoseconds
	Average    int64 `json:"average_processing_time"`
}

func (s *endpointStats) answered(a Answer, took time.Duration) {
	s.answers.Add(1)
	s.nanoseconds.Add(int64(took))
	if a.Status >= http.StatusBadRequest {
		s.errors.Add(1)
	}
}

func (s *endpointStats) told() toldStats {
	out := toldStats{Answers: s.answers.Load(), Errors: s.errors.Load(), Refused: s.refused.Load(), Processing: s.nanoseconds.Load()}
	out.Average = out.Processing / max(out.Answers, 1)
	return out
}

// What became of requests over NATS.
const (
	outcomeAnswered = "answered"
	outcomeBusy     = "busy"      // too many under way
	outcomeLate     = "late"      // waited for too long before a worker was free
	outcomeTooLarge = "too_large" // refused for its size
	outcomeNoReply  = "no_reply"  // nobody, or nobody's inbox, to answer to
	outcomeLost     = "lost"      // answered, and the answer not sent
)

type requestMetrics struct {
	requests *prometheus.CounterVec
	underWay prometheus.Gauge
}

func newRequestMetrics(registry prometheus.Registerer, connected func() bool) (*requestMetrics, error) {
	m := &requestMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_inquiry_nats_requests_total", Help: "Requests over NATS, by what became of them: answered, busy, late, too_large, no_reply, lost.",
		}, []string{"outcome"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "accruald_inquiry_nats_under_way", Help: "Requests over NATS that are being answered."}),
	}
	served := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "accruald_inquiry_nats_served", Help: "1 while requests over NATS arrive here, 0 while the broker is away."},
		func() float64 {
			if connected() {
				return 1
			}
			return 0
		})
	for _, c := range []prometheus.Collector{m.requests, m.underWay, served} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *requestMetrics) outcome(name string) { m.requests.WithLabelValues(name).Inc() }

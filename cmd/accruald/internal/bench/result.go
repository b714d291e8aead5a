package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// A Way is one way to run the worker.
type Way struct {
	Batch       int `json:"batch"`
	Concurrency int `json:"concurrency"`
}

// String names the way as its flags do.
func (w Way) String() string {
	return fmt.Sprintf("--batch %d --concurrency %d", w.Batch, w.Concurrency)
}

// A Round is what one round came to. Numbers by event are in thousandths where they are not whole.
type Round struct {
	Way                  Way   `json:"way"`
	Events               int   `json:"events"`
	Millis               int64 `json:"millis"`
	EventsPerSecond      int64 `json:"events_per_second"`
	LatencyP50Micros     int64 `json:"latency_p50_micros"`
	LatencyP99Micros     int64 `json:"latency_p99_micros"`
	LatencyRate          int   `json:"latency_rate"` // events a second during the measurement of latency
	LatencySamples       int   `json:"latency_samples"`
	WorkerCPUMillis      int64 `json:"worker_cpu_millis"` // the worker and the broker, which share the process
	PostgresCPUMillis    int64 `json:"postgres_cpu_millis"`
	WalBytesPerEvent     int64 `json:"wal_bytes_per_event"`
	RowsPerEvent         int64 `json:"rows_per_event_milli"`
	MessagesOutPerEvent  int64 `json:"messages_out_per_event_milli"`
	Transactions         int64 `json:"transactions"`
	EventsPerTransaction int64 `json:"events_per_transaction_milli"`
	RoundTripsPerEvent   int64 `json:"round_trips_per_event_milli"`
	RoundTripsPerBatch   int64 `json:"round_trips_per_batch_milli"`
}

// A Report is all rounds with the medians of each way.
type Report struct {
	Orders   int     `json:"orders"`
	Partners int     `json:"partners"`
	Rounds   []Round `json:"rounds"`
	Medians  []Round `json:"medians"`
	// RatioMilli is the first way's events a second over the second's, in thousandths; 0 where there is one way.
	RatioMilli int64 `json:"ratio_milli,omitzero"`
}

// Finish computes medians and ratio from the rounds: of each figure by itself.
func (r *Report) Finish() {
	var ways []Way
	for _, round := range r.Rounds {
		if !slices.Contains(ways, round.Way) {
			ways = append(ways, round.Way)
		}
	}
	r.Medians = nil
	for _, way := range ways {
		r.Medians = append(r.Medians, median(way, r.Rounds))
	}
	if len(r.Medians) == 2 && r.Medians[1].EventsPerSecond > 0 {
		r.RatioMilli = r.Medians[0].EventsPerSecond * 1000 / r.Medians[1].EventsPerSecond
	}
}

func median(way Way, all []Round) Round {
	rounds := slices.DeleteFunc(slices.Clone(all), func(r Round) bool { return r.Way != way })
	of := func(figure func(Round) int64) int64 {
		sorted := slices.SortedFunc(slices.Values(rounds), func(a, b Round) int { return cmp.Compare(figure(a), figure(b)) })
		return figure(sorted[len(sorted)/2])
	}
	m := rounds[0]
	m.Millis = of(func(r Round) int64 { return r.Millis })
	m.EventsPerSecond = of(func(r Round) int64 { return r.EventsPerSecond })
	m.LatencyP50Micros = of(func(r Round) int64 { return r.LatencyP50Micros })
	m.LatencyP99Micros = of(func(r Round) int64 { return r.LatencyP99Micros })
	m.WorkerCPUMillis = of(func(r Round) int64 { return r.WorkerCPUMillis })
	m.PostgresCPUMillis = of(func(r Round) int64 { return r.PostgresCPUMillis })
	m.WalBytesPerEvent = of(func(r Round) int64 { return r.WalBytesPerEvent })
	m.RowsPerEvent = of(func(r Round) int64 { return r.RowsPerEvent })
	m.MessagesOutPerEvent = of(func(r Round) int64 { return r.MessagesOutPerEvent })
	m.Transactions = of(func(r Round) int64 { return r.Transactions })
	m.EventsPerTransaction = of(func(r Round) int64 { return r.EventsPerTransaction })
	m.RoundTripsPerEvent = of(func(r Round) int64 { return r.RoundTripsPerEvent })
	m.RoundTripsPerBatch = of(func(r Round) int64 { return r.RoundTripsPerBatch })
	return m
}

// WriteText writes one round for people.
func (r Round) WriteText(w io.Writer, title string) error {
	_, err := fmt.Fprintf(w, `%s: %s
  %d events in %s s: %d events/s
  latency      p50 %s ms, p99 %s ms (%d events at %d events/s, from publishing to the first event out)
  processor    worker and broker %s s, PostgreSQL %s s
  an event     %d bytes of WAL, %s rows, %s messages out, %s round trips to PostgreSQL
  a batch      %s events, %s round trips
`, title, r.Way, r.Events, thousandths(r.Millis), r.EventsPerSecond,
		thousandths(r.LatencyP50Micros), thousandths(r.LatencyP99Micros), r.LatencySamples, r.LatencyRate,
		thousandths(r.WorkerCPUMillis), thousandths(r.PostgresCPUMillis),
		r.WalBytesPerEvent, thousandths(r.RowsPerEvent), thousandths(r.MessagesOutPerEvent), thousandths(r.RoundTripsPerEvent),
		thousandths(r.EventsPerTransaction), thousandths(r.RoundTripsPerBatch))
	return err
}

// WriteText writes the medians, where there is more than one round to take them of, and the ratio for people.
func (r *Report) WriteText(w io.Writer) error {
	medians := r.Medians
	if len(r.Rounds) == len(medians) {
		medians = nil
	}
	for _, m := range medians {
		if err := m.WriteText(w, "median"); err != nil {
			return err
		}
	}
	if r.RatioMilli == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "ratio: %s decides %s times as many events a second as %s\n", r.Medians[0].Way, thousandths(r.RatioMilli), r.Medians[1].Way)
	return err
}

// thousandths writes 1234 as 1.234.
func thousandths(n int64) string {
	rest := strconv.FormatInt(1000+n%1000, 10)[1:]
	return strconv.FormatInt(n/1000, 10) + "." + rest
}

// quantile returns the value below which so many percent of the sorted values lie.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

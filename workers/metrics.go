package workers

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/workers/schedule"
)

// metrics are what a worker measures of itself. Names end with their unit.
type metrics struct {
	processed     *prometheus.CounterVec
	rejected      *prometheus.CounterVec
	batchDuration prometheus.Histogram
	batchSize     prometheus.Histogram
	stages        *prometheus.HistogramVec
	splits        prometheus.Counter
	rounds        prometheus.Counter
	failures      *prometheus.CounterVec
	sessions      prometheus.Counter
	reopened      prometheus.Counter
	relayed       prometheus.Counter
	references    prometheus.Counter
	finishedRuns  *prometheus.CounterVec
	refusedParts  *prometheus.CounterVec

	waiting         prometheus.Gauge
	outboxLag       prometheus.Gauge
	consumerLag     prometheus.Gauge
	oldestAge       prometheus.Gauge
	ownedPartitions prometheus.Gauge
	databaseUp      prometheus.Gauge
	brokerUp        prometheus.Gauge
	stuck           prometheus.Gauge
	overdueRuns     prometheus.Gauge
	oldestRun       prometheus.Gauge
	referenceNo     prometheus.Gauge

	openFindings  *prometheus.GaugeVec
	reconciledAge *prometheus.GaugeVec
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	seconds := prometheus.ExponentialBuckets(0.001, 2, 15) // 1 ms to 16 s
	m := &metrics{
		processed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_events_processed_total", Help: "Events taken from the streams and stored, by what became of them.",
		}, []string{"type", "outcome"}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_events_rejected_total", Help: "Events reported as rejected, by code.",
		}, []string{"code"}),
		batchDuration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "accruald_batch_duration_seconds", Help: "Time from the begin to the commit of a batch.", Buckets: seconds,
		}),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "accruald_batch_size_events", Help: "Events in a batch.", Buckets: prometheus.ExponentialBuckets(1, 2, 12),
		}),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "accruald_stage_duration_seconds", Help: "Time of a batch in one stage.", Buckets: seconds,
		}, []string{"stage"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_batch_failures_total", Help: "Batches that failed, by class of failure.",
		}, []string{"class"}),
		splits:     counter("accruald_batch_splits_total", "Batches split because the database refused them."),
		rounds:     counter("accruald_batch_rounds_total", "Times batches were decided; above their number when a need was not foreseen."),
		sessions:   counter("accruald_lane_sessions_total", "Times a lane began to read from stored positions."),
		reopened:   counter("accruald_partitions_reopened_total", "Times a partition's consumer was opened again."),
		relayed:    counter("accruald_outbox_relayed_events_total", "Outgoing events published."),
		references: counter("accruald_reference_events_total", "Reference events applied to memory."),

		finishedRuns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_job_runs_finished_total", Help: "Runs of jobs whose parts are all decided.",
		}, []string{"job"}),
		refusedParts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accruald_job_parts_refused_total", Help: "Parts of runs that were rejected for their partner.",
		}, []string{"job"}),

		waiting:         gauge("accruald_events_waiting", "Events that wait for their predecessor, of all partitions, told by the replica that reads the reference stream."),
		outboxLag:       gauge("accruald_outbox_lag_events", "Outgoing events decided and not yet published, of the partitions owned here."),
		consumerLag:     gauge("accruald_consumer_lag_events", "Events stored in the stream and not yet decided, of the partitions owned here."),
		oldestAge:       gauge("accruald_oldest_unprocessed_age_seconds", "Age of the oldest event of the partitions owned here that is stored in the stream and not yet decided."),
		ownedPartitions: gauge("accruald_owned_partitions", "Partitions of the input that this process owns."),
		databaseUp:      gauge("accruald_database_up", "1 while the database answers, else 0."),
		brokerUp:        gauge("accruald_broker_up", "1 while the broker is connected, else 0."),
		stuck:           gauge("accruald_sweeper_stuck_events", "Waiting events whose predecessor is there; must be 0."),
		overdueRuns:     gauge("accruald_job_runs_overdue", "Runs of jobs that were due a quarter of an hour ago and are not finished, told by the replica that reads the reference stream."),
		oldestRun:       gauge("accruald_job_run_oldest_age_seconds", "Age of the oldest run that is not finished, told by the same."),
		referenceNo:     gauge("accruald_reference_version", "Version of the reference data in memory."),
		openFindings: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "accruald_findings_open", Help: "Open findings of the reconciliation, told by the replica that reads the reference stream.",
		}, []string{"kind", "severity"}),
		reconciledAge: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "accruald_reconciliation_age_seconds", Help: "Age of the last finished reconciliation, of any mode and of the last full one, of all partners and cycles, told by the same; absent before the first.",
		}, []string{"mode"}),
	}
	for _, c := range []prometheus.Collector{
		m.processed, m.rejected, m.batchDuration, m.batchSize, m.stages, m.splits, m.rounds, m.failures, m.sessions, m.reopened,
		m.relayed, m.references, m.waiting, m.outboxLag, m.consumerLag, m.oldestAge, m.ownedPartitions, m.databaseUp, m.brokerUp,
		m.stuck, m.referenceNo, m.finishedRuns, m.refusedParts, m.overdueRuns, m.oldestRun, m.openFindings, m.reconciledAge,
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// knownJob keeps what others may name a job from becoming a series each.
func knownJob(name string) string {
	if !slices.Contains(schedule.Names(), name) {
		return "unknown"
	}
	return name
}

func (m *metrics) stage(name string, began time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(began).Seconds())
}

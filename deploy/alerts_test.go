package deploy

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// published are the metrics of the worker, without the endings that a histogram gives its parts.
var published = []string{
	"accruald_batch_duration_seconds",
	"accruald_batch_size_events",
	"accruald_consumer_lag_events",
	"accruald_events_processed_total",
	"accruald_events_rejected_total",
	"accruald_events_waiting",
	"accruald_findings_open",
	"accruald_inquiry_duration_seconds",
	"accruald_inquiry_nats_requests_total",
	"accruald_inquiry_requests_total",
	"accruald_job_parts_refused_total",
	"accruald_job_run_oldest_age_seconds",
	"accruald_job_runs_overdue",
	"accruald_oldest_unprocessed_age_seconds",
	"accruald_outbox_lag_events",
	"accruald_reconciliation_age_seconds",
}

// TestAlertsAskForPublishedMetrics: an alert on a name that nobody publishes never fires.
func TestAlertsAskForPublishedMetrics(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	part := regexp.MustCompile(`^(.+?)(_bucket|_sum|_count)?$`)
	for _, name := range regexp.MustCompile(`\baccruald_[a-z_]+`).FindAllString(string(text), -1) {
		name = part.FindStringSubmatch(name)[1]
		if !slices.Contains(published, name) {
			t.Errorf("alerts.yaml asks for %q, which the worker does not publish", name)
		}
		asked = append(asked, name)
	}
	for _, name := range published {
		if !slices.Contains(asked, name) {
			t.Errorf("no alert in alerts.yaml looks at %q", name)
		}
	}
}

package workers

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/accruald/accruald/events/bus"
)

// TestOldestEventAges though nothing reads it: neither a lane that stands
// still nor a lost broker looks like an empty stream (F84).
func TestOldestEventAges(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := newHistory(t, 211, "P100")
	h.pay("P100", "O1")
	r.sendAll(h.take())
	w, err := New(Config{DatabaseURL: r.database, Bus: bus.Config{URL: r.server.URL(), Logger: quiet}, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	if err := w.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.bus.Close)
	w.keeper.mustBeat(t)
	var oldest time.Time
	age := func() float64 {
		w.look(t.Context(), &oldest)
		return gaugeOf(t, w.config.Registry, "accruald_oldest_unprocessed_age_seconds")
	}
	first := age()
	if first <= 0 {
		t.Errorf("the event is %f s old", first)
	}
	r.server.Shutdown()
	eventually(t, "the broker is missed", func() bool { return w.bus.Healthy() != nil })
	if second := age(); second <= first {
		t.Errorf("the event is %f s old, before the broker was lost %f s", second, first)
	}
}

func gaugeOf(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %q", name)
	return 0
}

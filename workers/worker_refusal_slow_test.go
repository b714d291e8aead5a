//go:build slow

package workers

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/schema/pgserver"
)

// TestStartWaitsForServers begins without database and broker, says so in
// /readyz, and works once both are there.
func TestStartWaitsForServers(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	r := newRigOn(t, server.URL(schema.Name))
	if err := server.Kill(pgserver.KillModeImmediate); err != nil {
		t.Fatal(err)
	}
	r.server.Shutdown()
	address := make(chan string, 1)
	w := r.work(func(c *Config) { c.HTTPAddress = "127.0.0.1:0"; c.Logger = slog.New(addressHandler{address}) }, nil)
	base := "http://" + <-address
	expect := func(path, part string, status int) {
		eventually(t, path+" says "+part, func() bool {
			got, body := get(t, base+path)
			return got == status && strings.Contains(body, part)
		})
	}
	expect("/readyz", `"database":"`, http.StatusServiceUnavailable)
	expect("/healthz", `"alive"`, http.StatusOK)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("/readyz", `"broker":"`, http.StatusServiceUnavailable)
	r.startBroker()
	expect("/readyz", `{"status":"ready"}`, http.StatusOK)
	eventually(t, "the producer is connected again", func() bool { return r.bus.Healthy() == nil })
	r.publish(sample(t, "worked-example.jsonl"))
	w.drained()
	expect("/metrics", `accruald_events_processed_total{outcome="accepted",type="order.placed.v1"} 1`, http.StatusOK)
	expect("/metrics", "accruald_database_up 1", http.StatusOK)
	expect("/metrics", "accruald_owned_partitions 64", http.StatusOK)
	w.halt()
	r.sound()
}

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events/bus/embedded"
	"github.com/accruald/accruald/schema/dbtest"
)

const operateWaitMax = time.Minute

// operated is a worker on test servers, as an operator has one.
type operated struct {
	t              *testing.T
	nats, database []string // flags
	ended          chan result
	stop           context.CancelFunc
}

func operate(t *testing.T, flags ...string) *operated {
	t.Helper()
	if len(flags) == 0 { // months of runs fell due since the events of the samples
		flags = []string{"--no-schedule"}
	}
	server, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	ctx, stop := context.WithCancel(context.Background())
	o := &operated{t: t, nats: []string{"--nats-url", server.URL()}, database: []string{"--database-url", dbtest.URL(t)}, ended: make(chan result, 1), stop: stop}
	args := slices.Concat([]string{"worker", "--roles", "decide", "--listen", "", "--log-level", "error"}, flags, o.nats, o.database)
	go func() { o.ended <- callIn(ctx, "", args...) }()
	return o
}

// finish drains the worker, as SIGTERM does.
func (o *operated) finish() {
	o.t.Helper()
	o.stop()
	if got := <-o.ended; got.status != statusDone {
		o.t.Errorf("worker ended with status %d: %s", got.status, got.err)
	}
}

// until calls a command until its output has a text.
func (o *operated) until(want string, args ...string) result {
	o.t.Helper()
	deadline := time.Now().Add(operateWaitMax)
	for {
		got := call(o.t, "", args...)
		if strings.Contains(got.out, want) {
			return got
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("%q did not say %q within %s: %s %s", args, want, operateWaitMax, got.out, got.err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestAnOperatorsDay: a file is published into running workers, nothing of it is missing, what is wrong with it is
// found, shown and given up, and what waits is told.
func TestAnOperatorsDay(t *testing.T) {
	t.Parallel()
	o := operate(t)
	example, err := os.ReadFile("../../events/samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	text := string(example)
	for line := range strings.Lines(string(example)) {
		if strings.Contains(line, `"id":"order.placed/O1"`) { // the same order of a customer nobody knows
			text += strings.NewReplacer("O1", "O9", "C200", "C999", "vm-1", "vm-9").Replace(line)
		}
		if strings.Contains(line, `"id":"order.paid/O2"`) { // a payment whose order never comes
			text += strings.ReplaceAll(line, "O2", "O8")
		}
	}
	path := file(t, "day.jsonl", text)

	missing := append([]string{"inbox", "missing", path}, o.database...)
	lines := strings.Count(text, "\n")
	if got := call(t, "", missing...); !strings.Contains(got.err, fmt.Sprintf("%d of %d events", lines, lines)) || strings.Count(got.out, path+":") != lines {
		t.Errorf("before publishing: %s%s", got.out, got.err)
	}
	if got := call(t, "", append([]string{"publish", path}, o.nats...)...); got.status != statusDone {
		t.Fatalf("publish: status %d: %s", got.status, got.err)
	}
	o.until(`"waits_for":"o/O8"`, append([]string{"waiting", "--json"}, o.database...)...)
	o.until(`for order "O8"`, append([]string{"waiting"}, o.database...)...)
	listed := o.until("unknown_customer", append([]string{"rejections", "--partner", "P100"}, o.database...)...)
	if !strings.Contains(listed.out, "order.placed/O9") || !strings.Contains(listed.err, "1 events") {
		t.Errorf("rejections: %s%s", listed.out, listed.err)
	}
	if got := call(t, "", missing...); !strings.HasPrefix(got.err, "0 of ") || got.out != "" {
		t.Errorf("after publishing: %s%s", got.out, got.err)
	}
	which := []string{"P100", "/orders/cn", "order.placed/O9"}
	shown := call(t, "", append(append([]string{"rejections", "show"}, which...), o.database...)...)
	for _, want := range []string{`"status": "rejected"`, `"code": "unknown_customer"`, `"retryable": true`, `"customer_id": "C999"`} {
		if !strings.Contains(shown.out, want) {
			t.Errorf("show has no %s: %s%s", want, shown.out, shown.err)
		}
	}
	servers := slices.Concat(o.nats, o.database)
	given := call(t, "", slices.Concat([]string{"rejections", "discard", "--actor", "operations"}, which, servers)...)
	if given.status != statusDone {
		t.Errorf("discard: status %d: %s", given.status, given.err)
	}
	o.until(`"status": "discarded"`, append(append([]string{"rejections", "show"}, which...), o.database...)...)
	for _, answer := range []string{"retry", "discard"} {
		for word, id := range map[string]string{"discarded": "order.placed/O9", "accepted": "order.placed/O1", "no event": "nobody"} {
			got := call(t, "", slices.Concat([]string{"rejections", answer, "--actor", "operations", "P100", "/orders/cn", id}, servers)...)
			if got.status != statusRefused || !strings.Contains(got.err, word) || got.out != "" {
				t.Errorf("%s of %q: %+v", answer, id, got)
			}
		}
	}
	if got := call(t, "", append([]string{"rejections", "show", "P100", "/orders/cn", "nobody"}, o.database...)...); got.status != statusRefused {
		t.Errorf("show of an unknown event: status %d", got.status)
	}
	o.finish()
}

// TestCommandsRefuseAnUnmigratedDatabase says what to do, and migrate does it.
func TestCommandsRefuseAnUnmigratedDatabase(t *testing.T) {
	t.Parallel()
	server := dbtest.Server(t)
	if err := server.CreateDatabase(t.Context(), "empty"); err != nil {
		t.Fatal(err)
	}
	database := []string{"--database-url", server.URL("empty")}
	got := call(t, "", append([]string{"waiting"}, database...)...)
	if got.status != statusRefused || !strings.Contains(got.err, "migrate") {
		t.Errorf("status %d: %s", got.status, got.err)
	}
	for range 2 {
		if got := call(t, "", append([]string{"migrate"}, database...)...); got.status != statusDone || !strings.HasPrefix(got.out, "schema ") {
			t.Errorf("migrate: status %d: %s%s", got.status, got.out, got.err)
		}
	}
	if got := call(t, "", append([]string{"waiting"}, database...)...); got.status != statusDone {
		t.Errorf("after migrate: status %d: %s", got.status, got.err)
	}
}

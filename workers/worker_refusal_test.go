package workers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

// refusing is a database that does not take what one event leads to.
type refusing struct {
	frame
	id     string
	splits int
}

func (f *refusing) Process(ctx context.Context, batch []Delivery, position Position, before ...func(context.Context) error) (Committed, error) {
	if slices.ContainsFunc(batch, func(d Delivery) bool { return d.Event.ID == f.id && d.Rejection == nil }) {
		f.splits++
		return Committed{}, &pgconn.PgError{Code: "23514", Message: "made for the test"}
	}
	return f.frame.Process(ctx, batch, position, before...)
}

// TestRefusedBatchIsSplit down to the one event that the database refuses,
// which is given up; all others stand, in order.
func TestRefusedBatchIsSplit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.work(nil, nil)
	facts := r.load(91, 120, partnersNamed(3)...)
	first.drained()
	first.halt()
	bad := facts[50]
	r.send(facts)
	faulty := &refusing{id: bad.ID}
	w := r.work(nil, func(w *Worker) { faulty.frame, w.frame = w.frame, faulty })
	w.drained()
	w.halt()
	for _, ev := range facts {
		if ev == bad {
			r.foldOne(ev, poisoned(refusedAloneCountMax, &pgconn.PgError{Code: "23514", Message: "made for the test"}))
		} else {
			r.foldOne(ev, nil)
		}
	}
	r.sound()
	if faulty.splits < 3 {
		t.Errorf("the event was tried %d times: its batch was never split", faulty.splits)
	}
}

// TestUnreadableMessages records what cannot be read under the stream and the
// hash of the message, and refuses what comes on another subject.
func TestUnreadableMessages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	facts := r.load(101, 2, "P100")
	header, data := facts[0].Message()
	foreign := events.InSubject(&events.Event{PartitionKey: "P200", Type: facts[0].Type})
	for subject, message := range map[string]bus.Outgoing{
		"billing.in.P100.order.placed": {Data: []byte("no event")},
		"billing.in.P100.order.paid":   {Header: map[string][]string{"ce-id": {"1"}}, Data: []byte("no event")},
		foreign:                        {Header: header, Data: data},
		"billing.in.P100.order.plaid":  {Header: header, Data: data},
		"billing.ref.product.changed":  {Data: []byte("no event")},
		"billing.ref.order.placed":     {Header: header, Data: data},
	} {
		message.Subject = subject
		if err := r.bus.PublishBatch(t.Context(), []bus.Outgoing{message, message}); err != nil {
			t.Fatal(err)
		}
	}
	w.drained()
	w.halt()
	got := map[string]int{}
	for _, m := range r.output() {
		if strings.HasSuffix(m.subject, rejectedSuffix) {
			var why events.EventRejected
			if err := json.Unmarshal(m.data, &why); err != nil {
				t.Fatal(err)
			}
			source, _, _ := strings.Cut(why.Source, "_")
			got[m.subject+" "+source+" "+why.Code]++
		}
	}
	want := map[string]int{
		"billing.out.P100.event.rejected nats:BILLING envelope_invalid": 2,
		"billing.out.P200.event.rejected nats:BILLING subject_mismatch": 1,
		"billing.out.P100.event.rejected /test subject_mismatch":        1,
		"billing.out._all.event.rejected nats:BILLING envelope_invalid": 1,
		"billing.out._all.event.rejected nats:BILLING subject_mismatch": 1,
	}
	for what, n := range want {
		if got[what] != n {
			t.Errorf("%s: %d times, want %d; all: %v", what, got[what], n, got)
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestForeignStreamIsRefused does not start on a stream whose positions begin
// again: whatever it held before is not what the database has read.
func TestForeignStreamIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	w := r.work(nil, nil)
	r.publish(sample(t, "worked-example.jsonl"))
	w.drained()
	w.halt()
	other := newRigOn(t, r.database)
	worker, err := New(Config{DatabaseURL: r.database, Bus: bus.Config{URL: other.server.URL(), Logger: quiet}, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), testWaitMax)
	defer cancel()
	if err := worker.Run(ctx); !errors.Is(err, bus.ErrStreamReplaced) || !strings.Contains(err.Error(), "restore that stream") {
		t.Errorf("the worker ended with: %v", err)
	}
}

// TestStuckLoopIsReported: a loop that gives no sign of life makes the process
// not alive.
func TestStuckLoopIsReported(t *testing.T) {
	t.Parallel()
	now := monthBegin
	h := newHealth(func() time.Time { return now })
	h.beat("lane-0")
	if report := h.alive(); report.Status != "alive" {
		t.Errorf("%+v", report)
	}
	now = now.Add(loopSilenceMax + time.Second)
	if report := h.alive(); report.Status == "alive" || report.Missing["lane-0"] == "" {
		t.Errorf("%+v", report)
	}
}

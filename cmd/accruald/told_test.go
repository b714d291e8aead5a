package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/events/bus/embedded"
)

// TestPublishSaysThatItWaits: without a worker reference data is applied by nobody, and publish asks for one, once.
func TestPublishSaysThatItWaits(t *testing.T) {
	t.Parallel()
	server, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	ctx, cancel := context.WithTimeout(t.Context(), operateWaitMax)
	defer cancel()
	told := &tellTale{want: "is one running?", times: 1, seen: make(chan struct{})}
	var out strings.Builder
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, &console{in: strings.NewReader(""), out: &out, err: told}, []string{"publish", "--nats-url", server.URL(), examplePath})
	}()
	select {
	case <-told.seen:
		cancel()
	case status := <-ended:
		t.Fatalf("ended with status %d before it was told", status)
	}
	if status := <-ended; status != statusRefused || strings.Count(told.text.String(), told.want) != 1 {
		t.Errorf("status %d: %s", status, told.text.String())
	}
}

// TestAMalformedPayloadIsShownAsReceived, and rejections are listed as they arrived, whatever partner they are of.
func TestAMalformedPayloadIsShownAsReceived(t *testing.T) {
	t.Parallel()
	o := operate(t)
	b, err := bus.Connect(t.Context(), bus.Config{URL: o.nats[1]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n, partner := range []string{"P9", "P1"} {
		sample, err := events.Contract.ReadFile("samples/" + events.TypePartnerLeft + ".json")
		if err != nil {
			t.Fatal(err)
		}
		good, err := events.DecodeStructured(sample)
		if err != nil {
			t.Fatal(err)
		}
		good.PartitionKey, good.Source, good.ID = partner, "/test", "broken"
		header, _ := good.Message()
		payload := []byte("{oops")
		if n > 0 {
			payload = []byte("{\xff")
		}
		if _, err := b.Publish(t.Context(), events.InSubject(good), header, payload); err != nil {
			t.Fatal(err)
		}
		o.until(partner, append([]string{"rejections"}, o.database...)...)
	}
	listed := call(t, "", append([]string{"rejections"}, o.database...)...)
	if first, second := strings.Index(listed.out, "P9"), strings.Index(listed.out, "P1"); first < 0 || second < first || strings.Contains(listed.out, "\t") {
		t.Errorf("listed:\n%s", listed.out)
	}
	for partner, want := range map[string]rejectionRow{"P9": {Payload: "{oops"}, "P1": {Base64: []byte("{\xff")}} {
		shown := call(t, "", slices.Concat([]string{"rejections", "show", partner, "/test", "broken"}, o.database)...)
		var row rejectionRow
		if err := json.Unmarshal([]byte(shown.out), &row); err != nil {
			t.Fatalf("%v: %s%s", err, shown.out, shown.err)
		}
		if row.Payload != want.Payload || string(row.Base64) != string(want.Base64) || row.Data != nil || row.Status != "rejected" {
			t.Errorf("%s is shown\n%s", partner, shown.out)
		}
	}
	o.finish()
}

package feed

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/events/bus/embedded"
)

// enrolments are lines of n partners.
func enrolments(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"specversion":"1.0","id":"partner.enrolled/P%[1]d","source":"/partners/cn","type":"partner.enrolled.v1",`+
			`"time":"2026-01-01T00:00:00+08:00","subject":"P%[1]d","partitionkey":"P%[1]d","data":{"partner_id":"P%[1]d","site":"cn","level":"gold",`+
			`"tier":1,"business_info_authenticated":true,"certified":true,"auto_request":false,"effective_time":"2026-01-01T00:00:00+08:00"}}`+"\n", i)
	}
	return b.String()
}

func text(s string) []Source { return []Source{Text("test.jsonl", []byte(s))} }

func TestCount(t *testing.T) {
	t.Parallel()
	lines := enrolments(3)
	first, _, _ := strings.Cut(lines, "\n")
	blanks := strings.ReplaceAll(lines, `":`, `" : `)
	conflict := strings.ReplaceAll(first, "gold", "silver")
	cases := []struct {
		name, text        string
		lines, duplicates int
	}{
		{"nothing", "", 0, 0},
		{"three", lines, 3, 0},
		{"without the last line's end", strings.TrimSuffix(lines, "\n"), 3, 0},
		{"one again", lines + first, 4, 1},
		{"all again, with other blanks", lines + blanks, 6, 3},
		{"other content is no duplicate", lines + conflict, 4, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Count(Lines(text(c.text)))
			if err != nil || got.Lines != c.lines || got.Duplicates != c.duplicates {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestCountTellsManyMalformedLinesAndThenStops(t *testing.T) {
	t.Parallel()
	_, err := Count(Lines(text(strings.Repeat("x\n", malformedMax+5))))
	if err == nil || strings.Count(err.Error(), "malformed_json") != malformedMax || !strings.Contains(err.Error(), "the rest was not read") {
		t.Errorf("%v", err)
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	sources, err := Sources([]string{"/nowhere/events.jsonl"}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Count(Lines(sources)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestPublishingGoesOnWhereItStopped: after any number of stored events the rest is sent, in order, and nothing twice.
func TestPublishingGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	server, err := embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shutdown)
	b, err := bus.Connect(t.Context(), bus.Config{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	const count, before = 25, 11
	folder, all := t.TempDir(), text(enrolments(count))
	counts, err := Count(Lines(all))
	if err != nil {
		t.Fatal(err)
	}
	resume := func(want int) {
		t.Helper()
		if got, err := Resume(t.Context(), folder, server.URL(), counts); err != nil || got != want {
			t.Fatalf("resume at %d, %v; want %d", got, err, want)
		}
	}
	resume(0)
	if _, err := NewPublisher(b, nil).Publish(t.Context(), Lines(text(enrolments(before))), 0); err != nil {
		t.Fatal(err)
	}
	internal(t, server.URL()) // what workers publish to themselves does not count
	resume(before)
	var told int
	stored, err := NewPublisher(b, func(stored int) { told = stored }).Publish(t.Context(), Lines(all), before)
	if err != nil || stored != count || told != count {
		t.Fatalf("stored %d, told %d, %v", stored, told, err)
	}
	resume(count)
	facts, err := b.Stream(t.Context(), bus.InputStream)
	if err != nil || facts.Messages != count+1 {
		t.Errorf("%d messages in the stream, %v", facts.Messages, err)
	}
	if err := Finish(folder, counts); err != nil {
		t.Fatal(err)
	}
	resume(count)
	if err := Forget(folder); err != nil {
		t.Fatal(err)
	}
	resume(0)
}

func internal(t *testing.T, url string) {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Request("billing.in.P1."+strings.TrimSuffix(events.TypeScheduleApplied, ".v1"), []byte("{}"), nats.DefaultTimeout*5); err != nil {
		t.Fatal(err)
	}
}

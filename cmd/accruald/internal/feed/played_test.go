package feed

import (
	"slices"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

// TestPlayedRunsTheJobsThatAreDue plays the worked example without its jobs: the clock fires them at their times. With
// jobs of its own a file is played as it is.
func TestPlayedRunsTheJobsThatAreDue(t *testing.T) {
	t.Parallel()
	example, err := events.Contract.ReadFile("samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	whole := []Source{Text("example", example)}
	var without []byte
	lines := 0
	for line, err := range Lines(whole) {
		if err != nil {
			t.Fatal(err)
		}
		lines++
		if line.Event.Type == events.TypeScheduleFired {
			continue
		}
		text, err := line.Event.Structured()
		if err != nil {
			t.Fatal(err)
		}
		without = append(append(without, text...), '\n')
	}
	fired := func(sources []Source) (ids []string, all int) {
		for line, err := range Played(sources, site.Default()) {
			if err != nil {
				t.Fatal(err)
			}
			all++
			if line.Event.Type == events.TypeScheduleFired {
				ids = append(ids, line.Event.ID)
			}
		}
		return ids, all
	}
	if _, all := fired(whole); all != lines {
		t.Errorf("a file with jobs of its own is played as %d lines, it has %d", all, lines)
	}
	ids, _ := fired([]Source{Text("example", without)})
	for _, want := range []string{"schedule.fired/close_cycle/cn/2026-04-01T00:10", "schedule.fired/release_holds/cn/2026-04-04T00:30"} {
		if !slices.Contains(ids, want) {
			t.Errorf("the clock did not fire %s; it fired %q", want, ids)
		}
	}
}

//go:build slow

package main

import (
	"strings"
	"testing"
)

// TestReadmeExamplesRun: what the README tells to try does something.
func TestReadmeExamplesRun(t *testing.T) {
	t.Parallel()
	readme := read(t, readmePath)
	_, part, _ := strings.Cut(readme, "<!-- begin examples -->")
	part, _, _ = strings.Cut(part, "<!-- end examples -->")
	ran := 0
	for line := range strings.Lines(part) {
		command, _, _ := strings.Cut(line, " #")
		words, found := strings.CutPrefix(command, "bin/accruald ")
		if !found {
			continue
		}
		ran++
		args := strings.Fields(strings.ReplaceAll(words, "events/samples/", "../../events/samples/"))
		if got := call(t, "", args...); got.status != statusDone || strings.Count(got.out, "\n") < 2 {
			t.Errorf("%s: status %d %s\n%s", command, got.status, got.err, got.out)
		}
	}
	if ran < 10 {
		t.Errorf("%d examples ran", ran)
	}
}

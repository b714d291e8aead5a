//go:build slow

package main

import (
	"context"
	"strings"
	"testing"

	"github.com/accruald/accruald/events"
)

// TestReferenceDataStandsInItsPlace corrects a price between two orders of a file, from a time before both: the order in
// front of the correction keeps its price on servers as it does in memory.
func TestReferenceDataStandsInItsPlace(t *testing.T) {
	t.Parallel()
	example, err := events.Contract.ReadFile("samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var before, after, product string
	for line := range strings.Lines(string(example)) {
		switch {
		case strings.Contains(line, `"470.00"`) && strings.Contains(line, events.TypeProductPublished):
			product = line
			before += line
		case strings.Contains(line, `"order.spec_changed/O2"`) || after != "":
			after += line
		default:
			before += line
		}
	}
	correction := strings.NewReplacer(`"470.00"`, `"400.00"`, `"id":"`, `"id":"correction/`, `"id": "`, `"id": "correction/`).Replace(product)
	if correction == product || after == "" {
		t.Fatal("the worked example is not what this test makes its file of")
	}
	text := file(t, "corrected.jsonl", before+correction+after)
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	want := call(t, "", "simulate", "--summary", text)
	got := callIn(ctx, "", append(devArgs(folder(t)), "--events", text)...)
	if timeless(got.out) != want.out {
		t.Errorf("servers:\n%s\nmemory:\n%s", got.out, want.out)
	}
	if plain := call(t, "", "simulate", "--summary", file(t, "plain.jsonl", before+after)); plain.out == want.out {
		t.Error("the correction changes nothing: the test shows nothing")
	}
}

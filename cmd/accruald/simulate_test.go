package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"
)

// TestSimulateSummaryOfTheShippedSample shows what `make run` prints, but for the time it takes. The digest, which sees
// more than a person does, is compared with that of the servers elsewhere.
func TestSimulateSummaryOfTheShippedSample(t *testing.T) {
	t.Parallel()
	got := call(t, "", "simulate", "--summary", samplePath)
	if got.status != statusDone || got.err != "" {
		t.Fatalf("status %d, complaints %q", got.status, got.err)
	}
	text, digest, found := strings.Cut(got.out, "Digest of the final rows: ")
	if !found || len(strings.TrimSpace(digest)) != 64 {
		t.Errorf("no digest at the end: %q", digest)
	}
	golden(t, "summary.txt", text)
}

// TestSimulateReadsEveryForm: a file, the same compressed, and standard input decide alike.
func TestSimulateReadsEveryForm(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../events/samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	plain := call(t, "", "simulate", file(t, "events.jsonl", string(text)))
	golden(t, "worked-example.out.jsonl", plain.out)
	for name, got := range map[string]result{
		"gzip":           call(t, "", "simulate", file(t, "events.jsonl.gz", packed.String())),
		"standard input": call(t, string(text), "simulate", "-"),
		"DOS line ends":  call(t, strings.ReplaceAll(string(text), "\n", "\r\n"), "simulate", "-"),
		"blank lines":    call(t, strings.ReplaceAll(string(text), "\n", "\n\n"), "simulate", "-"),
	} {
		if got.status != statusDone || got.out != plain.out {
			t.Errorf("%s: status %d, complaints %q, %d bytes out, want %d", name, got.status, got.err, len(got.out), len(plain.out))
		}
	}
}

func TestMalformedLinesAreRefusedByFileAndLine(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("../../events/samples/worked-example.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	good, _, _ := strings.Cut(string(sample), "\n")
	cases := []struct {
		name, text string
		want       []string
	}{
		{"no JSON", good + "\n{oops\n", []string{":2: malformed_json"}},
		{"an unknown type", good + "\n\n" + strings.ReplaceAll(good, "service_type.published", "service_type.unheard") + "\n", []string{":3: unknown_type", "/type"}},
		{"two lines at once", "[]\n" + good + "\nnull\n", []string{":1: envelope_invalid", ":3: envelope_invalid"}},
		{"a line too long", good + "\n" + strings.Repeat("x", 1<<21) + "\n", []string{":2: too_large"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := file(t, "bad.jsonl", c.text)
			// Nothing listens there: what is malformed is told before anything is connected to.
			got := call(t, "", "publish", "--nats-url", "nats://127.0.0.1:1", path)
			if got.status != statusRefused {
				t.Errorf("publish: status %d, want %d", got.status, statusRefused)
			}
			for _, want := range c.want {
				if strings.HasPrefix(want, ":") {
					want = path + want
				}
				if !strings.Contains(got.err, want) {
					t.Errorf("publish complains %q, which has no %q", got.err, want)
				}
			}
			if got := call(t, "", "simulate", path); got.status != statusRefused || !strings.Contains(got.err, path+":") {
				t.Errorf("simulate: status %d, complaints %q", got.status, got.err)
			}
		})
	}
}

//go:build slow

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func devArgs(folder string) []string { return []string{"dev", "--exit", "--data", folder} }

// TestServersComeToWhatMemoryComesTo: the shipped sample through real servers has the summary and digest of the
// simulation, exits 0, and says the same when it is started again.
func TestServersComeToWhatMemoryComesTo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	data := folder(t)
	want := call(t, "", "simulate", "--summary", samplePath)
	for _, when := range []string{"at first", "again", "begun anew"} {
		args := devArgs(data)
		if when == "begun anew" {
			args = append(args, "--reset")
		}
		got := callIn(ctx, "", args...)
		if got.status != statusDone {
			t.Fatalf("%s: status %d, complaints %s", when, got.status, got.err)
		}
		if timeless(got.out) != want.out {
			t.Errorf("%s, servers:\n%s\nmemory:\n%s", when, got.out, want.out)
		}
	}
}

// TestKilledInTheMiddle: kill -9 at several points of the sample, and start again: the summary is the same.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	data, program := folder(t), binary(t)
	for kills := 0; kills < 3; kills++ {
		if ended := killAfter(ctx, t, program, data, kills); ended {
			t.Fatalf("the program was through before kill %d: the test shows nothing", kills+1)
		}
	}
	got := callIn(ctx, "", devArgs(data)...)
	want := call(t, "", "simulate", "--summary", samplePath)
	if got.status != statusDone || timeless(got.out) != want.out {
		t.Errorf("status %d, complaints %s\nafter the kills:\n%s\nmemory:\n%s", got.status, got.err, got.out, want.out)
	}
	if !strings.Contains(got.err, "were published before") {
		t.Errorf("nothing was published before the kills: %s", got.err)
	}
}

// killAfter starts the program and kills it when it has shown progress, later with every kill before. It returns
// whether the program ended by itself.
func killAfter(ctx context.Context, t *testing.T, program, data string, kills int) bool {
	t.Helper()
	command := exec.CommandContext(ctx, program, devArgs(data)...)
	told := &tellTale{want: "processing: ", times: 1 + kills/2, seen: make(chan struct{})}
	command.Stderr = told
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-told.seen:
	case err := <-ended:
		t.Logf("ended with %v: %s", err, told.text.String())
		return true
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	return false
}

// TestLeftOverIsAFailure: a payment whose order never comes keeps --exit from status 0.
func TestLeftOverIsAFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	example, err := os.ReadFile(filepath.FromSlash("../../events/samples/worked-example.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(example)) {
		if !strings.Contains(line, `"order.placed.v1"`) && !strings.Contains(line, `/operations/`) {
			kept = append(kept, line)
		}
		if strings.Contains(line, `"id":"order.paid/O1"`) {
			break
		}
	}
	got := callIn(ctx, strings.Join(kept, ""), append(devArgs(folder(t)), "--events", "-")...)
	if got.status != statusRefused || !strings.Contains(got.err, "1 events wait") || !strings.Contains(got.err, `order.paid/O1 of /orders/cn waits for order "O1"`) {
		t.Errorf("status %d, complaints %s\n%s", got.status, got.err, got.out)
	}
}

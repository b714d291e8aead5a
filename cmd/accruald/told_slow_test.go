//go:build slow

package main

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestCtrlCOfDev: the first SIGINT ends it with status 0 and says where the data is.
func TestCtrlCOfDev(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	data := folder(t)
	command := exec.CommandContext(ctx, binary(t), "dev", "--data", data, "--events", examplePath)
	up := &tellTale{want: "accruald is up", times: 1, seen: make(chan struct{})}
	var complaints strings.Builder
	command.Stdout, command.Stderr = up, &complaints
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-up.seen:
	case err := <-ended:
		t.Fatalf("ended with %v: %s", err, complaints.String())
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil || !strings.HasSuffix(complaints.String(), "stopped; data is in "+data+", the same command goes on from there\n") {
		t.Errorf("ended with %v: %s", err, complaints.String())
	}
}

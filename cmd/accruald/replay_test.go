//go:build slow

package main

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestReplayOfTheShippedQuarter: what real servers made of the quarter comes out of its recorded events again, to the
// digest that memory comes to (F60).
func TestReplayOfTheShippedQuarter(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	command := exec.CommandContext(ctx, binary(t), "dev", "--data", folder(t))
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	database := ""
	lines := bufio.NewScanner(output)
	for database == "" && lines.Scan() {
		told.WriteString(lines.Text() + "\n")
		if _, url, found := strings.Cut(lines.Text(), "  database  "); found {
			database = url
		}
	}
	if database == "" {
		t.Fatalf("the daemon did not say where its database is: %s", told.String())
	}
	_, digest, _ := strings.Cut(told.String(), "Digest of the final rows: ")
	digest, _, _ = strings.Cut(digest, "\n")
	got := callIn(ctx, "", "replay", "--verify", "--database-url", database)
	if got.status != statusDone || strings.Count(got.out, digest) != 2 || len(digest) != 64 || strings.Contains(got.out, "difference") {
		t.Errorf("replay of digest %q: status %d\n%s%s", digest, got.status, got.out, got.err)
	}
	if got := callIn(ctx, "", "replay", "--verify", "--partner", "P999", "--database-url", database); got.status != statusRefused || !strings.Contains(got.err, "P999") {
		t.Errorf("a partner nobody heard of: %+v", got)
	}
	// Decided again under other policies, the record comes to what its files come to.
	change := []string{"simulate", "--policy", whatIfPath, "--from", "2026-02-01T00:00:00+08:00", "--to", "2026-03-01T00:00:00+08:00", "--database-url", database}
	if got := callIn(ctx, "", change...); got.status != statusDone {
		t.Errorf("the record under other policies: %+v", got)
	} else {
		golden(t, "what-if.txt", got.out)
	}
	change = append(change, "--partner", "P130", "--csv")
	if got := callIn(ctx, "", change...); got.status != statusDone || !strings.Contains(got.out, "P130") || strings.Contains(got.out, "P110") {
		t.Errorf("the record of one partner under other policies: %+v", got)
	}
	if got := callIn(ctx, "", append(change[:len(change)-2], "P999", "--csv")...); got.status != statusRefused || got.out != "" || !strings.Contains(got.err, "P999") {
		t.Errorf("the record of a partner nobody heard of: %+v", got)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() { // until it has ended
	}
	if err := command.Wait(); err != nil {
		t.Errorf("ended with %v after: %s", err, told.String())
	}
}

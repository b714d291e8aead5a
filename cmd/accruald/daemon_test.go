package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestDevStaysUpUntilItIsTerminated: after the summary the daemon is ready, takes nobody's word but SIGTERM's, and ends
// with status 0.
func TestDevStaysUpUntilItIsTerminated(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), devWaitMax)
	defer cancel()
	command := exec.CommandContext(ctx, binary(t), "dev", "--data", folder(t), "--events", "../../events/samples/worked-example.jsonl")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	health := ""
	for lines := bufio.NewScanner(output); health == "" && lines.Scan(); {
		told.WriteString(lines.Text() + "\n")
		if _, address, found := strings.Cut(lines.Text(), "  health    "); found {
			health = address
		}
	}
	if health == "" {
		t.Fatalf("the daemon did not say where its health is: %s", told.String())
	}
	for path, want := range map[string]string{"/readyz": `"ready"`, "/healthz": `"alive"`, "/metrics": "accruald_events_processed_total"} {
		if body := get(ctx, t, strings.TrimSuffix(health, "/readyz")+path); !strings.Contains(body, want) {
			t.Errorf("%s says %q", path, body)
		}
	}
	if !strings.Contains(told.String(), "P100") {
		t.Errorf("no summary before: %s", told.String())
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&told, output); err != nil {
		t.Error(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("ended with %v after: %s", err, told.String())
	}
}

func get(ctx context.Context, t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
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
	return string(body)
}

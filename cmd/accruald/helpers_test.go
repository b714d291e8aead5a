package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/accruald/accruald/schema/dbtest"
)

var update = flag.Bool("update", false, "write the golden files and the generated parts of README.md instead of comparing with them")

const samplePath = "../../events/samples/quarter.jsonl"

// The binary is built once, for the tests that kill it.
var (
	buildOnce   sync.Once
	buildFolder string
	buildErr    error
)

func TestMain(m *testing.M) {
	defer func() { _ = os.RemoveAll(buildFolder) }() // of the system's temporary folder
	dbtest.Main(m)
}

// binary is the path of the program.
func binary(t *testing.T) string {
	t.Helper()
	buildOnce.Do(func() {
		if buildFolder, buildErr = os.MkdirTemp("", "accruald-cmd-test-"); buildErr != nil {
			return
		}
		build := exec.Command("go", "build", "-o", filepath.Join(buildFolder, "accruald"), ".")
		var complaints bytes.Buffer
		build.Stderr = &complaints
		if buildErr = build.Run(); buildErr != nil {
			buildErr = errors.New(complaints.String())
		}
	})
	if buildErr != nil {
		t.Fatalf("build the program: %v", buildErr)
	}
	return filepath.Join(buildFolder, "accruald")
}

// result is what a command came to.
type result struct {
	status   int
	out, err string
}

// call runs a command in this process.
func call(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	return callIn(t.Context(), stdin, args...)
}

func callIn(ctx context.Context, stdin string, args ...string) result {
	var out, complaints bytes.Buffer
	status := run(ctx, &console{in: strings.NewReader(stdin), out: &out, err: &complaints}, args)
	return result{status: status, out: out.String(), err: complaints.String()}
}

// golden compares text with a file below testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs: run the tests with -update and look at the change\n got:\n%s\nwant:\n%s", name, text, want)
	}
}

var tookLine = regexp.MustCompile(`(?m)^Took .*\n`)

// timeless is a summary without what differs from run to run.
func timeless(text string) string { return tookLine.ReplaceAllString(text, "") }

// folder makes a folder that the database's user can reach.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "accruald-cmd-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// file writes a file for one test.
func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

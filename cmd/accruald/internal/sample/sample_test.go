package sample

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/accruald/accruald/events"
)

var update = flag.Bool("update", false, "write the shipped file instead of comparing with it")

// shipped is the file as it lies in the tree.
const shipped = "../../../../events/samples/quarter.jsonl"

// TestShippedFileIsCurrent: the file is what the program makes, and what the binary carries.
func TestShippedFileIsCurrent(t *testing.T) {
	t.Parallel()
	made, err := Quarter()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.FromSlash(shipped), made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	embedded, err := events.Contract.ReadFile("samples/quarter.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, embedded) {
		t.Errorf("the shipped file is not what the program makes: go generate ./cmd/accruald/internal/sample")
	}
}

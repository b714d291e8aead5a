//go:build slow

package pgserver

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestUnfinishedInitIsDoneAgain(t *testing.T) {
	t.Parallel()
	dir := testFolder(t)
	require(t, os.MkdirAll(filepath.Join(dir, dataName+".unfinished", "base"), 0o700))
	require(t, os.WriteFile(filepath.Join(dir, passwordName), []byte("of a killed initdb\n"), 0o600))
	server := start(t, Options{Dir: dir, Persistent: true, Settings: map[string]string{"fsync": "off"}})
	if got := queryText(t, connect(t, server.URL("postgres")), "select 'answers'"); got != "answers" {
		t.Errorf("got %q", got)
	}
}

func TestPersistentServerKeepsItsData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testFolder(t), "made", "when missing")
	var told []string
	options := Options{Dir: dir, Persistent: true, Notify: func(text string) { told = append(told, text) }}
	first := start(t, options)
	execute(t, connect(t, first.URL("postgres")), "create table kept as select 7 as n")
	_, err := Start(t.Context(), options)
	if !errors.Is(err, errFolderInUse) {
		t.Fatalf("second start in the same folder: %v, want %v", err, errFolderInUse)
	}
	requireError(t, err, strconv.Itoa(os.Getpid()))
	require(t, first.Stop())

	second := start(t, options)
	if got := queryText(t, connect(t, second.URL("postgres")), "select n::text from kept"); got != "7" {
		t.Errorf("kept %q, want 7", got)
	}
	if len(told) != 1 {
		t.Errorf("told %q, want the making of the cluster once", told)
	}
}

//go:build slow

package pgserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Run by root the server works for a user who cannot enter the folder, so it moves and
// says so; run by anybody else it stays. Both ways it works and finds its data again.
func TestUnreachableFolder(t *testing.T) {
	t.Parallel()
	closed := testFolder(t)
	require(t, os.Chmod(closed, 0o700))
	dir := filepath.Join(closed, "server")
	var told []string
	options := Options{Dir: dir, Persistent: true, Settings: map[string]string{"fsync": "off"},
		Notify: func(text string) { told = append(told, text) }}
	first := start(t, options)
	t.Cleanup(func() { require(t, os.RemoveAll(first.Dir())) })
	execute(t, connect(t, first.URL("postgres")), "create table kept (n int)")
	require(t, first.Stop())
	second := start(t, options)
	execute(t, connect(t, second.URL("postgres")), "insert into kept values (1)")
	t.Cleanup(func() { require(t, second.Stop()) }) // before the folder is removed

	moved := first.Dir() != dir
	if moved != (os.Geteuid() == 0) || first.Dir() != second.Dir() {
		t.Errorf("run in %q, then %q, by user %d; wanted %q", first.Dir(), second.Dir(), os.Geteuid(), dir)
	}
	if said := strings.Contains(told[0], "using "+fmt.Sprintf("%q", first.Dir())+" instead"); said != moved {
		t.Errorf("told %q, moved: %v", told, moved)
	}
}

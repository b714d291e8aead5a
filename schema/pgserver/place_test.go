package pgserver

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func fakeBinaries(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	require(t, os.WriteFile(filepath.Join(dir, "postgres"), []byte(script), 0o700))
	return dir
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		installed []string
		major     int
		want      string // version, or
		wantError string
	}{
		{"newest major wins", []string{"15.18", "17.2 (Debian 17.2-1)", "16.9"}, 0, "17.2", ""},
		{"newest minor by number", []string{"15.9", "15.18"}, 0, "15.18", ""},
		{"development version", []string{"15.9", "18beta1"}, 0, "18beta1", ""},
		{"the cluster's major", []string{"17.2", "15.9"}, 15, "15.9", ""},
		{"the cluster's major is missing", []string{"17.2"}, 15, "", "version 15, which made the data folder: installed: 17.2"},
		{"too old", []string{"14.9"}, 0, "", "version 15 or newer: installed: 14.9"},
		{"nothing", nil, 0, "", "none is installed; install it (Debian, Ubuntu: run deploy/install-postgresql.sh"},
		{"not a server", []string{"what?"}, 0, "", "is not understood"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var folders []string
			for _, version := range test.installed {
				folders = append(folders, fakeBinaries(t, version))
			}
			found, err := findBinaries(t.Context(), folders, test.major)
			if test.wantError != "" {
				requireError(t, err, test.wantError)
				return
			}
			require(t, err)
			if found.version != test.want {
				t.Errorf("found %q, want %q", found.version, test.want)
			}
		})
	}
}

func TestAccountReaches(t *testing.T) {
	t.Parallel()
	base := testFolder(t)
	closed := filepath.Join(base, "closed")
	require(t, os.Mkdir(closed, 0o700))
	require(t, os.Symlink(closed, filepath.Join(base, "link")))
	other := account{uid: 4_000_000, gid: 4_000_000, foreign: true}
	owner := account{uid: uint32(os.Geteuid()), gid: 4_000_000, foreign: true}
	tests := []struct {
		name  string
		runAs account
		dir   string
		want  bool
	}{
		{"open folder", other, base, true},
		{"missing folders will be made open", other, filepath.Join(base, "a", "b"), true},
		{"closed folder", other, closed, false},
		{"below a closed folder", other, filepath.Join(closed, "a", "b"), false},
		{"through a link", other, filepath.Join(base, "link", "a"), false},
		{"closed to others only", owner, closed, true},
		{"the process itself", account{}, closed, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.runAs.reaches(test.dir)
			require(t, err)
			if got != test.want {
				t.Errorf("reaches %q: %v, want %v", test.dir, got, test.want)
			}
		})
	}
}

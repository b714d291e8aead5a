package pgserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// versionMin is the oldest major version the schema is written for.
const versionMin = 15

// binaryPatterns are the folders distributions and source builds install to,
// besides PATH.
var binaryPatterns = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/local/pgsql/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
}

// binaries is one installed server: the folder that holds both initdb and postgres.
type binaries struct {
	dir     string
	version string // as printed: "15.18"
	major   int
	minor   int
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// Version returns the version of the newest server installed on this machine, in
// the form "15.18". The error says what to install.
func Version(ctx context.Context) (string, error) {
	found, err := findBinaries(ctx, binaryFolders(), 0)
	if err != nil {
		return "", err
	}
	return found.version, nil
}

// binaryFolders lists existing candidates: those of PATH first, without repetition.
func binaryFolders() []string {
	folders := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range binaryPatterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			panic(err) // the patterns are constants
		}
		folders = append(folders, matches...)
	}
	var found []string
	for _, folder := range folders {
		// Links of a distribution (/usr/local/bin/postgres) lead to the real folder,
		// where initdb finds its siblings.
		real, err := filepath.EvalSymlinks(filepath.Join(folder, "postgres"))
		if err != nil {
			continue
		}
		folder = filepath.Dir(real)
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil && !slices.Contains(found, folder) {
			found = append(found, folder)
		}
	}
	return found
}

// findBinaries returns the newest server of the folders; with major above 0 only a
// server of that major version will do, because a cluster belongs to one.
func findBinaries(ctx context.Context, folders []string, major int) (binaries, error) {
	var best binaries
	var seen []string
	for _, folder := range folders {
		candidate, err := inspectBinaries(ctx, folder)
		if err != nil {
			return binaries{}, err
		}
		seen = append(seen, fmt.Sprintf("%s in %s", candidate.version, folder))
		switch {
		case candidate.major < versionMin, major > 0 && candidate.major != major:
		case candidate.major > best.major, candidate.major == best.major && candidate.minor > best.minor:
			best = candidate
		}
	}
	if best.dir != "" {
		return best, nil
	}
	wanted := fmt.Sprintf("version %d or newer", versionMin)
	if major > 0 {
		wanted = fmt.Sprintf("version %d, which made the data folder", major)
	}
	have := "none is installed"
	if len(seen) > 0 {
		have = "installed: " + strings.Join(seen, ", ")
	}
	return binaries{}, fmt.Errorf(
		"find a PostgreSQL server of %s: %s; install it (Debian, Ubuntu: run deploy/install-postgresql.sh, "+
			"or apt-get install postgresql) or put its bin folder into PATH", wanted, have)
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)(?:\.(\d+))?\S*)`)

func inspectBinaries(ctx context.Context, folder string) (binaries, error) {
	path := filepath.Join(folder, "postgres")
	output, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("ask %q for its version: %w", path, err)
	}
	match := versionPattern.FindStringSubmatch(string(output))
	if match == nil {
		return binaries{}, fmt.Errorf("ask %q for its version: answer %q is not understood", path, output)
	}
	major, err := strconv.Atoi(match[2])
	if err != nil {
		return binaries{}, fmt.Errorf("ask %q for its version: answer %q: %w", path, output, err)
	}
	minor := 0 // development versions have none: "18beta1"
	if match[3] != "" {
		if minor, err = strconv.Atoi(match[3]); err != nil {
			return binaries{}, fmt.Errorf("ask %q for its version: answer %q: %w", path, output, err)
		}
	}
	return binaries{dir: folder, version: match[1], major: major, minor: minor}, nil
}

package laws

import (
	"bufio"
	"fmt"
	"go/build/constraint"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// slowTag keeps tests that take long from `go test ./...`, which answers in about a minute; `make test` and the linters
// take them along.
const slowTag = "slow"

// leftOut returns the test files whose build constraint keeps them out even where slow tests are run.
func leftOut(constraints map[string]string) []string {
	var findings []string
	for path, line := range constraints {
		expression, err := constraint.Parse(line)
		if err != nil || !expression.Eval(func(tag string) bool { return tag == slowTag }) {
			findings = append(findings, fmt.Sprintf("%s: %q leaves its tests out of `make test`", path, line))
		}
	}
	return findings
}

// buildConstraints are those of the repository's test files that have one.
func buildConstraints(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, path := range testFiles(t, ".") {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "package ") {
			if constraint.IsGoBuild(lines.Text()) {
				found[path] = lines.Text()
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func TestEveryTestIsRunByMakeTest(t *testing.T) {
	t.Parallel()
	constraints := buildConstraints(t)
	if len(constraints) == 0 {
		t.Error("no test file is slow: the tag is dead")
	}
	for _, finding := range leftOut(constraints) {
		t.Error(finding)
	}
	makefile, err := os.ReadFile(filepath.Join(repository(), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(makefile), "\ntest:")
	recipe, _, _ = strings.Cut(recipe, "\n\n")
	for line := range strings.Lines(recipe) {
		if strings.HasSuffix(line, "$(TESTFLAGS) ./...\n") && strings.Contains(line, "-tags "+slowTag) {
			return
		}
	}
	t.Errorf("`make test` does not run all packages with -tags %s:\n%s", slowTag, recipe)
}

func TestLeftOutTestsAreFound(t *testing.T) {
	t.Parallel()
	got := leftOut(map[string]string{"a_test.go": "//go:build slow", "b_test.go": "//go:build never", "c_test.go": "//go:build !slow"})
	if len(got) != 2 {
		t.Errorf("findings are %q", got)
	}
}

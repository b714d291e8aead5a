package laws

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// vectorFiles are the worked examples of the published rules.
var vectorFiles = []string{"pricing.json", "settlement.json"}

// ruleVector is what is looked at of one of them.
type ruleVector struct {
	ID     string         `json:"id"`
	Kind   string         `json:"kind"`
	Assert string         `json:"assert"`
	Rest   jsontext.Value `json:",inline"`
}

// untested returns the binding vectors that no test speaks of: tests name the kinds that they run every vector of, or the
// id of a single one.
func untested(vectors []ruleVector, tests string) []string {
	var findings []string
	for _, v := range vectors {
		if v.Assert == "must" && !strings.Contains(tests, strconv.Quote(v.Kind)) && !strings.Contains(tests, "("+v.ID+")") {
			findings = append(findings, fmt.Sprintf("vector %s of kind %q: no test runs it", v.ID, v.Kind))
		}
	}
	return findings
}

// testText is the text of all tests below a folder of the repository, the laws' own apart.
func testText(t *testing.T, folder string) string {
	t.Helper()
	var text strings.Builder
	for _, path := range testFiles(t, folder) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(content)
	}
	return text.String()
}

// testFiles are the test files of a folder, without those of the laws.
func testFiles(t *testing.T, folder string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(repository(), folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "laws" {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestEveryBindingVectorIsTested(t *testing.T) {
	t.Parallel()
	tests := testText(t, "workers")
	for _, name := range vectorFiles {
		content, err := os.ReadFile(filepath.Join(repository(), "workers", "testdata", "vectors", name))
		if err != nil {
			t.Fatal(err)
		}
		var vectors []ruleVector
		if err := json.Unmarshal(content, &vectors); err != nil || len(vectors) == 0 {
			t.Fatalf("read %s: %d vectors, %v", name, len(vectors), err)
		}
		for _, finding := range untested(vectors, tests) {
			t.Errorf("%s: %s", name, finding)
		}
	}
}

func TestUntestedVectorsCanFail(t *testing.T) {
	t.Parallel()
	vectors := []ruleVector{{ID: "A-1", Kind: "known", Assert: "must"}, {ID: "A-2", Kind: "new", Assert: "must"}, {ID: "A-3", Kind: "other", Assert: "must"},
		{ID: "A-4", Kind: "new", Assert: "reference_only"}}
	got := untested(vectors, `var kinds = map[string]bool{"known": true} // and one by its id (A-3)`)
	if len(got) != 1 || !strings.Contains(got[0], "A-2") {
		t.Errorf("findings are %q", got)
	}
}

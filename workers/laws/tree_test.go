package laws

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const modulePath = "github.com/accruald/accruald"

// listed is what `go list` says about one package of this module or one dependency.
type listed struct {
	ImportPath string
	Dir        string
	Export     string
	GoFiles    []string
	Imports    []string
	Error      *struct{ Err string }
}

// source is one package, parsed and type-checked without its test files.
type source struct {
	name  string // path inside the module, "" for the root
	files []*ast.File
	fset  *token.FileSet
	info  *types.Info
}

// at gives a position as path:line, with the path inside the repository where it lies there.
func (s source) at(node ast.Node) string {
	position := s.fset.Position(node.Pos())
	path := position.Filename
	if relative, err := filepath.Rel(repository(), path); err == nil && filepath.IsAbs(path) {
		path = relative
	}
	return fmt.Sprintf("%s:%d", path, position.Line)
}

// repository is the folder of go.mod above this package.
var repository = sync.OnceValue(func() string {
	folder, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			panic("no go.mod above the folder of the laws")
		}
		folder = parent
	}
})

// packages lists the module and everything it depends on, compiled, keyed by import path.
var packages = sync.OnceValues(func() (map[string]listed, error) {
	command := exec.Command("go", "list", "-e", "-deps", "-export",
		"-json=ImportPath,Dir,Export,GoFiles,Imports,Error", "./...")
	command.Dir = repository()
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages of %q: %w: %s", command.Dir, err, complaints.String())
	}
	result := map[string]listed{}
	decoder := jsontext.NewDecoder(bytes.NewReader(output))
	for {
		var one listed
		err := json.UnmarshalDecode(decoder, &one)
		if errors.Is(err, io.EOF) {
			return result, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		result[one.ImportPath] = one
	}
})

// own gives the packages of this module, sorted by their path inside it.
func own(t *testing.T) []listed {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	var result []listed
	for path, one := range all {
		if path == modulePath || strings.HasPrefix(path, modulePath+"/") {
			result = append(result, one)
		}
	}
	if len(result) == 0 {
		t.Fatalf("the list of packages has none of %q", modulePath)
	}
	sort.Slice(result, func(i, j int) bool { return result[i].ImportPath < result[j].ImportPath })
	return result
}

// inside shortens an import path of this module to its path in the repository.
func inside(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, modulePath), "/")
}

// check type-checks parsed files against the export data of the listed packages.
func check(name string, fset *token.FileSet, files []*ast.File) (source, error) {
	all, err := packages()
	if err != nil {
		return source{}, err
	}
	lookup := func(path string) (io.ReadCloser, error) {
		if all[path].Export == "" {
			return nil, fmt.Errorf("no export data for %q", path)
		}
		return os.Open(all[path].Export)
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	if _, err := config.Check(name, fset, files, info); err != nil {
		return source{}, err
	}
	return source{name: name, files: files, fset: fset, info: info}, nil
}

// load parses and type-checks one package of this module.
func load(one listed) (source, error) {
	if one.Error != nil {
		return source{}, errors.New(one.Error.Err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range one.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(one.Dir, name), nil, parser.ParseComments)
		if err != nil {
			return source{}, err
		}
		files = append(files, file)
	}
	return check(inside(one.ImportPath), fset, files)
}

// fixture type-checks one small file as if it were a package of the given path.
func fixture(t *testing.T, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "fixture.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	result, err := check(name, fset, []*ast.File{file})
	if err != nil {
		t.Fatalf("check a fixture: %v", err)
	}
	return result
}

// walk calls visit for every regular file of the repository that a person wrote, with its slash path.
func walk(t *testing.T, visit func(path string, content []byte)) {
	t.Helper()
	root := repository()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // a temporary file of another program went away
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "bin" || entry.Name() == "testdata"):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			visit(filepath.ToSlash(relative), content)
		}
		return err
	})
	if err != nil {
		t.Fatalf("walk %q: %v", root, err)
	}
}

// report fails the test with every finding, sorted.
func report(t *testing.T, findings []string) {
	t.Helper()
	sort.Strings(findings)
	for _, finding := range findings {
		t.Error(finding)
	}
}

// mustFind fails the test unless the findings are as many as expected and each holds its part of the text.
func mustFind(t *testing.T, findings []string, parts ...string) {
	t.Helper()
	if len(findings) != len(parts) {
		t.Fatalf("got %d findings %q, want %d: %q", len(findings), findings, len(parts), parts)
	}
	for i, part := range parts {
		if !strings.Contains(findings[i], part) {
			t.Errorf("finding %q does not speak of %q", findings[i], part)
		}
	}
}

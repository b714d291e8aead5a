package events_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/accruald/accruald/events"
)

const (
	schemaDialect     = "https://json-schema.org/draft/2020-12/schema"
	definitionsPrefix = "definitions.json#/$defs/"
)

// object is a JSON object of a schema or a sample.
type object = map[string]any

var eventTypePattern = regexp.MustCompile(`^[a-z_]+\.[a-z_]+\.v[1-9][0-9]*$`)

// decode gives the event or the rejection of one structured document.
func decode(t *testing.T, document []byte) (*events.Event, *events.Rejection) {
	t.Helper()
	event, err := events.DecodeStructured(document)
	if err == nil {
		return event, nil
	}
	var rejection *events.Rejection
	if !errors.As(err, &rejection) {
		t.Fatalf("decoding gives %T instead of a rejection: %v", err, err)
	}
	return nil, rejection
}

// typeConstants reads the Type constants out of types.go, so that a constant without contract cannot hide.
func typeConstants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "types.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Type") || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, value)
		return true
	})
	slices.Sort(types)
	return types
}

func allTypes() []string {
	return slices.Sorted(slices.Values(slices.Concat(events.InboundTypes(), events.OutboundTypes())))
}

func contractFiles(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := fs.ReadDir(events.Contract, folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func contractTypes(t *testing.T, folder string) []string {
	t.Helper()
	var types []string
	for _, file := range contractFiles(t, folder) {
		if name, ok := strings.CutSuffix(file, ".json"); ok && eventTypePattern.MatchString(name) {
			types = append(types, name)
		}
	}
	slices.Sort(types)
	return types
}

func readContract(t *testing.T, name string) []byte {
	t.Helper()
	content, err := events.Contract.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// parse reads a JSON object. Numbers become floats, which is harmless here: no amount of the contract is a number.
func parse(t *testing.T, content []byte) object {
	t.Helper()
	var parsed object
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// encode writes a parsed value back, in a stable order.
func encode(t *testing.T, value any) []byte {
	t.Helper()
	content, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// schemas holds the parsed schema files by name, and a validator of each.
type schemas struct {
	parsed     map[string]object
	validators map[string]*jsonschema.Schema
}

// contractSchemas reads and compiles the schemas once; nobody changes them.
var contractSchemas = sync.OnceValues(func() (schemas, error) {
	all := schemas{parsed: map[string]object{}, validators: map[string]*jsonschema.Schema{}}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	files, err := fs.Glob(events.Contract, "schemas/*.json")
	if err != nil {
		return all, err
	}
	for _, file := range files {
		content, err := events.Contract.ReadFile(file)
		if err != nil {
			return all, err
		}
		var schema object
		if err := json.Unmarshal(content, &schema); err != nil {
			return all, fmt.Errorf("parse %s: %w", file, err)
		}
		id, _ := schema["$id"].(string)
		if err := compiler.AddResource(id, schema); err != nil {
			return all, fmt.Errorf("add %s: %w", file, err)
		}
		all.parsed[strings.TrimSuffix(path.Base(file), ".json")] = schema
	}
	for name, schema := range all.parsed {
		if all.validators[name], err = compiler.Compile(schema["$id"].(string)); err != nil {
			return all, fmt.Errorf("compile %s: %w", name, err)
		}
	}
	return all, nil
})

func schemaOf(t *testing.T, name string) object {
	t.Helper()
	all, err := contractSchemas()
	if err != nil || all.parsed[name] == nil {
		t.Fatalf("no schema %s: %v", name, err)
	}
	return all.parsed[name]
}

func validator(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	all, err := contractSchemas()
	if err != nil || all.validators[name] == nil {
		t.Fatalf("no validator %s: %v", name, err)
	}
	return all.validators[name]
}

func child(t *testing.T, node object, keys ...string) object {
	t.Helper()
	for i, key := range keys {
		next, ok := node[key].(object)
		if !ok {
			t.Fatalf("no object at %s", strings.Join(keys[:i+1], "/"))
		}
		node = next
	}
	return node
}

func sortedKeys(node object) []string { return slices.Sorted(maps.Keys(node)) }

// resolve follows references into the shared definitions; what stands beside a reference is merged over it.
func resolve(t *testing.T, schema object) object {
	t.Helper()
	for depth := 0; schema["$ref"] != nil; depth++ {
		const depthMax = 8
		ref, _ := schema["$ref"].(string)
		name := strings.TrimPrefix(strings.TrimPrefix(ref, definitionsPrefix), "#/$defs/")
		if depth == depthMax || strings.Contains(name, "/") {
			t.Fatalf("cannot follow reference %q", ref)
		}
		target := maps.Clone(child(t, schemaOf(t, "definitions"), "$defs", name))
		for key, value := range schema {
			if key != "$ref" {
				target[key] = value
			}
		}
		schema = target
	}
	return schema
}

package events_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/accruald/accruald/events"
)

// Every field of the Go types is in the schema and the other way round, required in both or optional in both, with the
// same enum values and list lengths.
func TestContractFieldsAreThoseOfTheTypes(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.InboundTypes() {
		data, _ := events.NewData(eventType)
		compareFields(t, eventType, schemaOf(t, eventType), reflect.TypeOf(data).Elem())
	}
	for _, eventType := range events.OutboundTypes() {
		data, _ := events.NewOutData(eventType)
		compareFields(t, eventType, schemaOf(t, eventType), reflect.TypeOf(data).Elem())
	}
}

func compareFields(t *testing.T, at string, schema object, structType reflect.Type) {
	t.Helper()
	var names, required []string
	properties := child(t, schema, "properties")
	for _, field := range reflect.VisibleFields(structType) {
		if field.Anonymous {
			continue
		}
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
		if option == "" {
			required = append(required, name)
		}
		if property, ok := properties[name].(object); ok {
			compareField(t, at+"/"+name, resolve(t, property), field.Type, field.Tag.Get("rule"))
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, sortedKeys(properties)); diff != "" {
		t.Errorf("%s: fields (-type +schema):\n%s", at, diff)
	}
	slices.Sort(required)
	if diff := cmp.Diff(required, stringsOf(schema["required"])); diff != "" {
		t.Errorf("%s: required fields (-type +schema):\n%s", at, diff)
	}
}

func compareField(t *testing.T, at string, schema object, fieldType reflect.Type, rule string) {
	t.Helper()
	if fieldType.Kind() == reflect.Pointer {
		fieldType = fieldType.Elem()
	}
	if fieldType.Kind() == reflect.Slice {
		if schema["type"] != "array" {
			t.Fatalf("%s is a list, in the schema %v", at, schema["type"])
		}
		compareList(t, at, schema, rule)
		schema, fieldType = resolve(t, child(t, schema, "items")), fieldType.Elem()
	}
	if schema["type"] == "object" && fieldType.Kind() == reflect.Struct {
		compareFields(t, at, schema, fieldType)
		return
	}
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer"}[fieldType.Kind()]
	if want != "" && schema["type"] != want {
		t.Errorf("%s is %s, in the schema %v", at, fieldType, schema["type"])
	}
	for _, option := range strings.Split(rule, ",") {
		if values, ok := strings.CutPrefix(option, "of="); ok {
			enum := slices.Sorted(strings.SplitSeq(values, "|"))
			if diff := cmp.Diff(enum, stringsOf(schema["enum"])); diff != "" {
				t.Errorf("%s: enum (-type +schema):\n%s", at, diff)
			}
		}
	}
}

func compareList(t *testing.T, at string, schema object, rule string) {
	t.Helper()
	for _, option := range strings.Split(rule, ",") {
		bounds, ok := strings.CutPrefix(option, "len=")
		if !ok {
			continue
		}
		least, _ := schema["minItems"].(float64)
		most, _ := schema["maxItems"].(float64)
		if got := fmt.Sprintf("%d:%d", int(least), int(most)); got != bounds {
			t.Errorf("%s: length %s, in the schema %s", at, bounds, got)
		}
		if unique, _ := schema["uniqueItems"].(bool); unique != slices.Contains(strings.Split(rule, ","), "unique") {
			t.Errorf("%s: the schema says unique %t, the type does not agree", at, unique)
		}
	}
}

// stringsOf gives the items of a JSON list as sorted text, nil for none.
func stringsOf(value any) []string {
	items, _ := value.([]any)
	var texts []string
	for _, item := range items {
		if number, ok := item.(float64); ok {
			item = strconv.Itoa(int(number))
		}
		texts = append(texts, item.(string))
	}
	slices.Sort(texts)
	return texts
}

// The samples of what goes out are what the Go types write: read, written and compared.
func TestContractOutboundSamplesAreWhatTheTypesWrite(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.OutboundTypes() {
		sample := encode(t, child(t, sampleOf(t, eventType), "data"))
		data, _ := events.NewOutData(eventType)
		if err := json.Unmarshal(sample, data, json.RejectUnknownMembers(true)); err != nil {
			t.Errorf("%s: %v", eventType, err)
			continue
		}
		written := encode(t, parse(t, encode(t, data)))
		if diff := cmp.Diff(string(sample), string(written)); diff != "" {
			t.Errorf("%s (-sample +written):\n%s", eventType, diff)
		}
	}
}

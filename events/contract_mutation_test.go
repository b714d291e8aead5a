package events_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/accruald/accruald/events"
)

// place is one field of a sample's data together with the schema that governs it.
type place struct {
	pointer  string
	schema   object
	value    any
	required bool
	// set puts another value there; drop takes the field away and is nil for an item of a list.
	set  func(value any)
	drop func()
}

// Schema and decoder say the same: what the schema requires or restricts, the decoder refuses, naming the field.
func TestContractMutationsAreRefusedAtTheirField(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.InboundTypes() {
		t.Run(eventType, func(t *testing.T) {
			t.Parallel()
			schema := validator(t, eventType)
			for i := range places(t, eventType, sampleOf(t, eventType)) {
				for _, name := range []string{"drop", "null", "wrong type", "outside"} {
					refuseMutation(t, schema, eventType, i, name)
				}
			}
		})
	}
}

// refuseMutation changes the i-th place of a fresh sample and wants both schema and decoder to refuse it there.
func refuseMutation(t *testing.T, schema *jsonschema.Schema, eventType string, i int, name string) {
	t.Helper()
	sample := sampleOf(t, eventType)
	at := places(t, eventType, sample)[i]
	switch name {
	case "drop":
		if !at.required {
			return
		}
		at.drop()
	case "null":
		if !at.required {
			return
		}
		at.set(nil)
	case "wrong type":
		at.set(wrongType(at.schema))
	default:
		value, restricted := outside(t, at.schema, at.value)
		if !restricted {
			return
		}
		at.set(value)
	}
	if schema.Validate(sample["data"]) == nil {
		t.Errorf("%s of %s: the schema accepts %s", name, at.pointer, encode(t, sample["data"]))
	}
	_, rejection := decode(t, encode(t, sample))
	if rejection == nil {
		t.Errorf("%s of %s: the decoder accepts %s", name, at.pointer, encode(t, sample["data"]))
		return
	}
	if rejection.Pointer != at.pointer || rejection.Message == "" || rejection.Retryable {
		t.Errorf("%s of %s: rejected as %+v", name, at.pointer, rejection)
	}
}

// The other direction: leaving an optional field out is allowed by both or, where fields depend on each other, by neither.
func TestContractOptionalFieldsMayBeAbsent(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.InboundTypes() {
		schema := validator(t, eventType)
		for i, at := range places(t, eventType, sampleOf(t, eventType)) {
			if at.required || at.drop == nil {
				continue
			}
			sample := sampleOf(t, eventType)
			places(t, eventType, sample)[i].drop()
			_, rejection := decode(t, encode(t, sample))
			if rejection != nil && rejection.Code == events.CodeBandsInvalid {
				continue // an open band before the last is beyond a schema
			}
			if err := schema.Validate(sample["data"]); (err == nil) != (rejection == nil) {
				t.Errorf("%s without %s: schema says %v, decoder %v", eventType, at.pointer, err, rejection)
			}
		}
	}
}

func TestContractEnvelopeMutations(t *testing.T) {
	t.Parallel()
	schema := validator(t, "cloudevent")
	const eventType = "order.paid.v1"
	required := []string{"data", "id", "partitionkey", "source", "specversion", "subject", "time", "type"}
	for _, attribute := range required {
		mutations := map[string]func(object){
			"drop":       func(event object) { delete(event, attribute) },
			"wrong type": func(event object) { event[attribute] = 7 },
			"empty":      func(event object) { event[attribute] = "" },
		}
		for name, mutate := range mutations {
			event := sampleOf(t, eventType)
			mutate(event)
			if schema.Validate(event) == nil {
				t.Errorf("%s of %s: the schema accepts it", name, attribute)
			}
			_, rejection := decode(t, encode(t, event))
			if rejection == nil || rejection.Pointer != "/"+attribute {
				t.Errorf("%s of %s: the decoder gives %v", name, attribute, rejection)
			}
		}
	}
}

func TestContractIgnoresAdditionalFields(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.InboundTypes() {
		sample := sampleOf(t, eventType)
		child(t, sample, "data")["added_later"] = object{"any": "thing"}
		sample["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
		if err := validator(t, eventType).Validate(sample["data"]); err != nil {
			t.Errorf("%s: %v", eventType, err)
		}
		if _, rejection := decode(t, encode(t, sample)); rejection != nil {
			t.Errorf("%s: %v", eventType, rejection)
		}
	}
}

func sampleOf(t *testing.T, eventType string) object {
	t.Helper()
	return parse(t, readContract(t, "samples/"+eventType+".json"))
}

// places lists every field of the sample's data, in a stable order.
func places(t *testing.T, eventType string, sample object) []place {
	t.Helper()
	schema := schemaOf(t, eventType)
	return objectPlaces(t, "/data", schema, child(t, sample, "data"))
}

func objectPlaces(t *testing.T, at string, schema, data object) []place {
	t.Helper()
	properties := child(t, schema, "properties")
	required, _ := schema["required"].([]any)
	var found []place
	for _, name := range slices.Sorted(maps.Keys(data)) {
		property, ok := properties[name].(object)
		if !ok {
			t.Errorf("%s/%s is not in the schema", at, name)
			continue
		}
		here := at + "/" + name
		found = append(found, place{
			pointer: here, schema: resolve(t, property), value: data[name], required: slices.Contains(required, any(name)),
			set: func(value any) { data[name] = value }, drop: func() { delete(data, name) },
		})
		found = append(found, valuePlaces(t, here, resolve(t, property), data[name])...)
	}
	return found
}

func valuePlaces(t *testing.T, at string, schema object, value any) []place {
	t.Helper()
	var found []place
	switch value := value.(type) {
	case object:
		return objectPlaces(t, at, schema, value)
	case []any:
		items := resolve(t, child(t, schema, "items"))
		for i := range value {
			here := fmt.Sprintf("%s/%d", at, i)
			if items["type"] != "object" {
				found = append(found, place{pointer: here, schema: items, value: value[i], set: func(other any) { value[i] = other }})
			}
			found = append(found, valuePlaces(t, here, items, value[i])...)
		}
	}
	return found
}

func wrongType(schema object) any {
	if schema["type"] == "string" {
		return 7
	}
	return "seven"
}

// outside gives a value of the right type that the schema does not allow, if it restricts values at all.
func outside(t *testing.T, schema object, value any) (other any, restricted bool) {
	t.Helper()
	enum, isEnum := schema["enum"].([]any)
	switch schema["type"] {
	case "array":
		return overfull(t, schema, value.([]any))
	case "integer":
		if isEnum {
			return slices.MaxFunc(enum, func(a, b any) int { return int(a.(float64) - b.(float64)) }).(float64) + 90, true
		}
		return schema["minimum"].(float64) - 1, true
	case "string":
		return "\x7f", true
	}
	return nil, false
}

// overfull gives one item more than the schema allows, each valid by itself. A list of enum values cannot be overfull
// without a repetition, which is another rule.
func overfull(t *testing.T, schema object, items []any) (any, bool) {
	t.Helper()
	most, limited := schema["maxItems"].(float64)
	if !limited || len(items) == 0 {
		return nil, false
	}
	many := make([]any, int(most)+1)
	for i := range many {
		many[i] = items[0]
		if _, isText := items[0].(string); isText {
			many[i] = fmt.Sprintf("item-%d", i)
		}
	}
	return many, resolve(t, child(t, schema, "items"))["enum"] == nil
}

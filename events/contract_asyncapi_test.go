package events_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/accruald/accruald/events"
)

const asyncAPIMetaSchema = "http://asyncapi.com/definitions/3.0.0/asyncapi.json"

func TestAsyncAPIValidates(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/asyncapi/asyncapi-3.0.0.json")
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(asyncAPIMetaSchema, parse(t, content)); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(asyncAPIMetaSchema)
	if err != nil {
		t.Fatal(err)
	}
	document := asyncAPI(t)
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	delete(document, "info")
	if schema.Validate(document) == nil {
		t.Error("the meta-schema accepts a document without info")
	}
}

func TestAsyncAPIReferencesResolve(t *testing.T) {
	t.Parallel()
	document := asyncAPI(t)
	var walk func(at string, value any)
	walk = func(at string, value any) {
		switch node := value.(type) {
		case object:
			if ref, ok := node["$ref"].(string); ok {
				if pointer, local := strings.CutPrefix(ref, "#/"); local {
					child(t, document, strings.Split(pointer, "/")...)
				} else {
					readContract(t, path.Clean(ref))
				}
			}
			for key, member := range node {
				if key != "examples" {
					walk(at+"/"+key, member)
				}
			}
		case []any:
			for _, item := range node {
				walk(at, item)
			}
		}
	}
	walk("", document)
}

func TestAsyncAPIChannels(t *testing.T) {
	t.Parallel()
	document := asyncAPI(t)
	addresses := map[string]string{
		"reference": "billing.ref.{type}", "inbound": "billing.in.{partner}.{type}", "outbound": "billing.out.{partner}.{type}",
	}
	actions := map[string]string{"reference": "receive", "inbound": "receive", "outbound": "send"}
	var all []string
	for name, address := range addresses {
		channel := child(t, document, "channels", name)
		if channel["address"] != address {
			t.Errorf("channel %s has address %v, want %q", name, channel["address"], address)
		}
		var tokens, listed []string
		for _, eventType := range sortedKeys(child(t, channel, "messages")) {
			all = append(all, eventType)
			tokens = append(tokens, eventType[:strings.LastIndex(eventType, ".")])
			if got := channelOf(eventType); got != name {
				t.Errorf("%s is in channel %s, want %s", eventType, name, got)
			}
		}
		for _, token := range child(t, channel, "parameters", "type")["enum"].([]any) {
			listed = append(listed, token.(string))
		}
		slices.Sort(listed)
		if diff := cmp.Diff(tokens, listed); diff != "" {
			t.Errorf("channel %s (-messages +types):\n%s", name, diff)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(allTypes(), all); diff != "" {
		t.Errorf("each type has one channel (-types +channels):\n%s", diff)
	}
	for _, operation := range child(t, document, "operations") {
		ref, _ := child(t, operation.(object), "channel")["$ref"].(string)
		channel := path.Base(ref)
		if operation.(object)["action"] != actions[channel] {
			t.Errorf("channel %s has action %v, want %q", channel, operation.(object)["action"], actions[channel])
		}
		delete(actions, channel)
	}
	if len(actions) != 0 {
		t.Errorf("channels without operation: %v", actions)
	}
}

func TestAsyncAPIMessagesCarrySchemaAndSample(t *testing.T) {
	t.Parallel()
	document := asyncAPI(t)
	for _, eventType := range allTypes() {
		message := child(t, document, "components", "messages", eventType)
		if got, want := child(t, message, "payload", "schema")["$ref"], "./schemas/"+eventType+".json"; got != want {
			t.Errorf("%s: payload is %v, want %q", eventType, got, want)
		}
		summary := schemaOf(t, eventType)["description"]
		if message["name"] != eventType || message["summary"] != summary {
			t.Errorf("%s: name is %v, summary %q; the schema says %q", eventType, message["name"], message["summary"], summary)
		}
		sample := parse(t, readContract(t, "samples/"+eventType+".json"))
		headers := object{}
		for attribute, value := range sample {
			if attribute != "data" {
				headers["ce-"+attribute] = value
			}
		}
		want := []any{object{"headers": headers, "payload": sample["data"]}}
		// Compared as JSON, since YAML and the schema library keep numbers differently.
		if diff := cmp.Diff(string(encode(t, want)), string(encode(t, message["examples"]))); diff != "" {
			t.Errorf("%s: the example is not the golden sample (-sample +example):\n%s", eventType, diff)
		}
	}
}

func channelOf(eventType string) string {
	switch {
	case events.IsForAll(eventType):
		return "reference"
	case slices.Contains(events.InboundTypes(), eventType):
		return "inbound"
	}
	return "outbound"
}

func asyncAPI(t *testing.T) object {
	t.Helper()
	var document object
	if err := yaml.Unmarshal(readContract(t, "asyncapi.yaml"), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

package events_test

import (
	"bytes"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accruald/accruald/events"
)

func TestContractNamesEveryType(t *testing.T) {
	t.Parallel()
	constants := typeConstants(t)
	if len(constants) == 0 {
		t.Fatal("types.go has no Type constants")
	}
	for name, got := range map[string][]string{
		"registered types":  allTypes(),
		"schemas":           contractTypes(t, "schemas"),
		"samples":           contractTypes(t, "samples"),
		"asyncapi messages": sortedKeys(child(t, asyncAPI(t), "components", "messages")),
	} {
		if diff := cmp.Diff(constants, got); diff != "" {
			t.Errorf("%s do not name the constants of types.go (-constants +%s):\n%s", name, name, diff)
		}
	}
}

func TestContractInboundSamplesDecode(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.InboundTypes() {
		event, rejection := decode(t, readContract(t, "samples/"+eventType+".json"))
		if rejection != nil {
			t.Errorf("sample of %s: %v", eventType, rejection)
			continue
		}
		if event.Type != eventType || event.Data.EventType() != eventType {
			t.Errorf("sample of %s decodes as %s with data of %s", eventType, event.Type, event.Data.EventType())
		}
	}
}

func TestContractOutboundTypesAreRefusedAsInput(t *testing.T) {
	t.Parallel()
	for _, eventType := range events.OutboundTypes() {
		_, rejection := decode(t, readContract(t, "samples/"+eventType+".json"))
		if rejection == nil || rejection.Code != events.CodeUnknownType || rejection.Pointer != "/type" {
			t.Errorf("sample of %s: %v", eventType, rejection)
		}
	}
}

func TestContractSamplesValidate(t *testing.T) {
	t.Parallel()
	envelope := validator(t, "cloudevent")
	for _, eventType := range allTypes() {
		sample := parse(t, readContract(t, "samples/"+eventType+".json"))
		if got := sample["type"]; got != eventType {
			t.Errorf("the sample of %s is of type %v", eventType, got)
		}
		if err := envelope.Validate(sample); err != nil {
			t.Errorf("envelope of %s: %v", eventType, err)
		}
		if err := validator(t, eventType).Validate(sample["data"]); err != nil {
			t.Errorf("data of %s: %v", eventType, err)
		}
	}
}

// An integrator reads the schemas instead of the rules pages, so each field has its line.
func TestContractSchemasDescribeEveryField(t *testing.T) {
	t.Parallel()
	for _, file := range contractFiles(t, "schemas") {
		root := schemaOf(t, strings.TrimSuffix(file, ".json"))
		if root["$schema"] != schemaDialect {
			t.Errorf("%s: $schema is %v", file, root["$schema"])
		}
		if id, _ := root["$id"].(string); path.Base(id) != file {
			t.Errorf("%s: $id is %q", file, id)
		}
		requireDescriptions(t, file, root)
	}
}

func requireDescriptions(t *testing.T, at string, value any) {
	t.Helper()
	node, ok := value.(object)
	if !ok {
		return
	}
	for _, group := range []string{"properties", "$defs"} {
		members, _ := node[group].(object)
		for name, member := range members {
			here := at + "/" + name
			_, condition := member.(object)["const"]
			ref, _ := member.(object)["$ref"].(string)
			described, _ := member.(object)["description"].(string)
			// A shared definition describes itself.
			if described == "" && !strings.HasPrefix(ref, "#/$defs/") && !condition {
				t.Errorf("%s has no description", here)
			}
			requireDescriptions(t, here, member)
		}
	}
	requireDescriptions(t, at+"/items", node["items"])
}

func TestWorkedExampleDecodes(t *testing.T) {
	t.Parallel()
	var seen int
	var last time.Time
	march := events.DeriveID("bill", "P100", "2026-03", "POL", "resale", "CNY")
	for line := range bytes.Lines(readContract(t, "samples/worked-example.jsonl")) {
		seen++
		event, rejection := decode(t, line)
		if rejection != nil {
			t.Errorf("line %d: %v", seen, rejection)
			continue
		}
		if event.Time.Before(last) {
			t.Errorf("line %d: %s stands after %s", seen, event.Time, last)
		}
		last = event.Time
		if action, ok := event.Data.(*events.BillApproved); ok && action.BillID != march {
			t.Errorf("line %d: the bill of March is %q, not %q", seen, march, action.BillID)
		}
		if err := validator(t, event.Type).Validate(parse(t, line)["data"]); err != nil {
			t.Errorf("line %d: %v", seen, err)
		}
	}
	const referenceCount, stepCount = 8, 13
	if seen != referenceCount+stepCount {
		t.Errorf("the worked example has %d events, want %d of reference data and %d of its steps", seen, referenceCount, stepCount)
	}
}

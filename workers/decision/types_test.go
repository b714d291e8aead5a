package decision_test

import (
	"slices"
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// notDecided are the types of the contract that are rejected as not_supported.
var notDecided = []string{}

func sampleOf(t *testing.T, typ string) *events.Event {
	t.Helper()
	data, err := events.Contract.ReadFile("samples/" + typ + ".json")
	if err != nil {
		t.Fatal(err)
	}
	ev, err := events.DecodeStructured(data)
	if err != nil {
		t.Fatalf("%s: %v", typ, err)
	}
	return ev
}

// Every inbound type of the contract comes to an end that can be seen: it is
// decided, waits, or is rejected with a code; the types that are not decided
// yet say so and point to the type. None is ignored, none stumbles.
func TestEveryInboundType(t *testing.T) {
	t.Parallel()
	for _, typ := range events.InboundTypes() {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			m := decision.NewMemory(site.Default())
			for _, ev := range workedExample(t)[:referenceCount] {
				mustFold(t, m, ev)
			}
			ev := sampleOf(t, typ)
			version := m.Common.Version()
			outs := mustFold(t, m, ev)
			code, pointer := "", ""
			for _, o := range outs {
				if r, ok := o.Data.(*events.EventRejected); ok {
					code, pointer = r.Code, r.Pointer
				}
			}
			switch {
			case code == decision.CodeInternal:
				t.Fatalf("%s stumbles: %+v", typ, outs[0].Data)
			case slices.Contains(notDecided, typ):
				if code != decision.CodeNotSupported || pointer != "/type" {
					t.Errorf("%s: code %q at %q, want not_supported at /type", typ, code, pointer)
				}
			case code == decision.CodeNotSupported && pointer == "/type":
				t.Errorf("%s is not decided, and the list does not say so", typ)
			case events.IsForAll(typ):
				if typ != events.TypeScheduleFired && code == "" && m.Common.Version() == version {
					t.Errorf("%s is ignored", typ)
				}
			default:
				in := m.Partners[ev.PartitionKey].Inputs.Get(decision.InputID(ev.Source, ev.ID))
				if in == nil || in.Status == "" {
					t.Fatalf("%s is not recorded", typ)
				}
			}
		})
	}
}

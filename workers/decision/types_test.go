package decision_test

import (
	"testing"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

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
// decided, waits, or is rejected with a code. None is ignored, none stumbles.
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
			code := ""
			for _, o := range outs {
				if r, ok := o.Data.(*events.EventRejected); ok {
					code = r.Code
				}
			}
			switch {
			case code == decision.CodeInternal:
				t.Fatalf("%s stumbles: %+v", typ, outs[0].Data)
			case code == decision.CodeNotSupported:
				t.Errorf("%s is not decided", typ)
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

// Every job of the contract is decided for a partner of its site.
func TestEveryJob(t *testing.T) {
	t.Parallel()
	for _, job := range []string{decision.JobCloseCycle, decision.JobSettleUsage, decision.JobStatement, decision.JobAutoConfirm, decision.JobReleaseHolds,
		decision.JobExpire, decision.JobAutoRequest, decision.JobAutoRenew, decision.JobOpportunityWindows, decision.JobReconcile} {
		t.Run(job, func(t *testing.T) {
			t.Parallel()
			s := bought(t)
			s.run(job)
			s.accepted(job)
		})
	}
	s := bought(t)
	before := digestOf(t, s.m)
	s.run(decision.JobReconcile)
	if digestOf(t, s.m) != before {
		t.Error("comparing changed something")
	}
}

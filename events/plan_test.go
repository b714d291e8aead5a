package events

import (
	"reflect"
	"strings"
	"testing"
)

// A struct whose tags make no sense must not become a plan: a forgotten rule would accept anything.
func TestPlanRefusesSenselessTags(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]any{
		"no rule": struct {
			A string `json:"a"`
		}{},
		"unknown rule": struct {
			A string `json:"a" rule:"nice"`
		}{},
		"rule of another kind": struct {
			A int `json:"a" rule:"currency"`
		}{},
		"enum of nothing": struct {
			A string `json:"a" rule:"enum"`
		}{},
		"enum of words for a number": struct {
			A int `json:"a" rule:"enum,of=one"`
		}{},
		"unknown option": struct {
			A int `json:"a" rule:"int,least=1"`
		}{},
		"option without number": struct {
			A int `json:"a" rule:"int,min=x"`
		}{},
		"kind without decoder": struct {
			A float32 `json:"a" rule:"int"`
		}{},
		"no name": struct {
			A int `rule:"int"`
		}{},
	} {
		if _, err := planOf(reflect.TypeOf(payload)); err == nil {
			t.Errorf("%s: a plan is made", name)
		}
	}
}

func TestSectionsHaveTheTypesOfTheContract(t *testing.T) {
	t.Parallel()
	counts := map[Section]int{}
	for _, typ := range InboundTypes() {
		counts[SectionOf(typ)]++
		data, ok := NewData(typ)
		if !ok || data.EventType() != typ || !strings.HasSuffix(typ, ".v1") {
			t.Errorf("%s: data of %v", typ, data)
		}
		if _, ok := NewOutData(typ); ok {
			t.Errorf("%s both comes in and goes out", typ)
		}
	}
	want := map[Section]int{
		SectionReference: 5, SectionPartner: 18, SectionOrder: 15, SectionSettlement: 16, SectionOperation: 2, SectionInternal: 2,
	}
	if !reflect.DeepEqual(counts, want) {
		t.Errorf("types per section %v, want %v", counts, want)
	}
	if got := len(OutboundTypes()); got != 17 {
		t.Errorf("%d outgoing types, want 17", got)
	}
	if SectionOf("order.lost.v1") != 0 || SectionOf(TypeOrderPriced) != 0 {
		t.Error("a type that is not accepted has a section")
	}
	if !IsForAll(TypeScheduleFired) || IsForAll(TypeScheduleApplied) || !IsCutOff(TypeScheduleApplied) || IsCutOff(TypeOrderPaid) {
		t.Error("the clock is classified wrongly")
	}
}

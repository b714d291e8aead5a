package decision

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// TestResellers: who is below a partner at a time.
func TestResellers(t *testing.T) {
	t.Parallel()
	r, version := NewPartnerReference(), int64(0)
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	add := func(subject string, data events.Data) {
		t.Helper()
		version++
		ev, err := events.New(events.Envelope{ID: fmt.Sprint(version), Source: "/test", Subject: subject, PartitionKey: "P100", Time: day(1)}, data)
		if err != nil {
			t.Fatal(err)
		}
		r.Load(version, ev)
	}
	enrol := func(reseller string, from int) {
		add(reseller, &events.PartnerEnrolled{PartnerID: "P100", IndirectPartnerID: reseller, Site: "cn", Level: "gold", Tier: 2, EffectiveTime: day(from)})
	}
	add("P100", &events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: day(1)})
	enrol("R2", 5)
	enrol("R2", 3) // told later, and in force before
	enrol("R1", 4)
	add("R1", &events.PartnerLeft{PartnerID: "P100", IndirectPartnerID: "R1", EffectiveTime: day(10)})
	enrol("R1", 20)
	add("C1", &events.CustomerAssociated{CustomerID: "C1", PartnerID: "P100", IndirectPartnerID: "R3", Association: "resale", Settlement: "immediate", EffectiveTime: day(6)})
	add("C2", &events.CustomerAssociated{CustomerID: "C2", PartnerID: "P100", IndirectPartnerID: "R1", Association: "resale", Settlement: "immediate", EffectiveTime: day(6)})
	for _, test := range []struct {
		at   int
		want []Reseller
	}{
		{2, []Reseller{}},
		{4, []Reseller{{"R1", day(4)}, {"R2", day(3)}}},
		{6, []Reseller{{"R1", day(4)}, {"R2", day(3)}, {"R3", time.Time{}}}},
		{10, []Reseller{{"R2", day(3)}, {"R3", time.Time{}}}},
		{20, []Reseller{{"R1", day(20)}, {"R2", day(3)}, {"R3", time.Time{}}}},
	} {
		if got := r.Resellers(day(test.at)); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("on day %d: %v, want %v", test.at, got, test.want)
		}
	}
}

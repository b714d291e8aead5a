package decision_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// BenchmarkHourlyUsage takes in the usage of a thousand servers, hour by hour.
func BenchmarkHourlyUsage(b *testing.B) {
	const servers = 1000
	common := benchCommon(b)
	p := decision.NewPartner("P1", site.Default(), decision.NewPartnerReference(), true)
	for _, ev := range benchReference(b, "P1") {
		if _, err := p.Receive(common, ev, ev.Time); err != nil {
			b.Fatal(err)
		}
	}
	p.Keep()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		from := time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai).Add(time.Duration(n/servers) * time.Hour)
		data := metered("C0", fmt.Sprintf("vm-%d", n%servers), "sPR0", "60", from, from.Add(time.Hour))
		data.PartnerID = "P1"
		ev := made(b, "P1", fmt.Sprintf("usage/%d", n), data.Window.To, data)
		b.StartTimer()
		if _, err := p.Receive(common, ev, ev.Time); err != nil {
			b.Fatal(err)
		}
		p.Keep()
		n++
	}
	if got := len(p.Usages.IDs()); got != n {
		b.Fatalf("%d usages of %d", got, n)
	}
}

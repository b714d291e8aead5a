package decision_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// made makes events of one partner without a test's help.
func made(b *testing.B, partner, id string, at time.Time, data events.Data) *events.Event {
	b.Helper()
	_, subject, is := strings.Cut(id, "/")
	if !is {
		subject = id
	}
	if id == "enrol" {
		subject = partner
	}
	ev, err := events.New(events.Envelope{ID: id, Source: "/bench", Type: data.EventType(), Subject: subject, PartitionKey: partner, Time: at}, data)
	if err != nil {
		b.Fatal(err)
	}
	return ev
}

func benchCommon(b *testing.B) *decision.Reference {
	b.Helper()
	h := &history{t: b, rng: rand.New(rand.NewPCG(1, 7)), at: time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai), flat: true}
	h.reference()
	common := decision.NewReference(site.Default())
	for _, ev := range h.events {
		if events.IsReference(ev.Type) {
			if err := common.Apply(common.Version()+1, ev); err != nil {
				b.Fatal(err)
			}
		}
	}
	return common
}

func benchReference(b *testing.B, partner string) []*events.Event {
	b.Helper()
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, shanghai)
	return []*events.Event{
		made(b, partner, "enrol", from, &events.PartnerEnrolled{PartnerID: partner, Site: "cn", Level: "gold", Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: from}),
		made(b, partner, "C0", from, &events.CustomerAssociated{CustomerID: "C0", PartnerID: partner, Association: "resale", Settlement: "immediate", EffectiveTime: from}),
		made(b, partner, "D1", from, &events.DiscountGranted{DiscountID: "D1", PartnerID: partner, GrantedBy: "vendor", DiscountType: 605, DiscountName: "d", Mode: "ratio",
			Value: dec("0.9"), Scope: events.DiscountScope{CustomerIDs: []string{"C0"}}, EffectiveTime: from}),
	}
}

// order returns a machine with its disk, placed and paid.
func benchOrder(b *testing.B, partner string, n int) [2]*events.Event {
	b.Helper()
	id, at := fmt.Sprintf("O%d", n), time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai).Add(time.Duration(n)*time.Second)
	vm := events.OrderLine{LineID: "1", ResourceID: "vm-" + id, CloudServiceType: "ec2", ResourceType: "vm", ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1}
	disk := vm
	disk.LineID, disk.ResourceID, disk.ParentResourceID, disk.ResourceSpec = "2", "disk-"+id, vm.ResourceID, "sPR2"
	return [2]*events.Event{
		made(b, partner, "placed/"+id, at, &events.OrderPlaced{OrderID: id, PartnerID: partner, CustomerID: "C0", AutoPay: true, OrderType: 1, Lines: []events.OrderLine{vm, disk}}),
		made(b, partner, "paid/"+id, at.Add(time.Second), &events.OrderPaid{OrderID: id, PartnerID: partner, PaidBy: "customer"}),
	}
}

// BenchmarkPlacedAndPaid decides one order of two lines in a fresh working set,
// as the worker does: scopes are marked loaded, rows are not there yet.
func BenchmarkPlacedAndPaid(b *testing.B) {
	common := benchCommon(b)
	reference := decision.NewPartnerReference()
	for i, ev := range benchReference(b, "P1") {
		reference.Load(int64(i+1), ev)
	}
	order := benchOrder(b, "P1", 1)
	sites := site.Default()
	b.ReportAllocs()
	for b.Loop() {
		p := decision.NewPartner("P1", sites, reference, false)
		p.SetCounters(decision.Counters{InputNo: 3, DecisionNo: 3, ReferenceNo: 3})
		for _, ev := range order {
			for _, s := range p.Foresee(common, ev) {
				p.Loaded(s)
			}
			if _, err := p.Receive(common, ev, ev.Time); err != nil {
				var needs *decision.ErrNeeds
				if errors.As(err, &needs) {
					b.Fatalf("%s: %v", ev.ID, needs.Scopes)
				}
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkDocuments encodes what one order of two lines saves.
func BenchmarkDocuments(b *testing.B) {
	m := decision.NewMemory(site.Default())
	m.Common = benchCommon(b)
	p := decision.NewPartner("P1", site.Default(), decision.NewPartnerReference(), true)
	order := benchOrder(b, "P1", 1)
	for _, ev := range append(benchReference(b, "P1"), order[:]...) {
		if _, err := p.Receive(m.Common, ev, ev.Time); err != nil {
			b.Fatal(err)
		}
	}
	var bytes, rows int
	b.ReportAllocs()
	for b.Loop() {
		bytes, rows = 0, 0
		measure(b, p, &bytes, &rows)
	}
	b.ReportMetric(float64(bytes), "bytes/order")
	b.ReportMetric(float64(rows), "rows/order")
}

func measure(b *testing.B, p *decision.Partner, bytes, rows *int) {
	b.Helper()
	measureTable(b, p.Chains, bytes, rows)
	measureTable(b, p.Orders, bytes, rows)
	measureTable(b, p.Resources, bytes, rows)
	measureTable(b, p.Details, bytes, rows)
	measureTable(b, p.Bills, bytes, rows)
}

func measureTable[R any](b *testing.B, t *decision.Table[R], bytes, rows *int) {
	for _, c := range t.Changed() {
		doc, err := decision.Document(c.Row)
		if err != nil {
			b.Fatal(err)
		}
		*bytes, *rows = *bytes+len(doc), *rows+1
	}
}

// BenchmarkThousandPartners decides orders of many partners whose state is all
// in memory, as simulate does.
func BenchmarkThousandPartners(b *testing.B) {
	const partners = 1000
	common := benchCommon(b)
	m := decision.NewMemory(site.Default())
	m.Common = common
	for i := range partners {
		for _, ev := range benchReference(b, fmt.Sprintf("P%d", i)) {
			if _, err := m.Fold(ev, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		b.StopTimer()
		order := benchOrder(b, fmt.Sprintf("P%d", n%partners), n)
		b.StartTimer()
		for _, ev := range order {
			if _, err := m.Fold(ev, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
}

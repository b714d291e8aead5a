package sample

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

var update = flag.Bool("update", false, "write the shipped file instead of comparing with it")

// shipped is the file as it lies in the tree.
const shipped = "../../../../events/samples/quarter.jsonl"

// TestShippedFileIsCurrent: the file is what the program makes, and what the binary carries.
func TestShippedFileIsCurrent(t *testing.T) {
	t.Parallel()
	made, err := Quarter()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.FromSlash(shipped), made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	embedded, err := events.Contract.ReadFile("samples/quarter.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, embedded) {
		t.Errorf("the shipped file is not what the program makes: go generate ./cmd/accruald/internal/sample")
	}
}

// story decodes the shipped file.
func story(t *testing.T) []*events.Event {
	t.Helper()
	text, err := events.Contract.ReadFile("samples/quarter.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var list []*events.Event
	for line := range bytes.Lines(text) {
		ev, err := events.DecodeStructured(bytes.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ev)
	}
	return list
}

// TestShippedFileHasWhatItShows: enough of everything that the product does.
func TestShippedFileHasWhatItShows(t *testing.T) {
	t.Parallel()
	found := map[string]map[string]bool{}
	note := func(kind, one string) {
		if found[kind] == nil {
			found[kind] = map[string]bool{}
		}
		found[kind][one] = true
	}
	business := 0
	for _, ev := range story(t) {
		if section := events.SectionOf(ev.Type); section != events.SectionReference && section != events.SectionPartner {
			business++
			note("months", ev.Time.Format("2006-01"))
		}
		note("types", ev.Type)
		switch data := ev.Data.(type) {
		case *events.ServiceTypePublished:
			note("service types", data.ServiceTypeCode)
		case *events.ProductPublished:
			note("products", data.ProductID)
			note("currencies", data.Currency)
			if data.Metering != nil {
				note("settled usage", data.Metering.Settle)
			}
		case *events.PartnerEnrolled:
			note("partners", data.PartnerID)
			note("sites", data.Site)
		case *events.CustomerAssociated:
			note("customers", data.CustomerID)
			note("settlements", data.Association+" "+data.Settlement)
		case *events.DiscountGranted:
			note("discount types", fmt.Sprint(data.DiscountType))
			note("discount modes", data.Mode)
		case *events.IncentivePolicyPublished:
			note("policies", data.PolicyID)
		case *events.CouponIssued:
			note("coupon versions", fmt.Sprint(data.CouponVersion))
		case *events.OrderPaid:
			for _, tender := range data.Tenders {
				note("tenders", tender.Kind)
			}
		case *events.OrderUnsubscribed:
			note("unsubscribe types", fmt.Sprint(data.UnsubscribeType))
		case *events.InvoiceTriggered:
			note("invoice triggers", data.Trigger)
		case *events.ScheduleFired:
			note("jobs", data.Job)
		}
	}
	for kind, least := range map[string]int{
		"products": 45, "service types": 6, "partners": 3, "customers": 20, "discount types": 3, "discount modes": 3, "policies": 2, "currencies": 2,
		"sites": 2, "settlements": 4, "tenders": 5, "unsubscribe types": 2, "invoice triggers": 9, "jobs": 9, "months": 3, "types": 44, "settled usage": 2, "coupon versions": 2,
	} {
		if len(found[kind]) < least {
			t.Errorf("%d %s, want %d at least: %v", len(found[kind]), kind, least, found[kind])
		}
	}
	if business < 2000 {
		t.Errorf("%d events beside reference data, want 2000 at least", business)
	}
}

// TestShippedFileIsInOrder: reference data first, and no run of a job before an event that it governs.
func TestShippedFileIsInOrder(t *testing.T) {
	t.Parallel()
	list := story(t)
	var highest, fired time.Time
	swapped, seen := 0, map[string]bool{}
	for _, ev := range list {
		name := ev.PartitionKey + " " + ev.Source + " " + ev.ID
		if ev.Time.Before(highest) {
			swapped++
		}
		if ev.Time.Before(fired) && !seen[name] {
			t.Errorf("event %q of %s stands behind a run of %s", ev.ID, ev.Time, fired)
		}
		seen[name] = true
		if ev.Time.After(highest) {
			highest = ev.Time
		}
		if ev.Type == events.TypeScheduleFired {
			fired = ev.Time
		}
	}
	if swapped < 20 {
		t.Errorf("%d events out of order, want 20 at least", swapped)
	}
	for i, ev := range list {
		if !ev.Time.Equal(start) {
			if i < 100 {
				t.Errorf("business begins at event %d", i)
			}
			break
		}
	}
}

// TestLoadIsDecided: every order of the benchmark is priced, paid and earns.
func TestLoadIsDecided(t *testing.T) {
	t.Parallel()
	load := &Load{Partners: 3}
	m := decision.NewMemory(site.Default())
	list, err := load.Setup()
	if err != nil {
		t.Fatal(err)
	}
	for ev, err := range load.Orders(0, 10) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, ev)
	}
	told := map[string]int{}
	for _, ev := range list {
		outs, err := m.Fold(ev, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range outs {
			told[out.Type]++
		}
	}
	for typ, want := range map[string]int{
		events.TypeEventRejected: 0, events.TypeOrderPriced: 10, events.TypeOrderSettled: 10, events.TypeIncentiveAccrued: 10,
	} {
		if told[typ] != want {
			t.Errorf("%d events %s, want %d", told[typ], typ, want)
		}
	}
}

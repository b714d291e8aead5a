package decision_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// fold folds events and returns the digest.
func fold(t *testing.T, list []*events.Event) (*decision.Memory, string) {
	t.Helper()
	m := decision.NewMemory(site.Default())
	m.Arrival = time.Date(2026, 4, 30, 0, 0, 0, 0, shanghai)
	for _, ev := range list {
		if _, err := m.Fold(ev, nil); err != nil {
			t.Fatalf("fold %s: %v", ev.ID, err)
		}
	}
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return m, digest + couponRows(t, m)
}

// shuffled returns the events in another order, some of them twice.
func shuffled(rng *rand.Rand, list []*events.Event) []*events.Event {
	out := append([]*events.Event(nil), list...)
	for range len(list) / 3 {
		out = append(out, list[rng.IntN(len(list))])
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// A scene is a history in parts: reference data, the facts of a month, its
// close, automatic renewals, facts after it, and the release of what operations
// held.
type scene struct{ reference, month, cut, renewals, after, end []*events.Event }

func newScene(t *testing.T, seed uint64) scene {
	t.Helper()
	var s scene
	h := newHistory(t, seed, time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai))
	take := func() []*events.Event {
		list := h.events
		h.events = nil
		return list
	}
	h.reference()
	s.reference = take()
	h.facts(40)
	h.settle(time.Date(2026, 4, 1, 0, 5, 0, 0, shanghai))
	s.month = take()
	held := []string{h.hold(events.HoldPlaced{OrderID: "O1"}), h.hold(events.HoldPlaced{BillID: billOf("2026-03", "POL", "resale")})}
	h.adjust(events.AdjustmentPosted{BillID: billOf("2026-03", "POL", "resale"), Amount: dec("12.34")})
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	held = append(held, h.hold(events.HoldPlaced{Cycle: "2026-03"}), h.hold(events.HoldPlaced{}))
	h.release(held[h.rng.IntN(len(held))])
	h.adjust(events.AdjustmentPosted{BillID: billOf("2026-03", "POL", "resale"), Amount: dec("-5.00")})
	h.fire(decision.JobExpire, time.Date(2026, 4, 1, 0, 20, 0, 0, shanghai))
	s.cut = take()
	h.fire(decision.JobAutoRenew, time.Date(2026, 4, 1, 3, 0, 0, 0, shanghai))
	s.renewals = take()
	h.at = time.Date(2026, 4, 1, 9, 0, 0, 0, shanghai)
	h.facts(20)
	s.after = take()
	h.fire(decision.JobStatement, time.Date(2026, 5, 5, 10, 0, 0, 0, shanghai))
	h.fire(decision.JobReleaseHolds, time.Date(2026, 5, 6, 0, 30, 0, 0, shanghai))
	for _, id := range held {
		h.release(id)
	}
	s.end = take()
	return s
}

func (s scene) list(month, after []*events.Event) []*events.Event {
	return slices.Concat(s.reference, month, s.cut, after, s.end)
}

// TestLawOfArrival is the contract's law (section 1): any permutation and
// duplication of order facts between two cut-offs ends in the same state.
func TestLawOfArrival(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scenesMax) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, seed)
			s.cut = append(s.cut, s.renewals...)
			base, want := fold(t, s.list(s.month, s.after))
			if n := len(base.Partners["P100"].Orders.IDs()); n < 5 {
				t.Fatalf("the history came to %d orders only; it shows nothing", n)
			}
			rng := rand.New(rand.NewPCG(seed, 99))
			permutations := 6
			if seed == 0 {
				permutations = 40
			}
			for i := range permutations {
				m, got := fold(t, s.list(shuffled(rng, s.month), shuffled(rng, s.after)))
				if got != want {
					t.Fatalf("permutation %d ends otherwise:\n%s", i, difference(t, base, m))
				}
			}
		})
	}
}

// The histories have in them what the law is to be shown of.
func TestScenesHaveEveryKindOfFact(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for seed := range uint64(scenesMax) {
		s := newScene(t, seed)
		s.cut = append(s.cut, s.renewals...)
		m, _ := fold(t, s.list(s.month, s.after))
		for _, o := range m.Partners["P100"].Orders.All() {
			if o.State == decision.OrderSettled {
				counts[o.Kind]++
			}
			if o.Automatic {
				counts["automatic"]++
			}
		}
		for _, in := range m.Partners["P100"].Inputs.All() {
			if in.Status == decision.StatusAccepted {
				counts[in.Event.Type]++
			}
		}
	}
	for _, kind := range []string{"new", "renew", "change", "unsubscribe", "convert", "automatic", events.TypeResourceRenewalConfigured} {
		if counts[kind] < scenesMax/4 {
			t.Errorf("%d of %s in %d histories; they show nothing of it", counts[kind], kind, scenesMax)
		}
	}
}

// TestLateFactsKeepTheSum moves facts over the close of their month: what was
// issued is not edited, and the sum over the periods is the same (F60, F61).
func TestLateFactsKeepTheSum(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scenesMax) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, seed)
			base, _ := fold(t, s.list(s.month, s.after))
			rng := rand.New(rand.NewPCG(seed, 5))
			for i := range 5 {
				var inTime, late []*events.Event
				for _, ev := range s.month {
					if rng.IntN(4) == 0 {
						late = append(late, ev)
					} else {
						inTime = append(inTime, ev)
					}
				}
				m, _ := fold(t, s.list(inTime, slices.Concat(s.after, late)))
				if want, got := totals(base), totals(m); !want.Equal(got) {
					t.Fatalf("split %d: totals come to %s, in time to %s\n%s", i, got, want, difference(t, base, m))
				}
			}
		})
	}
}

// TestReleasedHoldsLeaveNoTrace: once all holds of operations are released,
// details, bills and balances are those of a history that never had one.
func TestReleasedHoldsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scenesMax) {
		s := newScene(t, seed)
		list := s.list(s.month, s.after)
		held, _ := fold(t, list)
		free, _ := fold(t, withoutHolds(t, list))
		p, q := held.Partners["P100"], free.Partners["P100"]
		if diff := diffTables(t, "detail", p.Details, q.Details) + diffTables(t, "bill", p.Bills, q.Bills); diff != "" {
			t.Errorf("seed %d: released holds leave a trace:\n%s", seed, diff)
		}
		for k, sum := range held.Balances("P100") {
			if !sum.Equal(free.Balances("P100")[k]) {
				t.Errorf("seed %d: posting %v: %s with holds, %s without", seed, k, sum, free.Balances("P100")[k])
			}
		}
	}
}

// withoutHolds puts a cut-off that does nothing in the place of every hold; one
// over an order cuts nothing off.
func withoutHolds(t *testing.T, list []*events.Event) []*events.Event {
	t.Helper()
	out := slices.DeleteFunc(slices.Clone(list), func(ev *events.Event) bool {
		placed, isHold := ev.Data.(*events.HoldPlaced)
		return isHold && placed.OrderID != ""
	})
	for i, ev := range out {
		if ev.Type != events.TypeHoldPlaced && ev.Type != events.TypeHoldReleased {
			continue
		}
		var err error
		out[i], err = events.New(events.Envelope{ID: ev.ID, Source: events.Source, Subject: decision.JobOpportunityWindows, PartitionKey: "P100", Time: ev.Time},
			&events.ScheduleApplied{PartnerID: "P100", Job: decision.JobOpportunityWindows, Site: "cn", ScheduledFor: ev.Time})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// totals sums what stands in all bills, without the adjustments: one of a bill
// that is not there yet is refused.
func totals(m *decision.Memory) decimal.Decimal {
	var sum decimal.Decimal
	for _, d := range m.Partners["P100"].Details.All() {
		if d.BillID != "" && d.AdjustmentID == "" {
			sum = sum.Add(d.Amount)
		}
	}
	return sum
}

// difference names the rows in which two engines differ.
func difference(t *testing.T, a, b *decision.Memory) string {
	t.Helper()
	p, q := a.Partners["P100"], b.Partners["P100"]
	out := diffTables(t, "order", p.Orders, q.Orders) + diffTables(t, "resource", p.Resources, q.Resources) +
		diffTables(t, "detail", p.Details, q.Details) + diffTables(t, "bill", p.Bills, q.Bills) +
		diffTables(t, "hold", p.Holds, q.Holds) + diffTables(t, "debt", p.Debts, q.Debts) +
		diffTables(t, "coupon", p.Coupons, q.Coupons) + diffTables(t, "quota", p.Quotas, q.Quotas)
	for k, v := range a.Balances("P100") {
		if w := b.Balances("P100")[k]; !w.Equal(v) {
			out += fmt.Sprintf("posting %v: %s / %s\n", k, v, w)
		}
	}
	for k, w := range b.Balances("P100") {
		if v := a.Balances("P100")[k]; v.IsZero() && !w.IsZero() {
			out += fmt.Sprintf("posting %v: none / %s\n", k, w)
		}
	}
	return out
}

func diffTables[R any](t testing.TB, kind string, a, b *decision.Table[R]) string {
	t.Helper()
	out := ""
	ids := map[string]bool{}
	for _, id := range append(a.IDs(), b.IDs()...) {
		if ids[id] {
			continue
		}
		ids[id] = true
		var docs [2]string
		for i, row := range []*R{a.Get(id), b.Get(id)} {
			if row == nil {
				continue
			}
			doc, err := decision.Document(row)
			if err != nil {
				t.Fatal(err)
			}
			docs[i] = string(doc)
		}
		if docs[0] != docs[1] {
			out += fmt.Sprintf("%s %s:\n  %s\n  %s\n", kind, id, docs[0], docs[1])
		}
	}
	return out
}

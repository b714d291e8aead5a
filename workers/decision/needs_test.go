package decision_test

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// needRoundsMax is how often a decision may ask for more before it is thought
// to ask for ever.
const needRoundsMax = 100

// A shelf hands out rows of a partner whose state is all in memory, scope by
// scope, as a database does.
type shelf struct {
	of        *decision.Partner
	reference []*events.Event
	versions  []int64
}

func give[R any](from, to *decision.Table[R], which func(*R) bool) {
	for _, id := range from.IDs() {
		if r := from.Get(id); which(r) {
			to.Load(id, r, from.Version(id))
		}
	}
}

func all[R any](*R) bool { return true }

func (s *shelf) load(t *testing.T, p *decision.Partner, scope decision.Scope) {
	p.Loaded(scope)
	id := scope.ID
	credit := func(h *decision.Hold) bool { return h.Reason == incentive.HoldCreditNotRepaid }
	switch scope.Kind {
	case decision.ScopeChain:
		s.loadChain(p, id)
	case decision.ScopeUsage, decision.ScopeUsages, decision.ScopeUsagesSince, decision.ScopeTierUsages, decision.ScopeUsageWindow,
		decision.ScopeUsageDue, decision.ScopeUsageTier:
		s.loadUsage(p, scope)
	case decision.ScopeInputs:
		give(s.of.Inputs, p.Inputs, func(i *decision.Input) bool { return i.ChainKey == id })
	case decision.ScopeWaiting:
		give(s.of.Inputs, p.Inputs, func(i *decision.Input) bool { return i.Status == decision.StatusWaiting && i.WaitsFor == id })
	case decision.ScopeInput:
		give(s.of.Inputs, p.Inputs, func(i *decision.Input) bool { return decision.InputID(i.Event.Source, i.Event.ID) == id })
	case decision.ScopeRetryable:
		give(s.of.Inputs, p.Inputs, func(i *decision.Input) bool {
			return i.Status == decision.StatusWaiting || i.Status == decision.StatusRejected && i.Rejection.Retryable
		})
	case decision.ScopeBook:
		give(s.of.Debts, p.Debts, all)
		give(s.of.Repayments, p.Repayments, all)
		give(s.of.Holds, p.Holds, credit)
		give(s.of.CycleSettlements, p.CycleSettlements, all)
	case decision.ScopeHolds:
		give(s.of.Holds, p.Holds, func(h *decision.Hold) bool { return h.Open && !credit(h) })
	case decision.ScopeBill:
		give(s.of.Bills, p.Bills, func(b *decision.Bill) bool { return b.ID == id })
	case decision.ScopeBills:
		give(s.of.Bills, p.Bills, all)
	case decision.ScopeBillDetails:
		give(s.of.Details, p.Details, func(d *decision.Detail) bool { return d.BillID == id })
	case decision.ScopePaid:
		give(s.of.PaidOrders, p.PaidOrders, func(o *decision.PaidOrder) bool { return o.CustomerID == id })
	case decision.ScopeRequest:
		give(s.of.Requests, p.Requests, func(r *decision.Request) bool { return r.ID == id })
	case decision.ScopeInvoice:
		give(s.of.Invoices, p.Invoices, func(i *decision.Invoice) bool { return i.ID == id })
	case decision.ScopeInvoices:
		give(s.of.Invoices, p.Invoices, func(i *decision.Invoice) bool { return i.RequestID == id })
	case decision.ScopeOrderInvoices:
		give(s.of.Invoices, p.Invoices, func(i *decision.Invoice) bool { return slices.Contains(i.OrderIDs, id) })
	case decision.ScopeCustomer:
		give(s.of.Resources, p.Resources, func(r *decision.Resource) bool { return r.CustomerID == id && r.State == pricing.StateActive })
	case decision.ScopeRenewals:
		from, to, _ := strings.Cut(id, "/")
		give(s.of.Resources, p.Resources, func(r *decision.Resource) bool {
			day := decision.RenewalDay(r)
			return from <= day && day <= to
		})
		give(s.of.Attempts, p.Attempts, all)
	case decision.ScopeCoupon, decision.ScopeCouponsDue, decision.ScopeQuota:
		s.loadCoupons(p, scope)
	case decision.ScopeAllowance:
		if a := s.of.Allowances.Get(id); a != nil {
			p.Allowances.Load(id, a, s.of.Allowances.Version(id))
		}
	default:
		s.loadHolds(t, p, scope)
	}
}

func (s *shelf) loadCoupons(p *decision.Partner, scope decision.Scope) {
	switch id := scope.ID; scope.Kind {
	case decision.ScopeCoupon:
		give(s.of.Coupons, p.Coupons, func(c *decision.Coupon) bool { return c.ID == id })
	case decision.ScopeCouponsDue:
		due, err := time.Parse(time.RFC3339Nano, id)
		give(s.of.Coupons, p.Coupons, func(c *decision.Coupon) bool { return err == nil && c.Closed == nil && !due.Before(c.ExpireTime) })
	default:
		give(s.of.Quotas, p.Quotas, func(q *decision.Quota) bool { return q.ID == id })
	}
}

func (s *shelf) loadChain(p *decision.Partner, key string) {
	of := s.of.ChainOf.Get(key)
	if of == nil {
		s.loadAlone(p, key)
		return
	}
	chain := s.of.Chains.Get(of.ChainID)
	p.Chains.Load(chain.ID, chain, s.of.Chains.Version(chain.ID))
	for _, k := range chain.Keys {
		p.Loaded(decision.Scope{Kind: decision.ScopeChain, ID: k})
		p.ChainOf.Load(k, s.of.ChainOf.Get(k), 0)
		orderID, resourceID := decision.CutChainKey(k)
		give(s.of.Orders, p.Orders, func(o *decision.Order) bool { return o.ID == orderID })
		give(s.of.Resources, p.Resources, func(r *decision.Resource) bool { return r.ID == resourceID })
		give(s.of.Details, p.Details, func(d *decision.Detail) bool { return d.OrderID == orderID })
	}
}

// loadAlone loads what no order fact names: settled usage, and what it used.
func (s *shelf) loadAlone(p *decision.Partner, key string) {
	orderID, resourceID := decision.CutChainKey(key)
	give(s.of.Orders, p.Orders, func(o *decision.Order) bool { return o.ID == orderID })
	give(s.of.Resources, p.Resources, func(r *decision.Resource) bool { return r.ID == resourceID })
	give(s.of.Details, p.Details, func(d *decision.Detail) bool { return d.OrderID == orderID })
}

func (s *shelf) loadUsage(p *decision.Partner, scope decision.Scope) {
	id := scope.ID
	resourceID, since, notSince := decision.CutSince(id)
	usages := map[decision.ScopeKind]func(*decision.Usage) bool{
		decision.ScopeUsage:      func(u *decision.Usage) bool { return u.ID == id },
		decision.ScopeUsages:     func(u *decision.Usage) bool { return u.WindowID == id },
		decision.ScopeTierUsages: func(u *decision.Usage) bool { return u.TierID == id },
		decision.ScopeUsagesSince: func(u *decision.Usage) bool {
			return notSince == nil && u.Use.ResourceID == resourceID && u.Use.Window.To.After(since)
		},
	}
	windows := map[decision.ScopeKind]func(*decision.UsageWindow) bool{
		decision.ScopeUsageWindow: func(w *decision.UsageWindow) bool { return w.ID == id },
		decision.ScopeUsageDue:    func(w *decision.UsageWindow) bool { return !w.Settled },
	}
	if which := usages[scope.Kind]; which != nil {
		give(s.of.Usages, p.Usages, which)
	}
	if which := windows[scope.Kind]; which != nil {
		give(s.of.UsageWindows, p.UsageWindows, which)
	}
	if scope.Kind == decision.ScopeUsageTier {
		give(s.of.UsageTiers, p.UsageTiers, func(t *decision.UsageTier) bool { return t.ID == id })
	}
}

// decide decides one event over a working set that has nothing but what the
// decision asks for.
func (s *shelf) decide(t *testing.T, common *decision.Reference, ev *events.Event) []events.Out {
	t.Helper()
	reference := decision.NewPartnerReference()
	for i, known := range s.reference {
		reference.Load(s.versions[i], known)
	}
	p := decision.NewPartner("P100", site.Default(), reference, false)
	p.SetCounters(s.of.Counters)
	for range needRoundsMax {
		outs, err := p.Receive(common, ev, time.Time{})
		var needs *decision.ErrNeeds
		if !errors.As(err, &needs) {
			return outs
		}
		p.Reset()
		for _, scope := range needs.Scopes {
			if !p.IsLoaded(scope) { // a chain brings its other keys
				s.load(t, p, scope)
			}
		}
	}
	t.Fatalf("%s asks for more than %d times", ev.ID, needRoundsMax)
	return nil
}

// A decision over a working set that holds only what was asked for says the
// same as one that sees everything: whatever it looks at, it asks for.
func TestDecisionsAskForWhatTheyLookAt(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`"version":\d+`)
	for seed := range uint64(12) {
		m := decision.NewMemory(site.Default())
		partner := m.Partners
		s := &shelf{of: decision.NewPartner("P100", site.Default(), decision.NewPartnerReference(), true)}
		o := &operator{history: newHistory(t, seed, time.Date(2026, 1, 2, 9, 0, 0, 0, shanghai)), m: m}
		o.decideFirst = func(ev *events.Event) {
			if partner["P100"] != nil {
				s.of = partner["P100"]
			}
			target := ev
			if ev.Type == events.TypeScheduleFired {
				var err error
				if target, err = decision.FanOut(ev, "P100", site.Default()); err != nil {
					t.Fatal(err)
				}
			}
			if target.PartitionKey != "P100" || s.of.Inputs.Get(decision.InputID(target.Source, target.ID)) != nil {
				return
			}
			before := s.of.Counters.ReferenceNo
			lean := s.decide(t, m.Common, target)
			full := mustFold(t, m, ev)
			s.of = partner["P100"]
			if now := s.of.Counters.ReferenceNo; now != before {
				s.reference, s.versions = append(s.reference, ev), append(s.versions, now)
			}
			if len(lean) != len(full) {
				t.Fatalf("seed %d: %s says %d things over what it asked for, %d over everything", seed, ev.ID, len(lean), len(full))
			}
			for i := range full {
				a, b := version.ReplaceAll(structured(t, lean[i]), nil), version.ReplaceAll(structured(t, full[i]), nil)
				if !bytes.Equal(a, b) {
					t.Fatalf("seed %d: %s says\n%s\nover what it asked for, over everything\n%s", seed, ev.ID, a, b)
				}
			}
		}
		o.run(80, func(*events.Event, []events.Out) {})
	}
}

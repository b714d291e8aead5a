package decision_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// A recorder hands partners what comes, as the worker does, and keeps what a
// replay has: the inputs as they ended, the looks, and the reference log.
type recorder struct {
	t        testing.TB
	common   *decision.Reference
	partners map[string]*decision.Partner
	looks    map[string][]decision.Look
	clock    time.Time // of arrival
}

func newRecorder(t testing.TB, at time.Time) *recorder {
	return &recorder{t: t, common: decision.NewReference(site.Default()), partners: map[string]*decision.Partner{},
		looks: map[string][]decision.Look{}, clock: at}
}

// recorded is the record of an engine.
func recorded(t testing.TB, m *decision.Memory) *recorder {
	return &recorder{t: t, common: m.Common, partners: m.Partners}
}

func (r *recorder) partner(id string) *decision.Partner {
	if r.partners[id] == nil {
		r.partners[id] = decision.NewPartner(id, site.Default(), decision.NewPartnerReference(), true)
	}
	return r.partners[id]
}

// hand gives one event to whom it belongs; refused says that it was not read.
func (r *recorder) hand(ev *events.Event, refused bool) {
	r.t.Helper()
	if fired, isClock := ev.Data.(*events.ScheduleFired); isClock {
		for id, p := range r.partners {
			if p.Reference.Site() == fired.Site {
				applied, err := decision.FanOut(ev, id, site.Default())
				if err != nil {
					r.t.Fatal(err)
				}
				r.hand(applied, false)
			}
		}
		return
	}
	if ev.PartitionKey == events.AllPartners {
		_ = r.common.Apply(r.common.Version()+1, ev) // what is refused governs nothing
		return
	}
	p := r.partner(ev.PartitionKey)
	id := decision.InputID(ev.Source, ev.ID)
	var outs []events.Out
	var err error
	switch known := p.Inputs.Get(id); {
	case known == nil && refused:
		outs = p.Reject(r.common, ev, r.clock, &events.Rejection{Code: "poison", Message: "given up"})
	case known == nil:
		outs, err = p.Receive(r.common, ev, r.clock)
	case known.Event.ContentHash != ev.ContentHash && p.Inputs.Get(decision.ConflictID(ev)) == nil:
		outs = p.Refuse(r.common, ev, r.clock)
	}
	r.kept(p, outs, err)
}

// look looks after a partner, as the sweeper does.
func (r *recorder) look(id string) {
	r.t.Helper()
	p := r.partner(id)
	outs, err := p.Tick(r.common, r.clock)
	r.kept(p, outs, err)
}

func (r *recorder) kept(p *decision.Partner, outs []events.Out, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	r.looks[p.ID] = append(r.looks[p.ID], p.Looks...)
	p.Keep()
	for _, out := range outs {
		if data, toInput := out.Data.(events.Data); toInput {
			ev, err := events.New(events.Envelope{ID: out.ID, Source: events.Source, Subject: out.Subject, PartitionKey: out.PartnerID, Time: out.Time}, data)
			if err != nil {
				r.t.Fatal(err)
			}
			r.hand(ev, false)
		}
	}
}

// turns lists what was handed to a partner, in order.
func (r *recorder) turns(id string) []decision.Turn {
	var list []decision.Turn
	for _, in := range r.partners[id].Inputs.All() {
		list = append(list, in.Turn())
	}
	for _, look := range r.looks[id] {
		list = append(list, decision.Turn{InputNo: look.InputNo, At: look.At, Version: look.Version})
	}
	slices.SortStableFunc(list, func(a, b decision.Turn) int { // inputs stand before the looks behind them
		return int(a.InputNo - b.InputNo)
	})
	return list
}

// replayed hands a partner's turns to an empty one.
func (r *recorder) replayed(id string) *decision.Partner {
	r.t.Helper()
	again := decision.NewPartner(id, site.Default(), decision.NewPartnerReference(), true)
	for _, turn := range r.turns(id) {
		if _, err := again.Replay(r.common, turn); err != nil {
			r.t.Fatal(err)
		}
		again.Keep()
	}
	return again
}

// sameReplay compares everything that a replay comes to: rows, numbers with
// the hash of all postings, and what every decision was.
func (r *recorder) sameReplay() {
	r.t.Helper()
	for id, p := range r.partners {
		again := r.replayed(id)
		before, after := p.Counters, again.Counters
		before.RetriedReference, before.RetriedPartner = after.RetriedReference, after.RetriedPartner // looks that changed nothing
		if before != after {
			r.t.Errorf("partner %s: numbers %+v, replayed %+v", id, before, after)
		}
		sameInputs(r.t, p, again)
		for kind, diff := range map[string]string{
			"order": diffTables(r.t, "order", p.Orders, again.Orders), "resource": diffTables(r.t, "resource", p.Resources, again.Resources),
			"detail": diffTables(r.t, "detail", p.Details, again.Details), "bill": diffTables(r.t, "bill", p.Bills, again.Bills),
			"hold": diffTables(r.t, "hold", p.Holds, again.Holds), "debt": diffTables(r.t, "debt", p.Debts, again.Debts),
			"coupon": diffTables(r.t, "coupon", p.Coupons, again.Coupons), "quota": diffTables(r.t, "quota", p.Quotas, again.Quotas),
			"usage": diffTables(r.t, "usage", p.Usages, again.Usages), "request": diffTables(r.t, "request", p.Requests, again.Requests),
			"allowance": diffTables(r.t, "allowance", p.Allowances, again.Allowances), "chain": diffTables(r.t, "chain", p.Chains, again.Chains),
		} {
			if diff != "" {
				r.t.Errorf("partner %s: %s rows are others:\n%.2000s", id, kind, diff)
			}
		}
	}
}

func sameInputs(t testing.TB, p, q *decision.Partner) {
	t.Helper()
	for _, in := range p.Inputs.All() {
		id := decision.InputID(in.Event.Source, in.Event.ID)
		if in.Rejection != nil && in.Rejection.Code == decision.CodeConflict {
			id = decision.ConflictID(in.Event)
		}
		again := q.Inputs.Get(id)
		if again == nil {
			t.Errorf("input %d is missing in the replay", in.No)
			continue
		}
		was, is := *in, *again
		if was.Event, is.Event = nil, nil; !reflect.DeepEqual(was, is) {
			t.Errorf("input %d is %+v, replayed %+v", in.No, was, is)
		}
	}
}

// disturb hands a history to a recorder with everything that happens beside
// it: time passes, common reference data and predecessors come late, partners
// are looked after, rejections are retried and given up, ids come again with
// other content, events are given up unread.
func disturb(r *recorder, rng *rand.Rand, list []*events.Event) map[string]int {
	counts := map[string]int{}
	var late []*events.Event
	operate := func(data events.Data, about *events.Event) {
		counts[data.EventType()]++
		ev, err := events.New(events.Envelope{ID: fmt.Sprintf("%s/%d", data.EventType(), counts[data.EventType()]), Source: "/operations", Type: data.EventType(),
			Subject: about.Subject, PartitionKey: about.PartitionKey, Time: about.Time}, data)
		if err != nil {
			r.t.Fatal(err)
		}
		r.hand(ev, false)
	}
	for _, ev := range list {
		r.clock = r.clock.Add(time.Duration(rng.IntN(90)) * time.Minute)
		switch n := rng.IntN(40); {
		case n == 0 && !events.IsCutOff(ev.Type) || n < 4 && ev.Type == events.TypeProductPublished:
			late = append(late, ev)
			counts["late"]++
			continue
		case n == 1 && ev.PartitionKey != events.AllPartners:
			r.hand(ev, true)
			counts["unread"]++
		case n == 2 && ev.PartitionKey != events.AllPartners:
			other := *ev
			other.ContentHash[0]++
			r.hand(&other, false) // the one of the list is the conflict then
			counts["conflict"]++
		case n == 3:
			r.clock = r.clock.Add(30 * time.Hour)
		case n < 9:
			r.look("P100")
		case n < 12 && len(late) > 0:
			at := rng.IntN(len(late))
			r.hand(late[at], false)
			late = slices.Delete(late, at, at+1)
		case n < 15:
			for _, in := range r.partner("P100").Inputs.All() {
				if in.Status != decision.StatusRejected || rng.IntN(4) > 0 {
					continue
				}
				if action := (events.RejectionAction{Source: in.Event.Source, ID: in.Event.ID, Actor: "op"}); rng.IntN(3) > 0 {
					operate(&events.RejectionRetried{RejectionAction: action}, in.Event)
				} else {
					operate(&events.RejectionDiscarded{RejectionAction: action}, in.Event)
				}
				break
			}
		}
		r.hand(ev, false)
	}
	for _, ev := range late {
		r.hand(ev, false)
	}
	r.clock = r.clock.Add(80 * time.Hour)
	r.look("P100")
	counts["looks"] = len(r.looks["P100"])
	return counts
}

// What was accepted before a cut-off, taken back after it and accepted again
// has the number of its last decision only. In its order the replay would take
// it for a late fact; this is the history in which it was found.
func TestReplayOfWhatWasDecidedTwice(t *testing.T) {
	t.Parallel()
	s := newScene(t, 116)
	s.cut = append(s.cut, s.renewals...)
	rng := rand.New(rand.NewPCG(116, 23))
	month, after := shuffled(rng, s.month), shuffled(rng, s.after)
	at := len(month) * 3 / 4
	m, digest := fold(t, s.list(month[:at], slices.Concat(after, month[at:])))
	inputs := m.Partners["P100"].Inputs.All()
	slices.SortFunc(inputs, func(a, b *decision.Input) int {
		return cmp.Or(-cmp.Compare(min(a.DecisionNo, 1), min(b.DecisionNo, 1)), cmp.Compare(a.DecisionNo, b.DecisionNo), cmp.Compare(a.No, b.No))
	})
	inOrder := slices.Clone(s.reference)
	for _, in := range inputs {
		inOrder = append(inOrder, in.Event)
	}
	if _, other := fold(t, inOrder); other == digest {
		t.Error("the order of the last decisions comes to the same; the history shows nothing")
	}
	recorded(t, m).sameReplay()
}

// Moves between partners replay partner by partner: what one sent the other
// is in the other's record.
func TestReplayOfMoves(t *testing.T) {
	t.Parallel()
	s, _ := moved(t)
	recorded(t, s.m).sameReplay()
}

// A record with a hole is refused: the turns behind it had another number.
func TestReplayRefusesAHole(t *testing.T) {
	t.Parallel()
	s := newScene(t, 1)
	r := newRecorder(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	for _, ev := range s.list(s.month, s.after) {
		r.hand(ev, false)
	}
	again := decision.NewPartner("P100", site.Default(), decision.NewPartnerReference(), true)
	turns := slices.Delete(r.turns("P100"), 4, 5)
	var err error
	for _, turn := range turns {
		if _, err = again.Replay(r.common, turn); err != nil {
			break
		}
	}
	if !errors.Is(err, decision.ErrOtherTurn) || !strings.Contains(err.Error(), "input 6") {
		t.Errorf("a record without input 5 replays with %v", err)
	}
}

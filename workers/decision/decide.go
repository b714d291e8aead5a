package decision

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// Limits of a decision.
const (
	// predecessorWaitMax is how long, by arrival, an event waits for its
	// predecessor, and a rejection for the reference data that would heal it.
	predecessorWaitMax = 72 * time.Hour
	// chainEventsMax bounds a chain, and so what a late event folds again.
	chainEventsMax = 1000
	// wakeRoundsMax bounds how often a decided event wakes events that wake
	// others; each round decides every waiter of the one before.
	wakeRoundsMax = 1000
)

// A decider is one partner under one version of the common reference data.
type decider struct {
	*Partner
	common *Reference
	in     *Input
	now    time.Time // arrival of what is decided
	outs   []events.Out
	// Of the current event:
	created       []string           // keys that came into being
	keys          []string           // what an order fact connects
	refolded      bool               // rows may have come to what they were again
	chained       bool               // it belongs into a chain even when it is rejected
	closing       map[string]bool    // bills that it closes
	restated      map[string]*Detail // closed bills whose corrections may be put down otherwise, by a detail of theirs
	steps         []step             // state changes to report
	rejectedAgain []*Input           // inputs that folding again rejected
	again         []*Input           // rejections to decide again after it
	sends         []events.Out       // to the inputs of other partners
	issued        []*events.Event    // to be received and decided after it
	refused       *Usage             // what it brings, where only its resource refuses it
	judged        [2]*bool           // what the five-day quota and the first-order limit had said of it before
	waking        int                // keys that came into being before it
	posted        int                // postings before it
	folded        int                // reference events before it
	counted       Counters           // the numbers before it
}

// waits says that an event has to wait for a key.
type waits struct{ key string }

func (w waits) Error() string { return fmt.Sprintf("wait for %q", w.key) }

// Receive puts a new input into the partner's inbox and decides it, and with
// it whatever it lets go on. It returns the outgoing events in order. A zero
// arrival stands for the highest event time received so far: files know no
// other (contract section 1).
// ErrNeeds means that nothing of it stands: load, Reset and decide again.
func (p *Partner) Receive(common *Reference, ev *events.Event, arrived time.Time) (outs []events.Out, err error) {
	defer needs(&outs, &err)
	p.Counters.InputNo++
	if ev.Time.After(p.Counters.Highest) {
		p.Counters.Highest = ev.Time
	}
	if arrived.IsZero() {
		arrived = p.Counters.Highest
	}
	if cutsOff(ev) { // here, since what waits is decided when facts say so
		p.Counters.CutOffs++
		p.Counters.CutOffDecision = p.Counters.DecisionNo
	}
	d := &decider{Partner: p, common: common, now: arrived}
	d.expireAndRetry()
	d.decide(&Input{No: p.Counters.InputNo, Event: ev, ArrivedAt: arrived, ReceivedVersion: common.version})
	d.expireAndRetry()
	return d.outs, nil
}

// Reject records an input that could not be decoded; ev holds what was
// readable of it.
func (p *Partner) Reject(common *Reference, ev *events.Event, arrived time.Time, why *events.Rejection) []events.Out {
	p.Counters.InputNo++
	d := &decider{Partner: p, common: common, now: arrived}
	d.begin(&Input{No: p.Counters.InputNo, Event: ev, ArrivedAt: arrived, ReceivedVersion: common.version, Refusal: why.Code})
	d.reject(why)
	return d.outs
}

// Tick rejects what waited too long by now and decides again what newer
// reference data, or operations since, may have healed. It is for partners
// that receive nothing else.
func (p *Partner) Tick(common *Reference, now time.Time) (outs []events.Out, err error) {
	defer needs(&outs, &err)
	before := p.Counters
	p.Counters.RetriedReference, p.Counters.RetriedPartner = -1, -1
	d := &decider{Partner: p, common: common, now: now}
	d.expireAndRetry()
	p.looked(before, now, common.version)
	return d.outs, nil
}

// needs turns the panic of a missing scope into an error.
func needs(outs *[]events.Out, err *error) {
	if r := recover(); r != nil {
		missing, ok := r.(*ErrNeeds)
		if !ok {
			panic(r)
		}
		*outs, *err = nil, missing
	}
}

// decide brings one input to its end and wakes those that waited for what it
// brought.
func (d *decider) decide(in *Input) {
	d.attempt(in)
	issued := d.issued
	for _, again := range d.again {
		d.attempt(d.Inputs.Get(again.id()))
		issued = append(issued, d.issued...)
	}
	for _, ev := range issued {
		d.receiveOwn(ev)
	}
	for range wakeRoundsMax {
		if len(d.created) == 0 || d.Counters.Waiting == 0 {
			break
		}
		keys := d.created
		d.created = nil
		d.need(ScopeWaiting, keys...)
		var woken []*Input
		for _, key := range keys {
			woken = append(woken, d.Inputs.By(inputsByWait, key)...)
		}
		slices.SortFunc(woken, func(a, b *Input) int { return a.Event.Key().Compare(b.Event.Key()) })
		for _, w := range woken {
			if now := d.Inputs.Get(w.id()); now.Status == StatusWaiting {
				d.attempt(now)
			}
		}
	}
	d.created = nil
}

// attempt decides one input: all of its effects stand, or none.
func (d *decider) attempt(in *Input) {
	d.begin(in)
	err := d.guarded(func() error { return d.apply() })
	if err == nil {
		err = d.guarded(func() error { return d.settle() })
	}
	var wait waits
	switch {
	case err == nil:
		d.accept()
	case errors.As(err, &wait):
		d.undo()
		d.wait(wait.key)
	default:
		d.undo()
		d.reject(rejection(err))
	}
}

// begin starts the event: differences are counted from here.
func (d *decider) begin(in *Input) {
	current := *in
	current.ReferenceVersion, current.PartnerVersion = d.common.version, d.Counters.DecisionNo
	d.in = &current
	d.journal.tables = d.journal.tables[:0]
	for _, t := range d.tables {
		t.begin()
	}
	d.keys, d.chained, d.refolded, d.refused = nil, false, false, nil
	d.closing, d.restated, d.steps, d.rejectedAgain = nil, nil, nil, nil
	d.again, d.issued, d.sends = nil, nil, nil
	d.judged, d.waking = [2]*bool{in.FiveDay, in.FirstOrder}, len(d.created)
	d.posted, d.folded, d.counted = len(d.Postings), len(d.Reference.log), d.Counters
}

// undo takes back every effect of the current event.
func (d *decider) undo() {
	d.journal.rollback(0)
	d.Reference.truncate(d.folded)
	d.Postings = d.Postings[:d.posted]
	d.Counters = d.counted
	d.created = d.created[:d.waking]
	d.issued, d.sends = nil, nil
	d.in.FiveDay, d.in.FirstOrder = d.judged[0], d.judged[1] // the allowance it counted is taken back with the rest
}

// ref names the current event.
func (d *decider) ref() EventRef {
	return EventRef{Time: d.in.Event.Time, Source: d.in.Event.Source, ID: d.in.Event.ID}
}

// guarded turns a panic of a rule into a rejection of the one event.
func (d *decider) guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if needs, ok := r.(*ErrNeeds); ok {
				panic(needs)
			}
			err = &events.Rejection{Code: CodeInternal, Message: fmt.Sprintf("the rules stopped on this event: %v; report it with the event's id", r)}
		}
	}()
	return f()
}

// rejection gives every error of a rule the form in which it is reported.
func rejection(err error) *events.Rejection {
	var r *events.Rejection
	if errors.As(err, &r) {
		return r
	}
	var refusal *pricing.Refusal
	if errors.As(err, &refusal) {
		return &events.Rejection{Code: refusal.Code, Message: refusal.Message, Pointer: "/data" + refusal.Pointer, Retryable: refusal.Retryable}
	}
	var settled *settlement.Refusal
	if errors.As(err, &settled) {
		return &events.Rejection{Code: settled.Code, Message: settled.Message}
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		return &events.Rejection{Code: coded.Code(), Message: err.Error()}
	}
	return &events.Rejection{Code: CodeInternal, Message: err.Error()}
}

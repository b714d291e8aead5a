package decision

import (
	"errors"
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// Chain keys: an order and a resource.
func orderKey(id string) string    { return "o/" + id }
func resourceKey(id string) string { return "r/" + id }

// foldFact folds an order fact into its chain. A fact newer than the chain's
// last is applied to the chain as it stands; an older one makes the chain
// fold again from its inputs, and what comes out differently is the change.
func (d *decider) foldFact() error {
	keys := chainKeys(d.in.Event)
	d.keys = keys
	d.need(ScopeChain, keys...)
	last, known := d.lastOf(keys)
	chain := d.join(keys)
	d.chained = known || d.meteredOnly(keys)
	if chain.Size > chainEventsMax {
		d.chained = false // it would only lengthen the chain
		return &events.Rejection{Code: CodeChainTooLong, Message: fmt.Sprintf(
			"order facts connected to this one are over %d; close the resource and order anew", chainEventsMax)}
	}
	// What was refused since there was usage only is good once it is ordered.
	again := d.in.Event.Key().Compare(last) <= 0 || d.meteredOnly(chain.Keys)
	if known && again {
		return d.refold(chain, true)
	}
	if err := d.applyFact(d.in); err != nil {
		return err
	}
	d.stand(chain, append(slices.Clone(d.factsOf(chain)), d.factOf(d.in)))
	return nil
}

// factOf says what an applied fact is about.
func (d *decider) factOf(in *Input) Fact {
	keys := chainKeys(in.Event)
	if id, ok := cutKey(keys[0], orderKey("")); ok {
		if order := d.Orders.Get(id); order != nil {
			keys = append(keys, resourceKeys(order.ResourceIDs)...)
		}
	}
	slices.Sort(keys)
	return Fact{Event: EventRef{Time: in.Event.Time, Source: in.Event.Source, ID: in.Event.ID}, Keys: slices.Compact(keys)}
}

// stand notes the facts of a chain that stand and were first decided since the
// last cut-off, which for what waited is later than when it was received. Corrections of closed bills may be put down to others of them now.
func (d *decider) stand(chain *Chain, facts []Fact) {
	noted := *chain
	noted.CutOffs, noted.Facts = d.Counters.CutOffs, facts
	slices.SortFunc(noted.Facts, func(a, b Fact) int { return compareRefs(a.Event, b.Event) })
	noted.Facts = slices.CompactFunc(noted.Facts, func(a, b Fact) bool { return compareRefs(a.Event, b.Event) == 0 })
	d.Chains.Put(noted.ID, &noted)
	for _, k := range noted.Keys {
		if id, ok := cutKey(k, orderKey("")); ok {
			for _, detail := range d.Details.By(detailsByOrder, id) {
				if d.isStated(detail) {
					put(&d.restated, detail.BillID, detail)
				}
			}
		}
	}
}

// lastOf returns the highest key folded into the chains of the keys.
func (d *decider) lastOf(keys []string) (last events.Key, known bool) {
	for _, k := range keys {
		if c := d.chain(k); c != nil && (!known || c.Last.Compare(last) > 0) {
			last, known = c.Last, true
		}
	}
	return last, known
}

func (d *decider) chain(key string) *Chain {
	if of := d.ChainOf.Get(key); of != nil {
		return d.Chains.Get(of.ChainID)
	}
	return nil
}

// join makes one chain of the keys and of every chain that has one of them,
// and counts the current event into it.
func (d *decider) join(keys []string) *Chain {
	joined := &Chain{ID: keys[0], Keys: slices.Clone(keys), Last: d.in.Event.Key()}
	if d.in.ChainKey == "" {
		joined.Size = 1
	}
	var old []*Chain
	for _, k := range keys {
		if c := d.chain(k); c != nil && !slices.Contains(old, c) {
			old = append(old, c)
		}
	}
	if len(old) > 0 {
		joined.ID = old[0].ID
	}
	for _, c := range old {
		joined.CutOffs, joined.Facts = d.Counters.CutOffs, append(joined.Facts, d.factsOf(c)...)
		joined.ID = min(joined.ID, c.ID)
		joined.Keys = append(joined.Keys, c.Keys...)
		joined.Size += c.Size
		if c.Last.Compare(joined.Last) > 0 {
			joined.Last = c.Last
		}
	}
	slices.Sort(joined.Keys)
	joined.Keys = slices.Compact(joined.Keys)
	for _, c := range old {
		if c.ID != joined.ID {
			d.Chains.Put(c.ID, nil)
		}
	}
	d.Chains.Put(joined.ID, joined)
	for _, k := range joined.Keys {
		if of := d.ChainOf.Get(k); of == nil || of.ChainID != joined.ID {
			d.ChainOf.Put(k, &ChainKey{ChainID: joined.ID})
		}
	}
	return joined
}

// refold forgets what the chain came to and folds all of its inputs in key
// order, the current one among them when the chain is its own. An input whose
// predecessor stands later in key order is applied as soon as that is there.
func (d *decider) refold(chain *Chain, own bool) error {
	d.need(ScopeInputs, chain.Keys...)
	var inputs []*Input
	if own {
		inputs = append(inputs, d.in)
	}
	for _, k := range chain.Keys {
		for _, stored := range d.Inputs.By(inputsByChainKey, k) {
			if stored.id() != d.in.id() && stored.Status != StatusDiscarded {
				in := *stored // rows stay as they are; what is judged once is noted on it
				inputs = append(inputs, &in)
			}
		}
	}
	slices.SortFunc(inputs, func(a, b *Input) int { return a.Event.Key().Compare(b.Event.Key()) })
	d.forget(chain)
	d.refolded = true

	outcomes := make(map[*Input]error, len(inputs))
	var pending []*Input
	for _, in := range inputs {
		outcomes[in] = d.applyOrUndo(in)
		if isWait(outcomes[in]) {
			pending = append(pending, in)
		}
		pending = d.applyPending(pending, outcomes)
	}
	if err := outcomes[d.in]; err != nil {
		return err
	}
	var facts []Fact
	for _, in := range inputs {
		if in != d.in {
			d.redecide(in, outcomes[in])
		}
		if outcomes[in] == nil && (in == d.in || in.DecisionNo > d.Counters.CutOffDecision) {
			facts = append(facts, d.factOf(in))
		}
	}
	d.stand(chain, facts)
	return nil
}

// applyPending tries the pending inputs until none of them can be applied.
func (d *decider) applyPending(pending []*Input, outcomes map[*Input]error) []*Input {
	for range len(pending) {
		var left []*Input
		for _, in := range pending {
			if outcomes[in] = d.applyOrUndo(in); isWait(outcomes[in]) {
				left = append(left, in)
			}
		}
		if len(left) == len(pending) {
			break
		}
		pending = left
	}
	return pending
}

// forget removes what the chain's facts came to; what usage makes of a
// resource stays.
func (d *decider) forget(chain *Chain) {
	for _, k := range chain.Keys {
		if id, ok := cutKey(k, "o/"); ok {
			for _, detail := range d.Details.By(detailsByOrder, id) {
				if detail.LateOf == "" {
					d.Details.Put(detail.ID, nil)
				}
			}
			if order := d.Orders.Get(id); paid(order) {
				d.forgetPaid(order)
			}
			d.Orders.Put(id, nil)
		} else if id, ok := cutKey(k, "r/"); ok {
			d.Resources.Put(id, d.asMetered(id))
		}
	}
}

func cutKey(key, prefix string) (string, bool) {
	if len(key) > len(prefix) && key[:len(prefix)] == prefix {
		return key[len(prefix):], true
	}
	return "", false
}

func (d *decider) applyOrUndo(in *Input) error {
	mark, fiveDay, firstOrder := d.journal.mark(), in.FiveDay, in.FirstOrder
	err := d.guarded(func() error { return d.applyFact(in) })
	if err != nil {
		d.journal.rollback(mark)
		in.FiveDay, in.FirstOrder = fiveDay, firstOrder
	}
	return err
}

// isWait tells whether a fact may yet be applied when later ones are: what it
// names is not there, or only by its usage.
func isWait(err error) bool {
	var w waits
	var refusal *pricing.Refusal
	return errors.As(err, &w) || errors.As(err, &refusal) && refusal.Code == pricing.CodePayPerUseResource
}

// redecide records that folding again came to another end for an input that
// was decided before.
func (d *decider) redecide(in *Input, err error) {
	again := *in
	var w waits
	switch {
	case err == nil:
		if in.Status == StatusAccepted {
			return
		}
		again.Status, again.Rejection = StatusAccepted, nil
	case errors.As(err, &w):
		again.Status, again.WaitsFor, again.ChainKey, again.Rejection = StatusWaiting, w.key, "", nil
	default:
		why := rejection(err)
		if in.Status == StatusRejected && in.Rejection.Code == why.Code {
			return
		}
		again.Status, again.Rejection = StatusRejected, why
		again.Attempts++
		d.rejectedAgain = append(d.rejectedAgain, &again)
	}
	d.record(&again)
}

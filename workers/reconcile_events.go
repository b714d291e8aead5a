package workers

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// effects are the accepted events that have to have left a row, by a hash of
// source and id: some fifty bytes for each.
type effects struct {
	*comparing
	seed     maphash.Seed
	accepted map[uint64]effect
	paid     map[string]map[string]bool // requests, by the types of accepted events that may pay one
	judged   *judgements
	things   map[thing]int64 // by the input that brought each, below zero once it is seen
}

type effect struct {
	inputNo     int64
	common, own int64 // versions of the reference data that it was decided under
	makes       made
	seen        bool
}

// made is what an event leaves.
type made byte

const (
	makesNothing made = iota // of its own
	makesOrder
	makesPayment
	makesRow
)

// makesOf says what every accepted event of a type leaves.
func makesOf(typ string) made {
	switch typ {
	case events.TypeOrderPlaced, events.TypeOrderSpecChanged, events.TypeOrderRenewed, events.TypeOrderUnsubscribed, events.TypeOrderConverted:
		return makesOrder
	case events.TypeOrderPaid:
		return makesPayment
	case events.TypeRepaymentReceived, events.TypeAdjustmentPosted, events.TypeUsageMetered:
		return makesRow
	default:
		return makesNothing
	}
}

func (e *effects) key(source, id string) uint64 {
	var h maphash.Hash
	h.SetSeed(e.seed)
	_, _ = h.WriteString(source)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(id)
	return h.Sum64()
}

// storedInput is an input as reconciliation reads it.
type storedInput struct {
	no, decisionNo                      int64
	typ, source, id, subject, partition string
	time                                time.Time
	offset                              int32
	status                              string
	attempts                            int32
	referenceVersion, partnerVersion    int64
	payload, hash                       []byte
	firstOrder                          *bool
	code                                string // of its refusal
}

// events compares the inputs with their numbers and the inbox, and notes what
// each has to have left.
func (c *comparing) events(ctx context.Context) error {
	c.effects = &effects{comparing: c, seed: maphash.MakeSeed(), accepted: map[uint64]effect{}, paid: map[string]map[string]bool{}, judged: c.newJudged(), things: map[thing]int64{}}
	after, decided := int64(0), int64(0)
	if !c.whole {
		after, decided = c.since.InputNo, c.since.DecisionNo
	}
	rows, err := c.tx.Query(ctx, db.ReconcileInputs, c.partnerID, c.whole, after, decided)
	if err != nil {
		return fmt.Errorf("read the inputs: %w", err)
	}
	next, decisions, again, lost := after+1, int64(0), int64(0), int64(0)
	missing := func(before int64) { // no more than are kept: the row may say any number
		for ; next < before && !c.truncated; next++ {
			c.lost(next)
			lost++
		}
	}
	var in storedInput
	_, err = pgx.ForEachRow(rows, []any{&in.no, &in.typ, &in.source, &in.id, &in.subject, &in.partition, &in.time, &in.offset, &in.status, &in.decisionNo,
		&in.attempts, &in.referenceVersion, &in.partnerVersion, &in.payload, &in.hash,
		&in.firstOrder, &in.code}, func() error {
		delete(c.posted, in.no)
		missing(min(in.no, c.counters.InputNo+1))
		if in.no == next {
			next++
		} else if in.no > c.counters.InputNo {
			c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventUnknown, c.partnerID, []string{strconv.FormatInt(in.no, 10)},
				fmt.Sprintf("input %d as the last", c.counters.InputNo), fmt.Sprintf("%s %q of source %q", in.typ, in.id, in.source)))
			return nil
		}
		if in.decisionNo > 0 {
			decisions++
		}
		again += int64(max(in.attempts-1, 0))
		return c.effects.input(&in)
	})
	if err != nil {
		return fmt.Errorf("read the inputs: %w", err)
	}
	missing(c.counters.InputNo + 1)
	c.covers(reconciliation.EventLost, reconciliation.EventAltered, reconciliation.EventUnknown, reconciliation.DecisionLost, reconciliation.PostingWithoutEvent,
		reconciliation.EventWithoutEffect, reconciliation.EffectWithoutEvent, reconciliation.PaymentMissing)
	if c.whole && c.known && !c.truncated && c.counters.DecisionNo > decisions+again+lost {
		c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.DecisionLost, c.partnerID, []string{"decision_no"},
			fmt.Sprintf("%d decisions of the inputs", c.counters.DecisionNo), fmt.Sprintf("%d, %d of them given again", decisions+again, again)))
	}
	if err := c.orphans(ctx); err != nil || !c.whole {
		return err
	}
	return c.inbox(ctx)
}

func (c *comparing) lost(no int64) {
	c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventLost, c.partnerID, []string{strconv.FormatInt(no, 10)},
		fmt.Sprintf("input %d of %d", no, c.counters.InputNo), "none"))
}

// orphans looks for the inputs that postings name and that were not among those
// read.
func (c *comparing) orphans(ctx context.Context) error {
	if len(c.posted) == 0 {
		return nil
	}
	posted := int64(0)
	if !c.whole {
		posted = c.since.PostingNo
	}
	orphans, err := c.queries.PostingsWithoutInput(ctx, c.partnerID, posted, slices.Sorted(maps.Keys(c.posted)))
	if err != nil {
		return fmt.Errorf("look for postings without an input: %w", err)
	}
	for _, o := range orphans {
		c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.PostingWithoutEvent, c.partnerID, []string{strconv.FormatInt(o.InputNo, 10)},
			fmt.Sprintf("input %d", o.InputNo), fmt.Sprintf("%d postings from number %d on, of fact %s", o.Postings, o.First, o.Fact)))
	}
	return nil
}

// inbox compares all inputs with the keys of the inbox.
func (c *comparing) inbox(ctx context.Context) error {
	rows, err := c.queries.InboxAgainstInputs(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("compare the inputs with the inbox: %w", err)
	}
	for _, row := range rows {
		switch {
		case row.Unknown:
			c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventUnknown, c.partnerID, []string{strconv.FormatInt(row.InputNo, 10)},
				"a key of the inbox", fmt.Sprintf("%s %q of source %q without one", row.Type, row.EventID, row.Source)))
		case !row.Lost:
			c.altered(row.InputNo, fmt.Sprintf("content %x", row.ContentHash), "an input that says another")
		case row.InputNo > c.counters.InputNo: // else told by its number
			c.lost(row.InputNo)
		}
	}
	return nil
}

func (c *comparing) altered(no int64, expected, found string) {
	c.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventAltered, c.partnerID, []string{strconv.FormatInt(no, 10)}, expected, found))
}

// input notes one input; its content is verified where all of it is.
func (e *effects) input(in *storedInput) error {
	e.count(reconciliation.PairEventsLedger, "").compared++
	if e.whole && in.status == decision.StatusAccepted {
		env := events.Envelope{ID: in.id, Source: in.source, Type: in.typ, Subject: in.subject, PartitionKey: in.partition, Time: atOffset(in.time, in.offset)}
		if hash := events.ContentHashOf(env, in.payload); string(hash[:]) != string(in.hash) {
			e.altered(in.no, fmt.Sprintf("content %x", in.hash), fmt.Sprintf("content %x", hash))
		}
	}
	if e.whole {
		e.judged.input(in)
	}
	if in.status != decision.StatusAccepted {
		return nil
	}
	if e.whole {
		e.brings(in)
	}
	makes := makesOf(in.typ)
	e.accepted[e.key(in.source, in.id)] = effect{inputNo: in.no, common: in.referenceVersion, own: in.partnerVersion, makes: makes}
	switch {
	case strings.HasPrefix(in.typ, "payment_request."):
		var of struct {
			ID string `json:"payment_request_id"`
		}
		if json.Unmarshal(in.payload, &of) != nil {
			return nil //nolint:nilerr // told as altered
		}
		if e.paid[of.ID] == nil {
			e.paid[of.ID] = map[string]bool{}
		}
		e.paid[of.ID][in.typ] = true
		e.names(decision.FactRequest + of.ID)
	case e.changed != nil && (makes == makesOrder || makes == makesPayment): // else all orders are read
		var of struct {
			ID string `json:"order_id"`
		}
		if json.Unmarshal(in.payload, &of) != nil {
			return nil //nolint:nilerr // told as altered
		}
		e.names(decision.FactOrder + of.ID)
	}
	return nil
}

// names says that an event is about a fact, whether it posted to it or not.
func (e *effects) names(fact string) {
	if e.changed != nil {
		e.changed[fact] = struct{}{}
	}
}

// sees marks the event of a row, and tells whether it was accepted.
func (e *effects) sees(ref decision.EventRef) bool {
	key := e.key(ref.Source, ref.ID)
	of, known := e.accepted[key]
	if known && !of.seen {
		of.seen = true
		e.accepted[key] = of
	}
	return known || !e.whole // an earlier input is not read again
}

func (e *effects) order(o *decision.Order) {
	if o.Kind == decision.KindUsage {
		return // made by the settlement of its window; the usage has events
	}
	if !e.sees(o.Event) {
		e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EffectWithoutEvent, e.partnerID, []string{"customer_order", o.ID},
			"accepted event "+o.Event.ID+" of source "+o.Event.Source, "none"))
	}
	if o.Payment != nil && !e.sees(o.Payment.Event) {
		e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.PaymentMissing, e.partnerID, []string{"customer_order", o.ID},
			"accepted event "+o.Payment.Event.ID+" of source "+o.Payment.Event.Source, "none"))
	}
}

func (e *effects) row(table, id string, ref decision.EventRef) {
	if !e.sees(ref) {
		e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EffectWithoutEvent, e.partnerID, []string{table, id},
			"accepted event "+ref.ID+" of source "+ref.Source, "none"))
	}
}

// usage: what was refused stays as a row, and its event was not accepted.
func (e *effects) usage(u *decision.Usage) {
	if !u.Refused {
		e.row("usage", u.ID, u.Event)
	}
}

// request: money went out because an event said so; where no invoice is
// needed, the approval.
func (e *effects) request(r *decision.Request) {
	pays := events.TypePaymentRequestApproved
	if invoiced, err := settlement.InvoiceRequired(site.PaymentMethod(r.Method)); err != nil || invoiced {
		pays = events.TypePaymentRequestPaid
	}
	if e.whole && r.State == settlement.RequestPaid && !e.paid[r.ID][pays] {
		e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.PaymentMissing, e.partnerID, []string{"payment_request", r.ID},
			"an accepted event that paid it", "none"))
	}
}

// end tells which events have left nothing.
func (e *effects) end() {
	e.missing()
	for _, of := range e.accepted {
		if of.makes != makesNothing && !of.seen && (e.whole || of.makes != makesRow) {
			e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventWithoutEffect, e.partnerID, []string{strconv.FormatInt(of.inputNo, 10)},
				"the row that it makes", "none"))
		}
	}
}

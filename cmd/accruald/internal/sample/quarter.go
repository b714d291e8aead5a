package sample

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// seed makes the story the same every time it is told.
const seed = 20260101

// Chances of what happens on the way, in percent.
const (
	duplicateChance = 3 // an event is sent twice
	swapChance      = 4 // a payment overtakes its order
	duplicateLines  = 25
)

var (
	zone  = time.FixedZone("", 8*60*60)
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	// end is when the story stops: after the bills of the first two months, while those of March are being confirmed.
	end = time.Date(2026, 4, 10, 18, 0, 0, 0, zone)
)

// quarter is the story while it is being told.
type quarter struct {
	engine           *decision.Memory
	random           *rand.Rand
	agenda           agenda
	lines            []line
	swaps            [][2]int // lines of an order and of its payment that change places
	orders, invoices int
	billed           map[string]bool // orders that have an invoice
	fired            map[string]bool // runs of jobs
	failure          error
}

// A line of the file, with what its place depends on.
type line struct {
	text    []byte
	barrier bool // reference data or a cut-off: nothing may be moved across it
}

// A fact is one event to tell: its id is that of the type and the thing.
type fact struct {
	source, id, subject, partner string
	at                           time.Time
	data                         events.Data
	refused                      string // the code with which the rules are meant to refuse it
}

// Quarter returns the shipped file: structured events, one a line.
func Quarter() ([]byte, error) {
	q := &quarter{
		engine: decision.NewMemory(site.Default()), random: rand.New(rand.NewPCG(seed, seed)), billed: map[string]bool{},
		fired: map[string]bool{},
	}
	q.catalogue(start)
	q.policies(start)
	q.parties(start)
	q.shopping()
	q.clock()
	q.money()
	q.programme()
	q.operations()
	q.renewals()
	q.metered()
	q.mistakes()
	for {
		next, ok := q.agenda.next()
		if !ok || q.failure != nil {
			break
		}
		next.do()
	}
	if q.failure != nil {
		return nil, q.failure
	}
	for id, p := range q.engine.Partners {
		if p.Counters.Waiting != 0 {
			return nil, fmt.Errorf("tell the quarter: %d events of partner %q wait at the end", p.Counters.Waiting, id)
		}
	}
	return q.file(), nil
}

// emit tells one event to the rules and writes it down. Whatever the story did not mean is an error.
func (q *quarter) emit(f fact) {
	if q.failure != nil {
		return
	}
	typ := f.data.EventType()
	ev, err := events.New(events.Envelope{
		ID: strings.TrimSuffix(typ, ".v1") + "/" + f.id, Source: f.source, Subject: f.subject, PartitionKey: f.partner, Time: f.at,
	}, f.data)
	if err != nil {
		q.failure = fmt.Errorf("tell event %q: %w", f.id, err)
		return
	}
	outs, err := q.engine.Fold(ev, nil)
	if err != nil {
		q.failure = fmt.Errorf("decide event %q: %w", ev.ID, err)
		return
	}
	if err := unmeant(ev, outs, f.refused); err != nil {
		q.failure = err
		return
	}
	text, err := ev.Structured()
	if err != nil {
		q.failure = err
		return
	}
	q.lines = append(q.lines, line{text: text, barrier: events.IsForAll(typ) || events.IsCutOff(typ) || events.IsReference(typ) ||
		events.IsPartnerReference(typ) || f.refused != ""})
}

// unmeant returns an error for a rejection that the story does not mean, and for one that it means and did not get.
func unmeant(ev *events.Event, outs []events.Out, meant string) error {
	for _, out := range outs {
		rejected, ok := out.Data.(*events.EventRejected)
		if !ok || rejected.ID != ev.ID {
			continue
		}
		if rejected.Code == meant {
			return nil
		}
		return fmt.Errorf("tell event %q: refused with %s: %s", ev.ID, rejected.Code, rejected.Message)
	}
	if meant != "" {
		return fmt.Errorf("tell event %q: it was meant to be refused with %s and was not", ev.ID, meant)
	}
	return nil
}

// later puts something into the agenda unless the story is over by then.
func (q *quarter) later(at time.Time, do func(at time.Time)) {
	if at.Before(end) {
		q.agenda.add(at, func() { do(at) })
	}
}

// chance is true that often in a hundred.
func (q *quarter) chance(percent int) bool { return q.random.IntN(100) < percent }

// between returns a time so long after another, to the second.
func (q *quarter) between(at time.Time, least, most time.Duration) time.Time {
	seconds := int((most - least) / time.Second)
	return at.Add(least + time.Duration(q.random.IntN(seconds))*time.Second)
}

// file is the order in which the lines are sent: mostly as things happened, some payments before their orders, some
// events twice.
func (q *quarter) file() []byte {
	for _, pair := range q.swaps {
		movable := true
		for _, l := range q.lines[pair[0] : pair[1]+1] {
			movable = movable && !l.barrier
		}
		if movable {
			q.lines[pair[0]], q.lines[pair[1]] = q.lines[pair[1]], q.lines[pair[0]]
		}
	}
	again := map[int][][]byte{}
	for i, l := range q.lines {
		if !l.barrier && q.chance(duplicateChance) {
			at := min(i+q.random.IntN(duplicateLines), len(q.lines)-1)
			again[at] = append(again[at], l.text)
		}
	}
	var out bytes.Buffer
	for i, l := range q.lines {
		for _, text := range append([][]byte{l.text}, again[i]...) {
			out.Write(text)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

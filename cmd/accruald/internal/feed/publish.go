package feed

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

const (
	batchCountMax = 1000
	// barrierWaitMax bounds one wait for the workers.
	barrierWaitMax = 2 * time.Minute
	// barrierSlow is how long such a wait is before it is told.
	barrierSlow = 3 * time.Second
)

// A Publisher sends events in the order of their file.
type Publisher struct {
	bus      *bus.Bus
	progress func(stored int)
	slow     func() // nil once it is told

	batch     []bus.Outgoing
	reference bool // the batch goes to the reference stream
	stored    int
	unapplied bool // reference messages were stored since the last wait
	undecided bool // messages of partners were stored since the last wait
}

// NewPublisher returns a publisher. Progress is told how many events are stored; nil means nobody is.
func NewPublisher(b *bus.Bus, progress func(stored int)) *Publisher {
	if progress == nil {
		progress = func(int) {}
	}
	return &Publisher{bus: b, progress: progress}
}

// OnSlow has the first wait for the workers that is long be told, once.
func (p *Publisher) OnSlow(tell func()) { p.slow = tell }

// Publish sends the events of the lines, the first skip of them left out, and returns how many are stored, those left
// out included.
func (p *Publisher) Publish(ctx context.Context, lines iter.Seq2[Line, error], skip int) (int, error) {
	p.stored, p.unapplied, p.undecided = skip, skip > 0, skip > 0
	n := 0
	for line, err := range lines {
		if err != nil {
			return p.stored, err
		}
		if n++; n <= skip {
			continue
		}
		if err := p.add(ctx, line.Event); err != nil {
			return p.stored, err
		}
	}
	return p.stored, p.flush(ctx)
}

func (p *Publisher) add(ctx context.Context, ev *events.Event) error {
	reference := ev.PartitionKey == events.AllPartners
	if reference != p.reference || len(p.batch) == batchCountMax {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	if err := p.barrier(ctx, ev); err != nil {
		return err
	}
	p.reference = reference
	header, data := ev.Message()
	p.batch = append(p.batch, bus.Outgoing{Subject: events.InSubject(ev), Header: header, Data: data})
	return nil
}

// flush stores what is gathered.
func (p *Publisher) flush(ctx context.Context) error {
	if len(p.batch) == 0 {
		return nil
	}
	if err := p.bus.PublishBatch(ctx, p.batch); err != nil {
		return fmt.Errorf("publish %d events behind the first %d: %w", len(p.batch), p.stored, err)
	}
	p.stored += len(p.batch)
	p.batch = p.batch[:0]
	p.unapplied = p.unapplied || p.reference
	p.undecided = p.undecided || !p.reference
	p.progress(p.stored)
	return nil
}

// barrier keeps the order of the file between the two streams. What governs is applied before what it governs is
// published, and it is not published before what stands in front of it is decided. A run of a job needs only the first:
// the workers hold it back themselves.
func (p *Publisher) barrier(ctx context.Context, ev *events.Event) error {
	switch {
	case ev.PartitionKey != events.AllPartners && p.unapplied:
		last, err := p.bus.ReferenceLast(ctx)
		if err != nil {
			return err
		}
		applied := func(ctx context.Context) error { return p.bus.WaitReferenceApplied(ctx, last) }
		if err := p.wait(ctx, "apply the reference data", applied); err != nil {
			return err
		}
		p.unapplied = false
	case events.IsReference(ev.Type) && p.undecided:
		if err := p.wait(ctx, "decide what stands before the reference data", p.bus.WaitInputDecided); err != nil {
			return err
		}
		p.undecided = false
	}
	return nil
}

// wait waits for the workers, tells when that takes long, and gives up after barrierWaitMax.
func (p *Publisher) wait(ctx context.Context, what string, until func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, barrierWaitMax)
	defer cancel()
	err := p.patiently(bounded, until)
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("wait %s for the workers to %s before publishing what follows it: start `accruald worker`, then publish "+
			"the same file again", barrierWaitMax, what)
	default:
		return fmt.Errorf("wait for the workers to %s: %w", what, err)
	}
}

func (p *Publisher) patiently(ctx context.Context, until func(context.Context) error) error {
	if p.slow != nil {
		soon, cancel := context.WithTimeout(ctx, barrierSlow)
		defer cancel()
		if err := until(soon); ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		p.slow()
		p.slow = nil
	}
	return until(ctx)
}

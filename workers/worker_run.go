package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
)

// leaveWaitMax bounds the giving up of leases at the end. Without it the
// others take over after the replica's silence.
const leaveWaitMax = 2 * time.Second

// Run works until ctx ends, then drains and returns nil. It waits for ever for
// a database or broker that cannot be reached, at start and later. It returns
// an error for what waiting does not mend: an address in use, a newer schema,
// streams that are not as needed, a position that the stream cannot serve.
func (w *Worker) Run(ctx context.Context) error {
	defer close(w.done)
	defer w.pool.Close()
	// What lanes need to finish (leases, reference data, checks) goes on beside
	// them and ends after them.
	services, end := afterwards(ctx, w.config.DrainTimeout)
	defer end()
	beside, besideCtx := errgroup.WithContext(services)
	if w.config.HTTPAddress != "" {
		endpoint, err := newEndpoint(ctx, w.config.HTTPAddress, w.health.handler(w.config.Registry))
		if err != nil {
			return err
		}
		w.log.Info("health and metrics served", "address", endpoint.listener.Addr().String())
		beside.Go(func() error { return endpoint.run(besideCtx) })
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	release := context.AfterFunc(besideCtx, stop) // whatever fails beside the lanes ends them
	defer release()

	err := w.start(working)
	if err == nil {
		err = w.lead(working, besideCtx, beside)
	} else if working.Err() != nil {
		err = nil
	}
	end()
	err = errors.Join(err, beside.Wait())
	w.leave(ctx)
	return err
}

// lead runs the lanes until ctx ends and each has stored and published what
// it had begun.
func (w *Worker) lead(ctx, besideCtx context.Context, beside *errgroup.Group) error {
	for _, loop := range []func(context.Context) error{w.keeper.run, w.reference.run, w.observe} {
		beside.Go(func() error { return loop(besideCtx) })
	}
	lanes, lanesCtx := errgroup.WithContext(ctx)
	for _, lane := range w.lanes {
		lanes.Go(func() error { return lane.run(lanesCtx) })
	}
	if w.config.Clock == ClockWall {
		lanes.Go(func() error { return w.sweep(lanesCtx) })
	}
	lanes.Go(func() error { return w.reconcile(lanesCtx) })
	if w.config.Clock == ClockWall && !w.config.NoSchedule {
		lanes.Go(func() error { return newScheduler(w).run(lanesCtx) })
	}
	close(w.started)
	w.log.Info("worker started", "lanes", w.config.Lanes, "batch_max", w.config.BatchMax, "clock", w.config.Clock, "sites", w.config.Sites.String())
	return lanes.Wait()
}

// leave gives up leases and closes the connections.
func (w *Worker) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveWaitMax)
	defer cancel()
	if err := w.keeper.leave(ctx); err != nil {
		w.log.Warn("leases not given up: others take them over later", "err", err)
	}
	if w.bus != nil {
		w.bus.Close()
	}
	w.log.Info("worker stopped", "decided", w.counts.decided.Load(), "relayed", w.counts.relayed.Load())
}

// start waits until everything is there, in this order.
func (w *Worker) start(ctx context.Context) error {
	for _, step := range []struct {
		condition string
		try       func(context.Context) error
	}{
		{conditionDatabase, w.pool.Ping},
		{conditionSchema, func(ctx context.Context) error { return schema.Check(ctx, w.pool) }},
		{conditionBroker, w.connect},
		{conditionStreams, w.identifyStreams},
	} {
		if err := w.until(ctx, step.condition, step.try); err != nil {
			return err
		}
	}
	return nil
}

// until tries a step of the start until it succeeds or cannot.
func (w *Worker) until(ctx context.Context, condition string, try func(context.Context) error) error {
	var wait backoff
	for {
		bounded, cancel := context.WithTimeout(ctx, startTryWaitMax)
		err := try(bounded)
		cancel()
		w.health.set(condition, err)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !heals(err) {
			return fmt.Errorf("start the worker: %w", err)
		}
		next := wait.next()
		w.log.Warn("the worker cannot start yet", "missing", condition, "err", err, "next_try_in", next)
		if !pause(ctx, next) {
			return ctx.Err()
		}
	}
}

// startTryWaitMax bounds one try of one step of the start.
const startTryWaitMax = 30 * time.Second

func (w *Worker) connect(ctx context.Context) error {
	config := w.config.Bus
	if config.Name == "" {
		config.Name = w.keeper.replica
	}
	if config.Logger == nil {
		config.Logger = w.config.Logger
	}
	connected, err := bus.Connect(ctx, config)
	if err != nil {
		return err
	}
	w.bus = connected
	return nil
}

// identifyStreams makes the streams or verifies them, and refuses to go on
// where another stream than the present one was read.
func (w *Worker) identifyStreams(ctx context.Context) error {
	if err := w.bus.EnsureStreams(ctx); err != nil {
		return err
	}
	input, err := w.bus.Stream(ctx, bus.InputStream)
	if err != nil {
		return err
	}
	references, err := w.bus.Stream(ctx, bus.ReferenceStream)
	if err != nil {
		return err
	}
	w.input = identify(w.config.Bus.StreamPrefix+bus.InputStream, input)
	w.references = identify(w.config.Bus.StreamPrefix+bus.ReferenceStream, references)
	rows, err := w.queries.Positions(ctx)
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	if len(rows) != referencePartition+1 {
		return fmt.Errorf("read positions: %d rows, not %d: the table stream_position is incomplete; restore it", len(rows), referencePartition+1)
	}
	for _, row := range rows[:referencePartition] {
		if err := w.input.check(row); err != nil {
			return err
		}
	}
	others, err := w.queries.OtherReferenceStreams(ctx, w.references.name, w.references.created)
	if err != nil {
		return fmt.Errorf("look for other reference streams: %w", err)
	}
	if others > 0 {
		w.log.Warn("the reference stream was made anew: it is read from its beginning, what is known already has no effect",
			"stream", w.references.name, "created", w.references.created)
	}
	return nil
}

package main

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/cmd/accruald/internal/feed"
)

// publishCommand publishes files in their order. Every line is judged before the first is sent. Runs of jobs and
// reference data are waited for, so workers have to run.
type publishCommand struct {
	Files []string  `arg:"" help:"Files of events, one structured CloudEvent a line; .gz is read as such, - is standard input."`
	Nats  natsFlags `embed:""`
	Log   logFlags  `embed:""`
}

// Run is called by kong.
func (p *publishCommand) Run(ctx context.Context, c *console) error {
	sources, err := feed.Sources(p.Files, c.in)
	if err != nil {
		return err
	}
	counts, err := feed.Count(feed.Lines(sources))
	if err != nil {
		return fmt.Errorf("nothing was published:\n%w", err)
	}
	log, err := p.Log.logger(c)
	if err != nil {
		return err
	}
	b, err := p.Nats.connect(ctx, "accruald publish", log)
	if err != nil {
		return err
	}
	defer b.Close()
	bar := newProgress(c, "publishing", counts.Lines)
	publisher := feed.NewPublisher(b, bar.set)
	publisher.OnSlow(func() {
		fmt.Fprintln(c.err, "waiting for a worker to apply reference data; is one running?")
	})
	stored, err := publisher.Publish(ctx, feed.Lines(sources), 0)
	bar.close()
	if err != nil {
		return fmt.Errorf("published %d of %d events: %w", stored, counts.Lines, err)
	}
	fmt.Fprintf(c.err, "published %d events\n", stored)
	return nil
}

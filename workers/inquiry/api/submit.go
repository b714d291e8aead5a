package api

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
)

// Source is who speaks in events that requests become.
const Source = "/accruald/partner-api"

const (
	// decidedWaitMax is how long a request waits until its event is decided;
	// then it says that it is accepted.
	decidedWaitMax      = 5 * time.Second
	decidedPollInterval = 20 * time.Millisecond
)

// A Publisher puts an event on its stream.
type Publisher interface {
	Publish(ctx context.Context, subject string, header map[string][]string, data []byte) (uint64, error)
}

// Submit publishes what a request asks for as an event of the caller's
// partner that happens now, and waits until it is decided. It returns false
// where that takes longer or waits for a predecessor: then the request is
// accepted, and its effect shows later. A rejection by a rule is returned as
// an *inquiry.Error. A repetition of the request publishes the same event,
// which has no effect.
func (c *Call) Submit(ctx context.Context, data events.Data, subject string) (decided bool, err error) {
	ev, err := events.New(events.Envelope{ID: c.proof.EventID(data.EventType() + "/" + subject), Source: Source, Subject: subject,
		PartitionKey: c.Caller.PartnerID, Time: c.At.Truncate(time.Microsecond)}, data)
	if err != nil {
		return false, rejected(err)
	}
	header, payload := ev.Message()
	if _, err := c.publisher.Publish(ctx, events.InSubject(ev), header, payload); err != nil {
		return false, fmt.Errorf("publish %s of %q: %w", ev.Type, subject, err)
	}
	until, cancel := context.WithTimeout(ctx, decidedWaitMax)
	defer cancel()
	for {
		decided, why, err := c.Books.Outcome(until, c.Caller.PartnerID, ev.Source, ev.ID)
		switch {
		case until.Err() != nil:
			return false, ctx.Err()
		case err != nil:
			return false, err
		case decided && why != nil:
			return true, published(why)
		case decided:
			return true, nil
		}
		select {
		case <-until.Done():
		case <-time.After(decidedPollInterval):
		}
	}
}

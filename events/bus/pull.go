package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// pullMessagesMax is how many messages are asked for and not yet read.
	pullMessagesMax = 128
	// pullStatusesMax is room beside them for the server's status messages:
	// at most two requests are open, each with its heartbeats and its end.
	pullStatusesMax      = 64
	pullExpirySeconds    = 30
	pullHeartbeatSeconds = 5
	// pullOverheadBytes is what a request counts beside headers and data.
	pullOverheadBytes = 64 << 10
	pullAPI           = "$JS.API.CONSUMER.MSG.NEXT."

	headerStatus          = "Status"
	headerDescription     = "Description"
	headerPendingMessages = "Nats-Pending-Messages"
	statusHeartbeat       = "100"
	statusExpired         = "408"
	statusConflict        = "409"
	statusNoResponders    = "503"
)

// errStopped ends a pull that was stopped from here.
var errStopped = errors.New("pull stopped")

// pull reads a pull consumer in delivery order and proves that nothing is
// missing: every delivery carries the consumer's own count.
//
// The iterator of the client library is not used: it gives its channel room
// for the messages only, so that with a limit in bytes the status messages
// push deliveries out.
type pull struct {
	conn         *nats.Conn
	subject      string
	bytesMax     int
	subscription *nats.Subscription
	channel      chan *nats.Msg
	stop         chan struct{}
	stopOnce     sync.Once

	delivered uint64 // count of the last delivery
	asked     int    // messages asked for and not read
}

// startPull subscribes; the first request goes out with the first next. The
// count of deliveries goes on behind the consumer's present one.
func (b *Bus) startPull(consumer jetstream.Consumer) (*pull, error) {
	info := consumer.CachedInfo()
	p := &pull{
		conn:      b.conn,
		subject:   pullAPI + info.Stream + "." + info.Name,
		bytesMax:  max(readerBytesMax, int(b.conn.MaxPayload())) + pullOverheadBytes,
		channel:   make(chan *nats.Msg, pullMessagesMax+pullStatusesMax),
		stop:      make(chan struct{}),
		delivered: info.Delivered.Consumer,
	}
	var err error
	if p.subscription, err = b.conn.ChanSubscribe(b.conn.NewInbox(), p.channel); err != nil {
		return nil, fmt.Errorf("subscribe to consumer %q: %w", info.Name, err)
	}
	return p, nil
}

// Stop ends the pull and a waiting next. It may be called from any goroutine
// and more than once.
func (p *pull) Stop() {
	p.stopOnce.Do(func() {
		close(p.stop)
		_ = p.subscription.Unsubscribe() // fails only if the connection is closed, which unsubscribes too
	})
}

// next returns the next message with where to acknowledge it. It returns
// nats.ErrTimeout if none arrives within wait while the server shows that it
// is alive; every other error ends the pull.
func (p *pull) next(wait time.Duration) (Message, string, error) {
	if message, reply, found, err := p.drain(); found || err != nil {
		return message, reply, err
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	silence := time.NewTimer(2 * pullHeartbeatSeconds * time.Second)
	defer silence.Stop()
	for {
		if err := p.request(); err != nil {
			return Message{}, "", err
		}
		select {
		case raw := <-p.channel:
			message, reply, found, err := p.receive(raw)
			if found || err != nil {
				return message, reply, err
			}
			silence.Reset(2 * pullHeartbeatSeconds * time.Second)
		case <-p.stop:
			return Message{}, "", errStopped
		case <-silence.C:
			return Message{}, "", jetstream.ErrNoHeartbeat
		case <-timeout.C:
			return Message{}, "", nats.ErrTimeout
		}
	}
}

// drain returns a message that is already there, without the price of timers.
func (p *pull) drain() (message Message, reply string, found bool, err error) {
	for !found && err == nil {
		if err := p.request(); err != nil {
			return Message{}, "", false, err
		}
		select {
		case raw := <-p.channel:
			message, reply, found, err = p.receive(raw)
		default:
			return Message{}, "", false, nil
		}
	}
	return message, reply, found, err
}

// request asks for more when half of what was asked for has been read.
func (p *pull) request() error {
	if p.asked > pullMessagesMax/2 {
		return nil
	}
	body := fmt.Appendf(nil, `{"batch":%d,"max_bytes":%d,"expires":%d,"idle_heartbeat":%d}`, pullMessagesMax-p.asked, p.bytesMax,
		int64(pullExpirySeconds*time.Second), int64(pullHeartbeatSeconds*time.Second))
	if err := p.conn.PublishRequest(p.subject, p.subscription.Subject, body); err != nil {
		return fmt.Errorf("ask for messages: %w", err)
	}
	p.asked = pullMessagesMax
	return nil
}

func (p *pull) receive(raw *nats.Msg) (message Message, reply string, found bool, err error) {
	if status := raw.Header.Get(headerStatus); status != "" && raw.Reply == "" {
		return Message{}, "", false, p.status(status, raw.Header)
	}
	facts, err := raw.Metadata()
	if err != nil {
		return Message{}, "", false, fmt.Errorf("read delivery: %w", err)
	}
	p.asked--
	if facts.Sequence.Consumer != p.delivered+1 {
		return Message{}, "", false, fmt.Errorf("%w: delivery %d of consumer %q came after %d", errDeliveryGap,
			facts.Sequence.Consumer, facts.Consumer, p.delivered)
	}
	p.delivered++
	return Message{
		Sequence: facts.Sequence.Stream, Subject: raw.Subject, Header: raw.Header, Data: raw.Data, Time: facts.Timestamp,
	}, raw.Reply, true, nil
}

// status takes in what the server says instead of a message. A request that
// has ended, by time or by bytes, tells how much of it was left; anything
// that is not known to be harmless ends the pull.
func (p *pull) status(status string, header nats.Header) error {
	switch status {
	case statusHeartbeat:
		return nil
	case statusNoResponders:
		return nats.ErrNoResponders
	case statusExpired, statusConflict:
		left, err := strconv.Atoi(header.Get(headerPendingMessages))
		if err == nil {
			p.asked = max(0, p.asked-left)
			return nil
		}
	}
	return fmt.Errorf("%w: status %s %s", errPullEnded, status, header.Get(headerDescription))
}

// readExactly reads the first count messages of a consumer that holds them.
func (b *Bus) readExactly(ctx context.Context, consumer jetstream.Consumer, count int) ([]Message, error) {
	if count == 0 {
		return nil, nil // what there was has been deleted
	}
	p, err := b.startPull(consumer)
	if err != nil {
		return nil, err
	}
	defer p.Stop()
	release := context.AfterFunc(ctx, p.Stop)
	defer release()
	messages := make([]Message, 0, count)
	for len(messages) < count {
		message, _, err := p.next(requestWaitSecondsMax * time.Second)
		if err != nil {
			return nil, fmt.Errorf("read message %d of %d: %w", len(messages)+1, count, errors.Join(err, ctx.Err()))
		}
		messages = append(messages, message)
	}
	return messages, nil
}

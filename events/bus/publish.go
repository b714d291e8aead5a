package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// batchCountMax is the server's own limit of an atomic batch.
	batchCountMax = 1_000
	// batchBytesMax keeps one batch well below what a server lets a client
	// have under way.
	batchBytesMax = 8 << 20
	// falseDuplicateCountMax bounds how often one message is published under
	// another id because the answer `duplicate` was not true.
	falseDuplicateCountMax = 3

	headerBatchID       = "Nats-Batch-Id"
	headerBatchSequence = "Nats-Batch-Sequence"
	headerBatchCommit   = "Nats-Batch-Commit"
)

// Outgoing is one message to publish.
type Outgoing struct {
	// Subject lies in InputSubjects, ReferenceSubjects or OutputSubjects.
	Subject string
	// MsgID is the broker's id to find repetitions by (window: 2 minutes on
	// output, 100 ms on input); empty for none.
	MsgID string
	// Header has names as they go on the wire; nil for none.
	Header map[string][]string
	Data   []byte
}

// Publish publishes one message and returns its stream sequence once it is
// stored.
func (b *Bus) Publish(ctx context.Context, subject string, header map[string][]string, data []byte) (uint64, error) {
	outgoing := Outgoing{Subject: subject, Header: header, Data: data}
	if _, err := streamOf(subject); err != nil {
		return 0, err
	}
	return b.publishOne(ctx, outgoing)
}

// PublishBatch publishes messages in order and returns nil once all are
// stored. Messages of one stream that follow each other go in atomic batches,
// each sent after the one before was acknowledged, so no message is ever
// stored before one that was given before it (F64). A batch that the server
// refuses, as it does if it knows one of the ids, goes one by one.
//
// After an error nothing is known about the batch under way, and nothing of
// what follows was sent: calling again with the same messages and ids
// completes it without storing any twice within the window of their stream.
func (b *Bus) PublishBatch(ctx context.Context, messages []Outgoing) error {
	for len(messages) > 0 {
		n, err := nextRun(messages)
		if err != nil {
			return err
		}
		if err := b.publishRun(ctx, messages[:n]); err != nil {
			return err
		}
		messages = messages[n:]
	}
	return nil
}

// PublishMany publishes a long sequence the way PublishBatch does, holding
// one batch in memory. It returns how many messages are known to be stored,
// from the first on without gap, with the error of the source or of
// publishing, if any.
func (b *Bus) PublishMany(ctx context.Context, messages iter.Seq2[Outgoing, error]) (int, error) {
	stored, bytes := 0, 0
	window := make([]Outgoing, 0, batchCountMax)
	flush := func() error {
		if err := b.PublishBatch(ctx, window); err != nil {
			return err
		}
		stored += len(window)
		window, bytes = window[:0], 0
		return nil
	}
	for message, err := range messages {
		if err != nil {
			return stored, errors.Join(flush(), err)
		}
		window = append(window, message)
		bytes += len(message.Data)
		if len(window) == batchCountMax || bytes >= batchBytesMax {
			if err := flush(); err != nil {
				return stored, err
			}
		}
	}
	return stored, flush()
}

// nextRun is how many of the first messages go in one batch: of one stream,
// within the limits.
func nextRun(messages []Outgoing) (int, error) {
	stream, err := streamOf(messages[0].Subject)
	if err != nil {
		return 0, err
	}
	n, bytes := 1, len(messages[0].Data)
	for n < min(len(messages), batchCountMax) {
		other, err := streamOf(messages[n].Subject)
		if err != nil {
			return 0, err
		}
		bytes += len(messages[n].Data)
		if other != stream || bytes > batchBytesMax {
			break
		}
		n++
	}
	return n, nil
}

// streamOf names the stream of a subject that can be published to.
func streamOf(subject string) (string, error) {
	if strings.ContainsAny(subject, " \t\r\n*>") || strings.Contains(subject, "..") || strings.HasSuffix(subject, ".") {
		return "", fmt.Errorf("%w: %q has an empty token, a blank or a wildcard: correct the partner id or the type", ErrSubject, subject)
	}
	switch {
	case strings.HasPrefix(subject, inputPrefix) && strings.Count(subject, ".") >= strings.Count(InputSubjects, "."):
		return InputStream, nil
	case strings.HasPrefix(subject, referencePrefix):
		return ReferenceStream, nil
	case strings.HasPrefix(subject, outputPrefix):
		return OutputStream, nil
	}
	return "", fmt.Errorf("%w: %q is in none of %q, %q, %q: correct the subject",
		ErrSubject, subject, InputSubjects, ReferenceSubjects, OutputSubjects)
}

// publishRun publishes messages of one stream, atomically if the server
// takes them so.
func (b *Bus) publishRun(ctx context.Context, run []Outgoing) error {
	if len(run) > 1 {
		err := b.publishAtomic(ctx, run)
		if err == nil {
			return nil
		}
		if _, refused := errors.AsType[*jetstream.APIError](err); !refused {
			return fmt.Errorf("publish batch of %d messages, first %q: %w", len(run), run[0].Subject, err)
		}
		b.log.Debug("batch refused, publishing one by one", "messages", len(run), "err", err)
	}
	for i := range run {
		if _, err := b.publishOne(ctx, run[i]); err != nil {
			return err
		}
	}
	return nil
}

// publishAtomic sends a batch whose last message commits it: the server
// stores all of it or nothing. An error of the server's API is a refusal.
func (b *Bus) publishAtomic(ctx context.Context, run []Outgoing) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	batchID := rand.Text()
	for i := range run {
		message := run[i].message(run[i].MsgID)
		message.Header[headerBatchID] = []string{batchID}
		message.Header[headerBatchSequence] = []string{strconv.Itoa(i + 1)}
		if i < len(run)-1 {
			if err := b.conn.PublishMsg(message); err != nil {
				return err // the server drops the beginning of the batch by itself
			}
			continue
		}
		message.Header[headerBatchCommit] = []string{"1"}
		if _, err := b.js.PublishMsg(ctx, message); err != nil {
			return err
		}
	}
	return nil
}

// publishOne publishes a message by itself. The answer `duplicate` is
// believed only if the message stored at that sequence carries the id: after
// a purge the server still knows the ids of what it no longer has. If it is
// not believed, the message goes out under its id with that sequence added,
// so that a repetition of this call finds it again. Readers recognise events
// by their own id and not by the broker's.
func (b *Bus) publishOne(ctx context.Context, outgoing Outgoing) (uint64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	id := outgoing.MsgID
	for range falseDuplicateCountMax {
		ack, err := b.js.PublishMsg(ctx, outgoing.message(id))
		if err != nil {
			return 0, fmt.Errorf("publish to %q: %w", outgoing.Subject, err)
		}
		if !ack.Duplicate {
			return ack.Sequence, nil
		}
		holds, err := b.carriesID(ctx, ack.Stream, ack.Sequence, id)
		if err != nil {
			return 0, fmt.Errorf("publish to %q, called a duplicate of %d: %w", outgoing.Subject, ack.Sequence, err)
		}
		if holds {
			return ack.Sequence, nil
		}
		id = fmt.Sprintf("%s~%d", outgoing.MsgID, ack.Sequence)
	}
	return 0, fmt.Errorf("publish to %q: called a duplicate %d times of messages that are not there, id %q: "+
		"wait until the duplicate window of the stream is over and publish again", outgoing.Subject, falseDuplicateCountMax, id)
}

func (b *Bus) carriesID(ctx context.Context, name string, sequence uint64, id string) (bool, error) {
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return false, err
	}
	stored, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return stored.Header.Get(jetstream.MsgIDHeader) == id, nil
}

// message is the wire form under a broker's id; the header is a copy.
func (o Outgoing) message(id string) *nats.Msg {
	header := maps.Clone(nats.Header(o.Header))
	if header == nil {
		header = make(nats.Header)
	}
	if id != "" {
		header[jetstream.MsgIDHeader] = []string{id}
	}
	return &nats.Msg{Subject: o.Subject, Header: header, Data: o.Data}
}

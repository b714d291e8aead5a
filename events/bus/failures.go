package bus

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Codes of positions that cannot be read on from; each error that wraps one
// has a sentence on what it means and what to do.
var (
	// ErrPositionLost: the stream no longer holds the message after the
	// position.
	ErrPositionLost = errors.New("position_lost")
	// ErrPositionAhead: the stream never got as far as the position.
	ErrPositionAhead = errors.New("position_ahead")
	// ErrStreamReplaced: the stream is not the one that was being read.
	ErrStreamReplaced = errors.New("stream_replaced")
	// ErrStreamConfig: an existing stream is not configured as needed.
	ErrStreamConfig = errors.New("stream_config")
	// ErrStraySubject: the input stream holds messages in no partition.
	ErrStraySubject = errors.New("stray_subject")
	// ErrSubject: a message cannot be published under its subject.
	ErrSubject = errors.New("bad_subject")
)

var (
	// errDeliveryGap: the server counts a delivery that never arrived here.
	errDeliveryGap = errors.New("delivery gap")
	// errPullEnded: the server ended a request: consumer deleted, change of
	// leader, shutdown.
	errPullEnded = errors.New("request ended by the server")
	// errStalled: something is stored and was not sent.
	errStalled = errors.New("delivery stalled")
)

// temporaryErrors heal by waiting: the same call can succeed later.
var temporaryErrors = []error{
	nats.ErrTimeout, nats.ErrNoResponders, nats.ErrNoServers, nats.ErrConnectionClosed, nats.ErrConnectionReconnecting,
	nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrStaleConnection, nats.ErrSlowConsumer,
	jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrConsumerLeadershipChanged,
	jetstream.ErrConsumerDeleted, jetstream.ErrConnectionClosed,
	context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, errDeliveryGap, errPullEnded, errStalled, errStopped,
}

// Statuses of the server's API that mean "not now".
const (
	statusTooMany     = 429
	statusUnavailable = 503
)

// Temporary reports whether the same call can succeed later without anybody
// changing anything but the state of network and server: no responders, time
// limits, lost or closed connections, changes of leader, a full or
// overloaded server. A cancelled context is not temporary, nor is JetStream
// that is switched off.
func Temporary(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) ||
		errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
		return false
	}
	if slices.ContainsFunc(temporaryErrors, func(known error) bool { return errors.Is(err, known) }) {
		return true
	}
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return api.Code == statusUnavailable || api.Code == statusTooMany
	}
	_, isNetwork := errors.AsType[net.Error](err)
	return isNetwork
}

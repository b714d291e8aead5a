package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
)

// failureClass says what is to be done about an error of a batch. This file
// is the only place that decides it.
type failureClass string

const (
	// classPermanent: the content cannot be stored. The batch is split, and at
	// last one event is refused as poison.
	classPermanent failureClass = "permanent"
	// classLater: somebody else was in the way; the same batch again, at once.
	classLater failureClass = "later"
	// classLost: database or broker cannot be reached, or cannot work for a
	// reason that lies in the installation: wait, then read on from the stored
	// position. An outage must never refuse an event.
	classLost failureClass = "lost"
	// classUnknownCommit: the batch is stored or not; read on from the stored
	// position, which knows.
	classUnknownCommit failureClass = "unknown_commit"
	// classNotOwner: another process has the partition now.
	classNotOwner failureClass = "not_owner"
	// classPassesOver: reading on would pass over events: stop and say so.
	classPassesOver failureClass = "passes_over"
	// classStopping: the process is told to stop.
	classStopping failureClass = "stopping"
)

// CodePoison is the code of an event that the database does not take, or that
// ended the process again and again, and that was given up.
const CodePoison = "poison"

// contentClasses are the classes of SQLSTATE that speak of the values at
// hand: cardinality, data, integrity, program limits, raise. What is missing,
// forbidden or misspelt (class 42) concerns every event alike and is waited
// for: it must not refuse one after the other.
var contentClasses = []string{"21", "22", "23", "54", "P0"}

// laterCodes: serialization failure, deadlock, lock not available.
var laterCodes = []string{"40001", "40P01", "55P03"}

// classify gives the class of an error; ctx is the one whose end means that
// the process is to stop.
func classify(ctx context.Context, err error) failureClass {
	if passesOver(err) {
		return classPassesOver
	}
	switch {
	case errors.Is(err, ErrNotOwner):
		return classNotOwner
	case ctx.Err() != nil:
		return classStopping
	case errors.Is(err, ErrCommitUnknown):
		return classUnknownCommit
	case errors.Is(err, context.Canceled):
		return classLost // of a request inside, while the process goes on
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyState(refused.Code)
	}
	if isConnectionError(err) || bus.Temporary(err) {
		return classLost
	}
	return classPermanent
}

func classifyState(code string) failureClass {
	for _, later := range laterCodes {
		if code == later {
			return classLater
		}
	}
	for _, class := range contentClasses {
		if strings.HasPrefix(code, class) {
			return classPermanent
		}
	}
	return classLost
}

func isConnectionError(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || pgconn.Timeout(err)
}

// passesOver reports whether an error says that events would be left out.
func passesOver(err error) bool {
	return errors.Is(err, bus.ErrPositionLost) || errors.Is(err, bus.ErrPositionAhead) || errors.Is(err, bus.ErrStreamReplaced)
}

// heals reports whether waiting can mend what kept the process from starting.
// A schema that is behind is being migrated by somebody; one that is ahead,
// and a stream that is not as needed, stay so until a person acts.
func heals(err error) bool {
	if version, ok := errors.AsType[*schema.VersionError](err); ok {
		return version.Code != schema.CodeSchemaNewer
	}
	if _, ok := errors.AsType[*pgconn.PgError](err); ok {
		return true
	}
	if _, malformed := errors.AsType[*pgconn.ParseConfigError](err); malformed || passesOver(err) {
		return false
	}
	return isConnectionError(err) || bus.Temporary(err)
}

// poisoned is the refusal of an event that was given up.
func poisoned(attempts int, cause error) *events.Rejection {
	message := fmt.Sprintf("the event was given up after it ended the process or its transaction %d times; "+
		"report it with its id, it can be retried after an upgrade", attempts)
	if cause != nil {
		message = fmt.Sprintf("the database refuses what the event leads to, %d times: %v; "+
			"report it with its id, it can be retried after an upgrade", attempts, cause)
	}
	return &events.Rejection{Code: CodePoison, Message: message}
}

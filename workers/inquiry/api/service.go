package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// An Authenticator tells who sent a message. Its errors wrap
// access.ErrUnauthenticated where the message proves nothing.
type Authenticator interface {
	Authenticate(ctx context.Context, m *access.Message) (*access.Proof, error)
}

// A Service answers operations, whatever transport brings them.
type Service struct {
	Operations []Operation

	access Authenticator
	books  *workers.ReadModel
	now    func() time.Time
	log    *slog.Logger
}

// NewService makes the service of all operations.
func NewService(config Config) *Service {
	return &Service{Operations: Operations(), access: config.Access, books: config.Books, now: time.Now, log: config.Logger}
}

// An Answer is what goes back: a status as of HTTP, and a JSON document.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Answer authenticates, judges and answers a request of an operation.
func (s *Service) Answer(ctx context.Context, op *Operation, m *access.Message, in Input) Answer {
	correlation := correlate(m.Header)
	response, err := s.answer(ctx, op, m, in, correlation)
	if err == nil {
		body, encodeErr := json.Marshal(response)
		if encodeErr == nil {
			return Answer{Status: http.StatusOK, Body: body}
		}
		err = fmt.Errorf("encode the answer: %w", encodeErr)
	}
	return s.refusal(op, err, correlation)
}

func (s *Service) answer(ctx context.Context, op *Operation, m *access.Message, in Input, correlation string) (response any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	proof, err := s.access.Authenticate(ctx, m)
	if err != nil {
		return nil, err
	}
	if !proof.Caller.May(op.Right) {
		return nil, Denied()
	}
	request, err := op.Handle.Decode(in)
	if err != nil {
		return nil, err
	}
	call := &Call{Caller: proof.Caller, At: s.now(), Books: s.books, CorrelationID: correlation}
	return op.Handle.answer(ctx, call, request)
}

// refusal is the one place where errors become what is published. Only a
// defect is logged; a correlation id is all that its body tells.
func (s *Service) refusal(op *Operation, err error, correlation string) Answer {
	var body failure
	if errors.Is(err, access.ErrUnauthenticated) {
		body = failure{Code: codeUnauthenticated, Message: messageUnauthenticated}
	} else {
		published := inquiry.ErrorOf(err)
		body = failure{Code: published.Code, Message: published.Message}
		if published.Code == inquiry.CodeInternal {
			body.CorrelationID = correlation
			s.log.Error("an inquiry could not be answered", "operation", op.ID, "correlation_id", correlation, "err", err)
		}
	}
	document, err := json.Marshal(body)
	if err != nil { // of three texts
		document = []byte(`{"error_code":"` + inquiry.CodeInternal + `"}`)
	}
	return Answer{Status: statusOf(body.Code), Body: document}
}

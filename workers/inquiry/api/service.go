package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
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

	access  Authenticator
	answers *access.Answers
	limiter *access.Limiter
	books   *workers.ReadModel
	intake  Intake
	now     func() time.Time
	log     *slog.Logger
	metrics *metrics
}

// NewService makes the service of all operations.
func NewService(config Config) (*Service, error) {
	m, err := newMetrics(config.Registry)
	if err != nil {
		return nil, fmt.Errorf("register the metrics of inquiries: %w: give each server a registry of its own", err)
	}
	return &Service{Operations: Operations(), access: config.Access, answers: config.Answers, limiter: access.NewLimiter(config.RatePerSecond),
		books: config.Books, intake: config.Intake, now: time.Now, log: config.Logger, metrics: m}, nil
}

// An Answer is what goes back: a status as of HTTP, and a JSON document.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	code     string // published, "" for none
	repeated bool   // it is the answer of the first request of its kind
	givenUp  bool   // by who asked, or at the end of the process
}

// Answer authenticates, judges and answers a request of an operation.
func (s *Service) Answer(ctx context.Context, op *Operation, m *access.Message, in Input) Answer {
	began := time.Now()
	correlation := correlate(m.Header)
	answer, err := s.answer(ctx, op, m, in, correlation)
	if err != nil {
		answer = s.refusal(op, err, correlation)
	}
	if answer.Header == nil {
		answer.Header = http.Header{}
	}
	answer.Header.Set(headerRequestID, correlation)
	s.metrics.answered(op, answer, time.Since(began))
	return answer
}

// answer is the way of every request: who, how often, may they, what, do it.
// A panic on it is a defect like others.
func (s *Service) answer(ctx context.Context, op *Operation, m *access.Message, in Input, correlation string) (_ Answer, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	proof, err := s.access.Authenticate(ctx, m)
	if err != nil {
		return Answer{}, err
	}
	if ok, after := s.limiter.Allow(proof.Caller, op.ID, s.now()); !ok {
		answer := s.refusal(op, tooMany(), correlation)
		answer.Header = http.Header{"Retry-After": {strconv.Itoa(after)}}
		return answer, nil
	}
	if !proof.Caller.May(op.Right) {
		return Answer{}, Denied()
	}
	request, err := op.Handle.Decode(in)
	if err != nil {
		return Answer{}, err
	}
	call := &Call{Caller: proof.Caller.By(op.Right), At: s.now(), Books: s.books, CorrelationID: correlation, proof: proof, intake: s.intake,
		status: http.StatusOK}
	if !op.Writes {
		return s.handle(ctx, op, call, request), nil
	}
	own := Answer{repeated: true} // unless it is worked on here
	answered, err := s.answers.Once(ctx, proof, op.ID, call.At, func(at time.Time) access.Answered {
		call.At = at
		own = s.handle(ctx, op, call, request)
		return access.Answered{Status: own.Status, Body: own.Body, Failed: own.Status >= http.StatusInternalServerError}
	})
	if errors.Is(err, access.ErrOtherRequest) {
		return Answer{}, parameterError("This Idempotency-Key was sent before with another request. Give each request a key of its own.")
	}
	if errors.Is(err, access.ErrAnswering) {
		return Answer{}, NotAllowed("The same request is still being answered. Try again later.")
	}
	own.Status, own.Body = answered.Status, answered.Body
	return own, err
}

// handle asks the operation's function.
func (s *Service) handle(ctx context.Context, op *Operation, call *Call, request any) (answer Answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			answer = s.refusal(op, fmt.Errorf("panic: %v\n%s", panicked, debug.Stack()), call.CorrelationID)
		}
	}()
	response, err := op.Handle.answer(ctx, call, request)
	if err != nil {
		return s.refusal(op, err, call.CorrelationID)
	}
	if call.status == http.StatusNoContent {
		return Answer{Status: call.status, Body: []byte{}}
	}
	body, err := json.Marshal(response)
	if err != nil {
		return s.refusal(op, fmt.Errorf("encode the answer: %w", err), call.CorrelationID)
	}
	return Answer{Status: call.status, Body: body}
}

// refusal is the one place where errors become what is published. Only a
// defect is logged as an error; a correlation id is all that its body tells.
func (s *Service) refusal(op *Operation, err error, correlation string) Answer {
	var body failure
	givenUp := errors.Is(err, context.Canceled)
	if errors.Is(err, access.ErrUnauthenticated) {
		body = failure{Code: codeUnauthenticated, Message: messageUnauthenticated}
		s.log.Info("a request is not authenticated", "operation", op.ID, "correlation_id", correlation, "why", err)
	} else {
		published := inquiry.ErrorOf(err)
		body = failure{Code: published.Code, Message: published.Message}
		if published.Code == inquiry.CodeInternal {
			body.CorrelationID = correlation
		}
		switch {
		case givenUp:
			s.log.Info("an inquiry was given up before its answer", "operation", op.ID, "correlation_id", correlation, "err", err)
		case published.Code == inquiry.CodeInternal:
			s.log.Error("an inquiry could not be answered", "operation", op.ID, "correlation_id", correlation, "err", err)
		}
	}
	document, err := json.Marshal(body)
	if err != nil { // of three texts
		document = []byte(`{"error_code":"` + inquiry.CodeInternal + `"}`)
	}
	return Answer{Status: statusOf(body.Code), Body: document, code: body.Code, givenUp: givenUp}
}

package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
)

const (
	// answerGivenUp is after which time a request without an answer is taken
	// for one whose process ended: longer than any is worked on.
	answerGivenUp = time.Minute
	// answerPollInterval and answerWaitMax say how a repetition waits for the
	// answer of the first.
	answerPollInterval = 50 * time.Millisecond
	answerWaitMax      = 15 * time.Second
	// answerKeptMargin is added to the time in which a repetition is taken.
	answerKeptMargin = time.Minute
	// answersSweepInterval is how often answers that nobody can ask for are dropped.
	answersSweepInterval = time.Minute
	answersSweepWaitMax  = 10 * time.Second
)

// ErrAnswering says that the first request of its kind is still worked on.
var ErrAnswering = errors.New("the same request is being answered")

// ErrOtherRequest says that a key of a repetition was sent with another
// request before.
var ErrOtherRequest = errors.New("another request had the same idempotency key")

// Answers keeps what was answered to requests that change something, so that
// a repetition has no effect and gets the same answer.
type Answers struct {
	queries *db.Queries
	log     *slog.Logger
}

// NewAnswers keeps answers in the database.
func NewAnswers(pool *pgxpool.Pool, log *slog.Logger) *Answers {
	return &Answers{queries: db.New(pool), log: log}
}

// An Answered request is its status and document.
type Answered struct {
	Status int
	Body   []byte
	Failed bool // by a defect: a repetition tries again
}

// Once has a request answered by f as of the time at which it came first, or
// returns what was answered before.
func (a *Answers) Once(ctx context.Context, proof *Proof, operation string, now time.Time, f func(at time.Time) Answered) (Answered, error) {
	partner, key, signature := proof.Caller.PartnerID, proof.Caller.KeyID, proof.Request[:]
	ctx, cancel := context.WithTimeout(ctx, answerGivenUp-answerPollInterval)
	defer cancel()
	for until := time.Now().Add(answerWaitMax); ; {
		at, err := a.queries.BeginAnswer(ctx, db.BeginAnswerParams{PartnerID: partner, KeyID: key, Signature: signature, Operation: operation, Content: proof.Content[:],
			Now: now.Truncate(time.Microsecond), ExpiresAt: proof.Until.Add(answerKeptMargin), GivenUpBefore: now.Add(-answerGivenUp)})
		if err == nil {
			return a.answer(ctx, partner, key, signature, func() Answered { return f(at) })
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return Answered{}, fmt.Errorf("take on %s: %w", operation, err)
		}
		stored, err := a.queries.FindAnswer(ctx, partner, key, signature)
		switch {
		case err == nil && !bytes.Equal(stored.Content, proof.Content[:]):
			return Answered{}, ErrOtherRequest
		case err == nil && stored.Status != nil:
			return Answered{Status: int(*stored.Status), Body: stored.Body}, nil
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return Answered{}, fmt.Errorf("look for the answer of %s: %w", operation, err)
		case time.Now().After(until):
			return Answered{}, ErrAnswering
		}
		select {
		case <-ctx.Done():
			return Answered{}, ctx.Err()
		case <-time.After(answerPollInterval):
		}
	}
}

// answer stores the answer also when who asked has gone: it may ask again.
func (a *Answers) answer(ctx context.Context, partner, key string, signature []byte, f func() Answered) (Answered, error) {
	out := f()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answersSweepWaitMax)
	defer cancel()
	var err error
	if out.Failed {
		err = a.queries.DropAnswer(ctx, partner, key, signature)
	} else {
		status := int32(out.Status) //nolint:gosec // a status of HTTP
		err = a.queries.FinishAnswer(ctx, db.FinishAnswerParams{Status: &status, Body: append([]byte{}, out.Body...), PartnerID: partner, KeyID: key, Signature: signature})
	}
	if err != nil {
		return out, fmt.Errorf("keep the answer: %w", err)
	}
	return out, nil
}

// Run drops answers that nobody can ask for any more, until ctx ends.
func (a *Answers) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(answersSweepInterval):
		}
		sweeping, cancel := context.WithTimeout(ctx, answersSweepWaitMax)
		if _, err := a.queries.DropAnswers(sweeping, time.Now()); err != nil && ctx.Err() == nil {
			a.log.Warn("old answers of the partner API are not dropped", "err", err)
		}
		cancel()
	}
}

// EventID names the event that a request becomes: a repetition, also after a
// crash, becomes the same one.
func (p *Proof) EventID(kind string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%s\n", p.Caller.PartnerID, p.Caller.KeyID, kind)
	sum.Write(p.Request[:])
	return fmt.Sprintf("%s/%x", kind, sum.Sum(nil)[:16])
}

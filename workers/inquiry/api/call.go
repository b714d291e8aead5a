package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// A Call is one request on its way: who sends it, when, and what it is
// answered from. What was sent is the handler's own argument.
type Call struct {
	Caller        *access.Caller // with the roles that give the operation's right
	At            time.Time
	Books         *workers.ReadModel
	CorrelationID string

	proof  *access.Proof
	intake Intake
	status int // of the answer; an action may set 202 or 204
}

// Partner returns the caller's partner with its reference data, from memory.
func (c *Call) Partner(ctx context.Context) (*decision.Partner, error) {
	p, err := c.Books.Partner(ctx, c.Caller.PartnerID)
	if errors.Is(err, workers.ErrUnknownPartner) {
		return nil, Denied() // a key may be made before its partner is enrolled
	}
	return p, err
}

// Standing returns what prices of a time are computed from: for a customer's
// own key what that customer pays, for others list prices and the discounts
// that every customer of the partner may choose.
func (c *Call) Standing(ctx context.Context, at time.Time) (*decision.Standing, error) {
	p, err := c.Partner(ctx)
	if err != nil {
		return nil, err
	}
	common, err := c.Books.Common(ctx)
	if err != nil {
		return nil, err
	}
	return p.Standing(common, c.Caller.CustomerID, at)
}

// Asker is who a price inquiry is for.
func (c *Call) Asker(s *decision.Standing, at time.Time) inquiry.Asker {
	reseller := s.IndirectPartnerID
	if c.Caller.ResellerID != "" {
		reseller = c.Caller.ResellerID
	}
	return inquiry.Asker{CustomerID: c.Caller.CustomerID, IndirectPartnerID: reseller, At: at}
}

// Read opens the rows of this moment for one question. What f returns is
// handed on.
func (c *Call) Read(ctx context.Context, f func(*workers.Snapshot, *decision.Partner) error) error {
	snapshot, err := c.Books.Open(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close(ctx)
	p, err := snapshot.Partner(ctx, c.Caller.PartnerID)
	if errors.Is(err, workers.ErrUnknownPartner) {
		return Denied()
	}
	if err != nil {
		return fmt.Errorf("read the rows of partner %q: %w", c.Caller.PartnerID, err)
	}
	return f(snapshot, p)
}

// loadResources brings named resources with all that their chains have. One of
// which only usage is known is of no chain.
func loadResources(ctx context.Context, s *workers.Snapshot, p *decision.Partner, ids []string) error {
	if err := s.LoadResources(ctx, p, ids); err != nil {
		return err
	}
	return s.Load(ctx, p, decision.ScopesOfResources(ids)...)
}

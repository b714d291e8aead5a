package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
)

// An UpstreamLine is one line of a statement as it stands.
type UpstreamLine = db.UpstreamLine

// ErrUnknownStatement says that no statement has the id.
var ErrUnknownStatement = errors.New("there is no such statement; take the id from `accruald statement list --all`")

// UpstreamStatements lists statements of a partner and cycle, or of all: those
// in force, or every version.
func UpstreamStatements(ctx context.Context, pool *pgxpool.Pool, partnerID, cycle string, allVersions bool) ([]UpstreamStatement, error) {
	rows, err := db.New(pool).ListUpstreamStatements(ctx, partnerID, cycle, allVersions)
	if err != nil {
		return nil, fmt.Errorf("list the statements: %w", err)
	}
	return rows, nil
}

// FindUpstreamStatement returns a statement with its first lines.
func FindUpstreamStatement(ctx context.Context, pool *pgxpool.Pool, id string, linesMax int) (UpstreamStatement, []UpstreamLine, error) {
	q := db.New(pool)
	found, err := q.FindUpstreamStatement(ctx, id)
	if err == nil && len(found) == 0 {
		err = ErrUnknownStatement
	}
	if err != nil {
		return UpstreamStatement{}, nil, fmt.Errorf("look up statement %q: %w", id, err)
	}
	lines, err := q.ListUpstreamLines(ctx, db.ListUpstreamLinesParams{PartnerID: found[0].PartnerID, StatementID: id, After: 0, Page: int32(min(linesMax, 1<<30))}) //nolint:gosec // bounded
	if err != nil {
		return UpstreamStatement{}, nil, fmt.Errorf("read the lines of statement %q: %w", id, err)
	}
	return found[0], lines, nil
}

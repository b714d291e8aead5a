package workers

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/accruald/accruald/schema/db"
)

// A pipeline takes the statements of the generated queries and sends them
// together, in one round trip. It can only take statements without an answer:
// asking for one is a mistake in this package and panics.
type pipeline struct {
	db.DBTX // none

	batch pgx.Batch
	err   error
}

var errUnevenArray = errors.New("arrays of one statement differ in length")

// Exec queues the statement. Arrays that stand side by side in unnest are
// filled up with nulls by the database when one is shorter, so that must not
// be.
func (p *pipeline) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	length := -1
	for i, arg := range args {
		if list, ok := arg.([][]byte); ok {
			args[i] = pgtype.FlatArray[[]byte](list) // else each element is encoded by reflection
		}
		v := reflect.ValueOf(arg)
		if v.Kind() != reflect.Slice {
			continue
		}
		if length >= 0 && v.Len() != length {
			p.err = errors.Join(p.err, fmt.Errorf("queue %.40q: %w", sql, errUnevenArray))
		}
		length = v.Len()
	}
	p.batch.Queue(sql, args...)
	return pgconn.CommandTag{}, nil
}

// send sends what was queued and returns the first error.
func (p *pipeline) send(ctx context.Context, tx pgx.Tx) error {
	if p.err != nil || p.batch.Len() == 0 {
		return p.err
	}
	return tx.SendBatch(ctx, &p.batch).Close()
}

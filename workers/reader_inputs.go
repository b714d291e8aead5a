package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// EachReference hands on the common reference data, in the order in which it
// was read.
func (s *Snapshot) EachReference(ctx context.Context, take func(*events.Event) error) error {
	for after := int64(0); ; {
		rows, err := db.New(s.tx).ReferenceLogAfter(ctx, after, referenceChunkMax)
		if err != nil {
			return fmt.Errorf("read the reference log after version %d: %w", after, err)
		}
		for _, row := range rows {
			ev, err := events.Restore(events.Envelope{ID: row.EventID, Source: row.Source, Type: row.Type, Subject: row.Subject,
				PartitionKey: events.AllPartners, Time: atOffset(row.Time, row.TimeOffset)}, row.Payload)
			if err == nil {
				err = take(ev)
			}
			if err != nil {
				return fmt.Errorf("read version %d of the reference log: %w", row.Version, err)
			}
			after = row.Version
		}
		if len(rows) < referenceChunkMax {
			return nil
		}
	}
}

// EachInput hands on what a partner received and when, in that order: without
// what could not be read, what was refused as a conflict, and what decisions
// put into the inbox themselves and will again.
func (s *Snapshot) EachInput(ctx context.Context, partnerID string, take func(ev *events.Event, arrived time.Time) error) error {
	for after := int64(0); ; {
		rows, err := db.New(s.tx).ReplayInputs(ctx, partnerID, after, replayPageMax)
		if err != nil {
			return fmt.Errorf("read the inputs of partner %q after %d: %w", partnerID, after, err)
		}
		for i := range rows {
			row := &rows[i]
			after = row.InputNo
			if row.Refusal != "" || row.Code == decision.CodeConflict || row.Source == decision.SourceAutoRenew || row.Source == decision.SourceQuotaPayout {
				continue
			}
			in, err := restoreInput(row)
			if err == nil {
				err = take(in.Event, in.ArrivedAt)
			}
			if err != nil {
				return err
			}
		}
		if len(rows) < replayPageMax {
			return nil
		}
	}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/records"
)

// waitingCommand lists the events that wait for an order, resource, coupon or quota that has not come.
type waitingCommand struct {
	Partner  string        `help:"Only of this partner (default: all)."`
	JSON     bool          `name:"json" help:"One JSON object a line."`
	Database databaseFlags `embed:""`
}

// waitingRow is a line of --json.
type waitingRow struct {
	PartnerID string    `json:"partner_id"`
	Source    string    `json:"source"`
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Time      time.Time `json:"time"`
	ArrivedAt time.Time `json:"arrived_at"`
	WaitsFor  string    `json:"waits_for"`
}

// Run is called by kong.
func (w *waitingCommand) Run(ctx context.Context, c *console) error {
	pool, err := w.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	out, count := bufio.NewWriter(c.out), 0
	err = records.EachWaiting(ctx, pool, w.Partner, func(r records.Waiting) error {
		count++
		row := waitingRow{PartnerID: r.PartnerID, Source: r.Source, ID: r.EventID, Type: r.Type, Time: r.Time, ArrivedAt: r.ArrivedAt}
		if r.WaitsFor != nil {
			row.WaitsFor = *r.WaitsFor
		}
		if w.JSON {
			return writeJSONLine(out, row)
		}
		_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\twaits since %s for %s\n", row.PartnerID, row.Type, row.Source, row.ID,
			row.ArrivedAt.UTC().Format(time.RFC3339), waitsFor(r.WaitsFor))
		return err
	})
	fmt.Fprintf(c.err, "%d events wait\n", count)
	return errors.Join(err, out.Flush())
}

// waitsFor says what the key of a predecessor stands for.
func waitsFor(key *string) string {
	if key == nil {
		return "its turn"
	}
	for _, kind := range []struct{ prefix, text string }{{"o/", "order"}, {"r/", "resource"}, {"c/", "coupon"}, {"q/", "coupon quota"}} {
		if id, ok := strings.CutPrefix(*key, kind.prefix); ok {
			return fmt.Sprintf("%s %q", kind.text, id)
		}
	}
	return *key
}

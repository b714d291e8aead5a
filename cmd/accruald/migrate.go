package main

import (
	"context"
	"fmt"

	"github.com/accruald/accruald/schema"
)

// migrateCommand brings a database to this version's schema. Replicas may run it at the same time.
type migrateCommand struct {
	Database databaseFlags `embed:""`
}

// Run is called by kong.
func (m *migrateCommand) Run(ctx context.Context, c *console) error {
	if err := schema.Migrate(ctx, m.Database.URL, func(text string) { fmt.Fprintln(c.err, text) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "schema %d\n", schema.Latest())
	return err
}

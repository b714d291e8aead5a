package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/listing"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/workers"
)

// scratchDropMax is how long taking the scratch schema away may take.
const scratchDropMax = 2 * time.Minute

// replayCommand builds the ledger again from the recorded events.
type replayCommand struct {
	Verify  bool      `required:"" help:"Compare what the events come to with what stands in the database; nothing of that is changed."`
	Partner string    `help:"Only of this partner (default: all)."`
	UpTo    time.Time `name:"upto" placeholder:"TIME" help:"Only what arrived by then, as 2026-04-01T00:00:00+08:00; of it the ledger is compared (default: all)."`
	NoStore bool      `name:"no-store" help:"Only print differences (default: they are kept as findings, too, and closed when they are gone)."`
	Keep    bool      `help:"Leave the scratch schema behind, to look into it."`

	Form     formFlags     `embed:""`
	Database databaseFlags `embed:""`
	Sites    siteFlags     `embed:""`
}

// Run is called by kong. A difference is printed and refused.
func (r *replayCommand) Run(ctx context.Context, c *console) (err error) {
	sites, err := r.Sites.load()
	if err != nil {
		return err
	}
	pool, err := r.Database.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	name := schema.ScratchName(strings.ToLower(rand.Text())[:12])
	scratch, err := schema.OpenScratch(ctx, r.Database.URL, name)
	if err != nil {
		return err
	}
	defer func() {
		if r.Keep {
			scratch.Close()
			fmt.Fprintf(c.err, "the replay stands in schema %s; drop it when it is of no use any more\n", name)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scratchDropMax)
		defer cancel()
		err = errors.Join(err, schema.DropScratch(ctx, scratch, name))
	}()

	order, now := workers.ReplayOrder{PartnerID: r.Partner, UpTo: r.UpTo}, time.Now()
	result := &listing.Replay{Partners: []listing.ReplayedPartner{}, Findings: []listing.ReplayFinding{}}
	var bar *progress
	replayed := 0
	outcome, err := workers.VerifyReplay(ctx, pool, scratch, sites, order,
		func(inputs int64) { bar = newProgress(c, "replaying", int(inputs)) },
		func(inputs int64) { replayed += int(inputs); bar.set(replayed) },
		func(p workers.ReplayedPartner) error {
			result.Add(p.Replayed, p.Inputs, p.Postings, p.Rows, p.Whole)
			if r.NoStore {
				return nil
			}
			_, err := workers.KeepReplayFindings(ctx, pool, order, p, now)
			return err
		})
	if bar != nil {
		bar.close()
	}
	if err != nil {
		return err
	}
	result.End(outcome.Digest, outcome.Expected)
	return errors.Join(r.Form.write(c, result), result.Check())
}

// Help is shown below the flags.
func (r *replayCommand) Help() string {
	return `Every event is decided again as it was received: in the recorded order, at its recorded arrival, under the reference data of then, with the same program and site profiles. The result is built partner by partner in a schema of its own beside the tables, so the user has to be allowed to create schemas (the owner is), and the database needs as much room again. Compared are, at one moment, what became of each event, every posting with its hash, what each fact comes to on each account, the rows, and the digest. Workers may go on. The exit status is 1 if anything differs, and the first event that comes to something else is named. Differences are findings (kinds replay_...); the next replay of all that the partner received closes those that are gone.

A replay that was killed leaves its schema: drop what begins with accruald_replay_ by hand.

Examples:
  accruald replay --verify
  accruald replay --verify --partner P100 --json > differences.json
  accruald replay --verify --upto 2026-04-01T00:00:00+08:00`
}

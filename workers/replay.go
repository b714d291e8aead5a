package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
	"github.com/accruald/accruald/workers/site"
)

// Replay.
//
// The ledger is built again from the recorded turns (package decision says what
// a turn is), by the same frame, into tables of a schema beside: so the mapping
// between memory and tables is tried with the rules. It goes partner by
// partner, since partners do not see one another but by what they sent, which
// is in the record. What is compared is one moment of the database, whatever
// workers decide meanwhile; as long as it takes, vacuum leaves what was there.
//
// Every decision is made again under its number, so the sides are compared row
// by row and not by sums alone: what became of each input, each posting with
// its hash, each document. The first event of a difference is then known: a
// posting names its input, and of a row it is the last input that changed it.

// replayPageMax is how many turns are decided in one transaction.
const replayPageMax = 256

// A ReplayOrder says what is replayed.
type ReplayOrder struct {
	PartnerID string    // "" for all
	UpTo      time.Time // of arrival; zero for all
}

// A ReplayedPartner is the outcome of one partner.
type ReplayedPartner struct {
	reconciliation.Replayed
	Inputs, Postings, Rows int64
	// Whole says that all of it was replayed; else the decisions up to there,
	// by their postings, were compared.
	Whole bool
}

// A ReplayOutcome sums up a replay.
type ReplayOutcome struct {
	Partners, Inputs int64
	// Digests of all partners, where all were replayed whole.
	Digest, Expected string
}

// A replay is one comparison under way.
type replay struct {
	order   ReplayOrder
	live    pgx.Tx
	scratch *pgxpool.Pool
	frame   *Frame
	common  *decision.Reference
	sites   site.Profiles
	done    func(inputs int64)
}

// VerifyReplay replays what a database has recorded into an empty scratch
// schema of it, and hands on what each partner comes to. Start is told how many
// inputs there are, done how many are replayed.
func VerifyReplay(ctx context.Context, pool, scratch *pgxpool.Pool, sites site.Profiles, order ReplayOrder,
	start, done func(inputs int64), take func(ReplayedPartner) error) (outcome ReplayOutcome, err error) {
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return outcome, fmt.Errorf("replay: %w", err)
	}
	defer rollback(ctx, tx) // nothing was written
	r := &replay{order: order, live: tx, scratch: scratch, common: decision.NewReference(sites), sites: sites, done: done}
	if _, err := foldReferenceLog(ctx, db.New(tx), r.common); err != nil {
		return outcome, fmt.Errorf("replay: %w", err)
	}
	r.frame = NewFrame(scratch, r.common, sites)
	partners, err := db.New(tx).ReplayPartners(ctx, order.PartnerID)
	if err != nil {
		return outcome, fmt.Errorf("replay: list the partners: %w", err)
	}
	if len(partners) == 0 && order.PartnerID != "" {
		return outcome, fmt.Errorf("replay partner %q: %w", order.PartnerID, ErrUnknownPartner)
	}
	var total int64
	for _, p := range partners {
		total += p.InputNo
	}
	start(total)
	whole := order.PartnerID == ""
	shared, err := r.sharedReference(ctx)
	if err == nil {
		err = take(shared)
	}
	for i := 0; err == nil && i < len(partners); i++ {
		var p ReplayedPartner
		if p, err = r.partner(ctx, partners[i]); err == nil {
			err = take(p)
		}
		outcome.Partners, outcome.Inputs = outcome.Partners+1, outcome.Inputs+p.Inputs
		whole = whole && p.Whole
	}
	if err != nil || !whole {
		return outcome, err
	}
	return outcome, r.digests(ctx, &outcome)
}

// digests compares both sides as a whole.
func (r *replay) digests(ctx context.Context, outcome *ReplayOutcome) (err error) {
	if outcome.Digest, err = digestIn(ctx, r.live); err != nil {
		return err
	}
	outcome.Expected, err = DatabaseDigest(ctx, r.scratch)
	return err
}

// partner replays one partner and compares what it comes to.
func (r *replay) partner(ctx context.Context, stored db.ReplayPartnersRow) (ReplayedPartner, error) {
	p := ReplayedPartner{Replayed: reconciliation.Replayed{PartnerID: stored.PartnerID}, Whole: true}
	record := &record{replay: r, partner: &p, last: stored.InputNo}
	for {
		turns, err := record.next(ctx)
		if err != nil {
			return p, fmt.Errorf("read what partner %q received: %w", p.PartnerID, err)
		}
		if len(turns) == 0 {
			break
		}
		if err := r.frame.replay(ctx, p.PartnerID, turns); err != nil {
			return p, err
		}
		r.done(int64(len(turns)))
	}
	if err := r.compare(ctx, &p); err != nil {
		return p, fmt.Errorf("compare partner %q with its replay: %w", p.PartnerID, err)
	}
	return p, nil
}

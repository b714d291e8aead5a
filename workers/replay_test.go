package workers

import (
	"context"
	crypto "crypto/rand"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// replayed verifies the world's database and returns what differs, by partner.
func (w *world) replayed(order ReplayOrder) (map[string]ReplayedPartner, ReplayOutcome) {
	w.t.Helper()
	name := schema.ScratchName(strings.ToLower(crypto.Text()))
	scratch, err := schema.OpenScratch(w.t.Context(), w.pool.Config().ConnString(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() {
		if err := schema.DropScratch(context.WithoutCancel(w.t.Context()), scratch, name); err != nil {
			w.t.Error(err)
		}
	}()
	partners := map[string]ReplayedPartner{}
	var total, replayed int64
	outcome, err := VerifyReplay(w.t.Context(), w.pool, scratch, site.Default(), order,
		func(inputs int64) { total = inputs }, func(inputs int64) { replayed += inputs },
		func(p ReplayedPartner) error { partners[p.PartnerID] = p; return nil })
	if err != nil {
		w.t.Fatal(err)
	}
	if replayed > total+100 || total == 0 {
		w.t.Errorf("%d of %d inputs are replayed", replayed, total)
	}
	return partners, outcome
}

// logReference puts common reference data into the database, as the reader of
// the reference stream does.
func (w *world) logReference(list []*events.Event) {
	w.t.Helper()
	writer := referenceWriter{}
	for _, ev := range list {
		if ev.PartitionKey == events.AllPartners && ev.Type != events.TypeScheduleFired {
			key := inputKey(ev.Source, ev.ID)
			writer.keys = append(writer.keys, key[:])
			version := int64(len(writer.log.Versions) + 1)
			writer.add(&outcome{event: ev, version: version}, version)
		}
	}
	if _, err := w.pool.Exec(w.t.Context(), "insert into partner (partner_id) values ('_all')"); err != nil {
		w.t.Fatal(err)
	}
	if err := writer.storeInputs(w.t.Context(), db.New(w.pool)); err != nil {
		w.t.Fatal(err)
	}
	if err := db.New(w.pool).AddReferences(w.t.Context(), writer.log); err != nil {
		w.t.Fatal(err)
	}
}

// recordedWorld has a history of two partners with everything that makes a
// replay hard: what waits, expires and heals, conflicts, what was not read,
// jobs, looks between batches.
func recordedWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w, h := newWorld(t), newHistory(t, seed, "P100", "P101")
	rng := rand.New(rand.NewPCG(seed, 3))
	reference := h.reference("credit", "immediate", "monthly")
	w.logReference(reference)
	list := h.facts(120, 3)
	h.at = h.at.AddDate(0, 1, 0)
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	list = append(list, h.take()...)
	list = append(list, h.facts(40, 4)...) // of a customer that nobody knows, too
	rng.Shuffle(100, func(i, j int) { list[i], list[j] = list[j], list[i] })
	clock := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	batch := w.deliver(slices.Concat(reference, list))
	for len(batch) > 0 {
		n := min(1+rng.IntN(30), len(batch))
		for i := range batch[:n] {
			clock = clock.Add(time.Duration(rng.IntN(60)) * time.Minute)
			batch[i].Arrived = clock
			if rng.IntN(40) == 0 && batch[i].Event.Type == events.TypeOrderPaid {
				batch[i].Rejection = &events.Rejection{Code: "malformed_json", Message: "it cannot be read"}
			}
		}
		w.process(batch[:n]...)
		if rng.IntN(4) == 0 {
			if _, err := w.frame.Tick(t.Context(), 0, []string{"P100"}, clock, Position{}); err != nil {
				t.Fatal(err)
			}
		}
		if rng.IntN(4) == 0 {
			other := *batch[0].Event // under the id of one that came
			other.Time = other.Time.Add(time.Second)
			other.ContentHash = events.Hash(envelopeOf(&other), other.Payload)
			conflict := delivery(&other)
			conflict.Arrived = clock
			w.process(conflict)
		}
		batch = batch[n:]
	}
	clock = clock.Add(90 * time.Hour)
	if _, err := w.frame.Tick(t.Context(), 0, []string{"P100"}, clock, Position{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// What the frame decided in batches is decided again in other batches, over
// tables, to the same inputs, postings, rows and digest.
func TestReplayVerifiesClean(t *testing.T) {
	t.Parallel()
	w := recordedWorld(t, 1)
	for what, query := range map[string]string{
		"looks":               "select count(*) from look",
		"unread events":       "select count(*) from input where refusal <> '' and partner_id <> '_all'",
		"expired events":      "select count(*) from input where code = 'predecessor_missing'",
		"events decided anew": "select count(*) from input where attempts > 1",
	} {
		if w.count(query) == 0 {
			t.Errorf("the history has no %s; it shows nothing of them", what)
		}
	}
	partners, outcome := w.replayed(ReplayOrder{})
	for id, p := range partners {
		if len(p.Findings) > 0 || !p.Whole || id != events.AllPartners && (p.Postings == 0 || p.Rows == 0) {
			t.Errorf("partner %s: %+v", id, p)
		}
	}
	live, err := DatabaseDigest(t.Context(), w.pool)
	if err != nil || outcome.Digest != live || outcome.Expected != live || outcome.Partners != 2 {
		t.Errorf("digest %s, replay %+v, %v", live, outcome, err)
	}
}

// kept keeps the findings of a partner and returns the kinds of those
// that are open.
func (w *world) kept(p ReplayedPartner) (kinds []string) {
	w.t.Helper()
	if _, err := KeepReplayFindings(w.t.Context(), w.pool, ReplayOrder{}, p, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	rows, err := w.pool.Query(w.t.Context(), "select kind from finding where state = 'open' and partner_id = $1 order by kind", p.PartnerID)
	if err == nil {
		kinds, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return kinds
}

// Up to a time, the ledger of what arrived by then is compared.
func TestReplayUpToATime(t *testing.T) {
	t.Parallel()
	w := recordedWorld(t, 3)
	var middle time.Time
	if err := w.pool.QueryRow(t.Context(), "select arrived_at from input where partner_id = 'P100' order by input_no offset 40 limit 1").Scan(&middle); err != nil {
		t.Fatal(err)
	}
	partners, outcome := w.replayed(ReplayOrder{PartnerID: "P100", UpTo: middle})
	p := partners["P100"]
	if len(p.Findings) > 0 || p.Whole || p.Inputs < 41 || p.Inputs >= int64(w.count("select input_no from partner where partner_id = 'P100'")) || p.Postings == 0 || outcome.Digest != "" {
		t.Errorf("up to %s: %+v, %+v", middle, p, outcome)
	}
}

package workers

import (
	"fmt"
	"testing"
	"time"

	"github.com/accruald/accruald/workers/decision"
)

// sameLedger compares the chains of postings with those in memory: number and
// hash of the last one stand for all before it.
func (w *world) sameLedger() {
	w.t.Helper()
	seen := 0
	err := VerifyLedger(w.t.Context(), w.pool, "", func(end decision.LedgerCheck, broken *decision.BrokenLedger) error {
		seen++
		if want := w.memory.Partners[end.PartnerID].Counters; broken != nil || end.No != want.PostingNo || end.Hash != want.PostingHash {
			w.t.Errorf("the ledger of %s: %v, ends at %d %s, in memory at %d %s", end.PartnerID, broken, end.No, end.Hash, want.PostingNo, want.PostingHash)
		}
		return nil
	})
	if err != nil || seen != len(w.memory.Partners) {
		w.t.Errorf("verified the ledgers of %d partners, want %d: %v", seen, len(w.memory.Partners), err)
	}
}

// filledLedger is a world whose partners P100 and P200 have postings.
func filledLedger(t *testing.T) *world {
	t.Helper()
	h := newHistory(t, 5, "P100", "P200")
	w := newWorld(t)
	w.process(w.deliver(h.reference("credit", "immediate"))...)
	w.process(w.deliver(h.facts(30, 2))...)
	h.fire(decision.JobCloseCycle, time.Date(2026, 4, 1, 0, 10, 0, 0, shanghai))
	w.process(w.deliver(h.take())...)
	if w.memory.Partners["P100"].Counters.PostingNo < 10 {
		t.Fatal("the history posts too little")
	}
	return w
}

// tampered runs statements as somebody to whom no trigger applies.
func (w *world) tampered(statements ...string) {
	w.t.Helper()
	tx, err := w.pool.Begin(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range append([]string{"set local session_replication_role = replica"}, statements...) {
		if _, err := tx.Exec(w.t.Context(), s); err != nil {
			w.t.Fatalf("%s: %v", s, err)
		}
	}
	if err := tx.Commit(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// TestTamperingInTheDatabaseIsFound: a superuser who goes around the triggers
// is found by the number of the posting, and other partners' ledgers stay
// sound.
func TestTamperingInTheDatabaseIsFound(t *testing.T) {
	t.Parallel()
	sound := filledLedger(t)
	sound.sameLedger()
	if _, err := sound.pool.Exec(t.Context(), "delete from posting"); err == nil {
		t.Error("postings can be deleted without going around the triggers")
	}
	const added = `insert into posting (partner_id, posting_no, input_no, fact, account, currency, amount, hash) values `
	for name, c := range map[string]struct {
		statements []string
		want       int64 // 0: the one after the last
	}{
		"an amount":             {[]string{"update posting set amount = amount + 1 where partner_id = 'P100' and posting_no = 4"}, 4},
		"an account":            {[]string{"update posting set account = 'tender_cash' where partner_id = 'P100' and posting_no = (select min(posting_no) from posting where partner_id = 'P100' and account <> 'tender_cash')"}, -1},
		"a bill":                {[]string{"update posting set bill_id = 'B' where partner_id = 'P100' and posting_no = 2"}, 2},
		"a hash":                {[]string{"update posting set hash = sha256('') where partner_id = 'P100' and posting_no = 3"}, 3},
		"the first deleted":     {[]string{"delete from posting where partner_id = 'P100' and posting_no = 1"}, 1},
		"the middle deleted":    {[]string{"delete from posting where partner_id = 'P100' and posting_no = 5"}, 5},
		"deleted, closed up":    {[]string{"delete from posting where partner_id = 'P100' and posting_no = 5", "update posting set posting_no = -posting_no + 1 where partner_id = 'P100' and posting_no > 5", "update posting set posting_no = -posting_no where posting_no < 0"}, 5},
		"the last deleted":      {[]string{"delete from posting p using partner r where r.partner_id = p.partner_id and p.partner_id = 'P100' and p.posting_no = r.posting_no"}, -1},
		"all deleted":           {[]string{"delete from posting where partner_id = 'P100'"}, 1},
		"two swapped":           {[]string{"update posting set posting_no = -5 where partner_id = 'P100' and posting_no = 5", "update posting set posting_no = 5 where partner_id = 'P100' and posting_no = 6", "update posting set posting_no = 6 where partner_id = 'P100' and posting_no = -5"}, 5},
		"one more":              {[]string{added + "('P100', (select max(posting_no) + 1 from posting where partner_id = 'P100'), 1, 'f', 'a', 'CNY', 1, sha256(''))"}, -1},
		"one before the first":  {[]string{added + "('P100', 0, 1, 'f', 'a', 'CNY', 1, sha256(''))"}, 1},
		"the partner's number":  {[]string{"update partner set posting_no = posting_no - 1 where partner_id = 'P100'"}, -1},
		"the partner's hash":    {[]string{"update partner set posting_hash = sha256('') where partner_id = 'P100'"}, -1},
		"of somebody unknown":   {[]string{added + "('P999', 1, 1, 'f', 'a', 'CNY', 1, sha256(''))"}, 1},
		"given to another":      {[]string{"update posting set partner_id = 'P999' where partner_id = 'P100'"}, 1},
		"without their partner": {[]string{"delete from partner where partner_id = 'P100'"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := filledLedger(t)
			w.tampered(c.statements...)
			found := map[string]*decision.BrokenLedger{}
			if err := VerifyLedger(t.Context(), w.pool, "", func(end decision.LedgerCheck, broken *decision.BrokenLedger) error {
				found[end.PartnerID] = broken
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			broken := found["P100"]
			if broken == nil {
				broken = found["P999"]
			}
			if broken == nil || c.want > 0 && broken.No != c.want || found["P200"] != nil {
				t.Errorf("found %v, want posting %d of P100 alone", found, c.want)
			}
		})
	}
}

// TestVerifyOnePartner: the others are not looked at, and one that nobody
// heard of is refused.
func TestVerifyOnePartner(t *testing.T) {
	t.Parallel()
	w := filledLedger(t)
	var seen []string
	take := func(end decision.LedgerCheck, _ *decision.BrokenLedger) error {
		seen = append(seen, end.PartnerID)
		return nil
	}
	if err := VerifyLedger(t.Context(), w.pool, "P200", take); err != nil || fmt.Sprint(seen) != "[P200]" {
		t.Errorf("looked at %v: %v", seen, err)
	}
	if err := VerifyLedger(t.Context(), w.pool, "P7", take); err == nil {
		t.Error("an unknown partner has a ledger")
	}
}

package workers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestRoundTripsDoNotGrow: whatever the size of a batch, it waits for the
// database as often.
func TestRoundTripsDoNotGrow(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHistory(t, 1, benchPartners()[:8]...)
	w.process(w.deliver(h.reference("immediate"))...)
	w.process(orders(h, 256)...)
	want := int64(0)
	for _, size := range []int{2, 16, 256} {
		batch := orders(h, size)
		before := w.trips.trips.Load()
		if committed := w.process(batch...); committed.Rounds != 1 || committed.Count(OutcomeAccepted) != size {
			t.Errorf("a batch of %d: %+v", size, committed)
		}
		trips := w.trips.trips.Load() - before
		if want == 0 {
			want = trips
		}
		if trips != want || trips > roundTripsMax {
			t.Errorf("%d round trips for a batch of %d, want %d", trips, size, want)
		}
	}
}

// roundTripsMax: begin, lock and inbox, chains, rows, save, commit.
const roundTripsMax = 6

// TestNoOrderIsMissedByConcurrentBatches has two processes bring an order and
// its payment at the same time, in both orders (F20).
func TestNoOrderIsMissedByConcurrentBatches(t *testing.T) {
	t.Parallel()
	for _, paidFirst := range []bool{false, true} {
		t.Run(fmt.Sprintf("paid first %t", paidFirst), func(t *testing.T) {
			t.Parallel()
			concurrentBatches(t, paidFirst)
		})
	}
}

func concurrentBatches(t *testing.T, paidFirst bool) {
	w, _, placed, paid := started(t)
	batches := []Delivery{placed, paid}
	if paidFirst {
		batches = []Delivery{paid, placed}
	}
	barrier, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rollback(t.Context(), barrier)
	if _, err := barrier.Exec(t.Context(), "select from partner where partner_id = 'P100' for update"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, len(batches))
	for i, d := range batches {
		other := NewFrame(w.pool, w.common, w.frame.sites)
		go func() {
			_, err := other.Process(t.Context(), []Delivery{d}, Position{})
			done <- err
		}()
		w.waitForLocks(i + 1)
	}
	if err := barrier.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range batches {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := w.count("select count(*) from customer_order where state = 'settled'"); n != 1 {
		t.Errorf("%d orders are settled, want 1", n)
	}
	if n := w.count("select count(*) from input where status = 'waiting'"); n != 0 {
		t.Errorf("%d inputs wait, want none", n)
	}
	w.sameAsMemory()
	w.soundBooks()
}

// waitForLocks returns when n sessions wait for a lock.
func (w *world) waitForLocks(n int) {
	w.t.Helper()
	const triesMax = 2000
	for range triesMax {
		if w.count("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == n {
			return
		}
		if !pause(w.t.Context(), 5*time.Millisecond) {
			break
		}
	}
	w.t.Fatalf("not %d sessions wait for the lock", n)
}

// TestNothingStaysOfAFailedBatch breaks the last statement of a batch.
func TestNothingStaysOfAFailedBatch(t *testing.T) {
	t.Parallel()
	w, _, placed, paid := started(t)
	if _, err := w.pool.Exec(t.Context(), "alter table posting add constraint broken check (account = '')"); err != nil {
		t.Fatal(err)
	}
	state := "select (select count(*) from input) + (select count(*) from inbox_key) + (select count(*) from outbox) + (select sum(outbox_no) from stream_position) + (select sum(input_no) from partner)"
	before := w.count(state)
	_, err := w.frame.Process(t.Context(), []Delivery{placed, paid}, Position{})
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.ConstraintName != "broken" {
		t.Fatalf("a batch that the database refuses: %v", err)
	}
	if after := w.count(state); after != before {
		t.Errorf("%d rows and numbers after the failed batch, %d before", after, before)
	}
	if _, err := w.pool.Exec(t.Context(), "alter table posting drop constraint broken"); err != nil {
		t.Fatal(err)
	}
	w.process(placed, paid)
	w.sameAsMemory()
	w.soundBooks()
}

func TestOnlyTheOwnerStores(t *testing.T) {
	t.Parallel()
	w, _, placed, paid := started(t)
	created := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	at := func(sequence uint64, epoch int64, created time.Time) Position {
		return Position{Stream: "S", Created: created, Moves: []Move{{Partition: placed.Partition, Sequence: sequence, Epoch: epoch}}}
	}
	if _, err := w.pool.Exec(t.Context(), "update stream_position set epoch = 5, attempts = 3 where partition = $1", placed.Partition); err != nil {
		t.Fatal(err)
	}
	attempts := "select attempts from stream_position where partition = $1"
	if _, err := w.frame.Tick(t.Context(), placed.Partition, []string{"P100"}, time.Now(), at(0, 5, created)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(attempts, placed.Partition); n != 3 {
		t.Errorf("%d tries are counted after looking after the partner, want 3", n)
	}
	if _, err := w.frame.Process(t.Context(), []Delivery{placed}, at(7, 5, created)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(attempts, placed.Partition); n != 0 {
		t.Errorf("%d tries are counted after the event was stored, want 0", n)
	}
	for _, position := range []Position{at(8, 4, created), at(8, 5, created.Add(time.Second))} {
		if _, err := w.frame.Process(t.Context(), []Delivery{paid}, position); !errors.Is(err, ErrNotOwner) {
			t.Errorf("a batch under %+v: %v, want ErrNotOwner", position, err)
		}
	}
	if n := w.count("select position from stream_position where partition = $1", placed.Partition); n != 7 {
		t.Errorf("the position is %d, want 7", n)
	}
	if n := w.count("select count(*) from input where type = 'order.paid.v1'"); n != 0 {
		t.Errorf("%d inputs of a batch without the lease are stored", n)
	}
	if _, err := w.frame.Process(t.Context(), nil, at(9, 5, created)); err != nil {
		t.Fatal(err)
	}
	if n := w.count("select position from stream_position where partition = $1", placed.Partition); n != 9 {
		t.Errorf("the position is %d after an empty batch, want 9", n)
	}
}

type lostCommit struct {
	pgx.Tx
	err error
}

func (tx lostCommit) Commit(context.Context) error { return tx.err }

func TestCommitOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err     error
		unknown bool
	}{{io.ErrUnexpectedEOF, true}, {&pgconn.PgError{Code: "40001"}, false}, {pgx.ErrTxCommitRollback, false}} {
		if err := commit(t.Context(), lostCommit{err: c.err}); errors.Is(err, ErrCommitUnknown) != c.unknown || !errors.Is(err, c.err) {
			t.Errorf("commit that ends in %v: %v", c.err, err)
		}
	}
}

// TestTheDatabaseRefuses what the code must never try.
func TestTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	w, _, placed, paid := started(t)
	w.process(placed, paid)
	const line = "insert into posting (partner_id, posting_no, input_no, fact, account, currency, amount, hash) values "
	for statement, want := range map[string]string{
		"update posting set amount = 1":                                 "never changed or deleted",
		"delete from posting":                                           "never changed or deleted",
		"truncate posting":                                              "never changed or deleted",
		"delete from reference_log":                                     "never changed or deleted",
		"update inbox_key set input_no = 1":                             "never changed or deleted",
		"update inbox_key_0 set input_no = 1":                           "never changed or deleted",
		"truncate inbox_key_7":                                          "never changed or deleted",
		line + "('P100', 1001, 1, 'f', 'a', 'CNY', 1, sha256(''))":      "out of balance",
		line + "('P100', 1001, 1, 'f', 'a', 'CNY', 1, '')":              "posting_hash_check",
		line + "('P100', 1001, 1, 'f', 'a', 'CNY', 1, null)":            "not-null",
		line + "('P100', 1001, 1, 'f', 'a', 'CNY', 0, sha256(''))":      "posting_amount_check",
		line + "('P100', 1, 1, 'f', 'a', 'CNY', 1, sha256(''))":         "posting_pkey",
		"update incentive_bill set payable = payable + 1":               "incentive_bill_identity",
		"update incentive_bill set total = total - 1, paid_out = -1":    "incentive_bill_paid_out_check",
		"update incentive_bill set state = 'lost'":                      "incentive_bill_state_check",
		"update input set waits_for = 'o/O1' where status = 'accepted'": "input_check",
		"update input set decision_no = 1":                              "input_by_decision",
		"update customer_order set state = 'lost'":                      "customer_order_state_check",
	} {
		if _, err := w.pool.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a refusal that says %q", statement, err, want)
		}
	}
	balanced := line + "('P100', 1001, 1, 'f', 'a', 'CNY', 1, sha256('')), ('P100', 1002, 1, 'f', 'b', 'CNY', -1, sha256(''))"
	if _, err := w.pool.Exec(t.Context(), balanced); err != nil {
		t.Errorf("a balanced posting: %v", err)
	}
}

package workers

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
)

// TestWaitingForALockIsNoTry stops a worker, in order, while maintenance holds
// the table that its batch wants to lock: the events behind it have ended
// nothing, and nothing is counted against them.
func TestWaitingForALockIsNoTry(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.work(nil, nil)
	facts := r.load(77, 30, "P100")
	r.publish(facts[:len(facts)/2])
	first.drained()
	first.halt()

	maintenance, err := pgx.Connect(t.Context(), r.database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = maintenance.Close(t.Context()) }()
	if _, err := maintenance.Exec(t.Context(), "begin; set search_path = accruald; lock table partner in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	second := r.work(func(c *Config) { c.DrainTimeout = 2 * time.Second }, nil)
	r.publish(facts[len(facts)/2:])
	eventually(t, "the batch waits for the lock", func() bool {
		var waiting int
		err := r.pool().QueryRow(t.Context(), "select count(*) from pg_locks l join pg_database d on d.oid = l.database where not granted and d.datname = current_database()").Scan(&waiting)
		return err == nil && waiting > 0
	})
	second.halt()
	var attempts int
	if err := r.pool().QueryRow(t.Context(), "select coalesce(sum(attempts), 0) from stream_position").Scan(&attempts); err != nil || attempts != 0 {
		t.Errorf("%d tries were counted, %v", attempts, err)
	}
	if _, err := maintenance.Exec(t.Context(), "rollback"); err != nil {
		t.Fatal(err)
	}
	third := r.work(nil, nil)
	third.drained()
	third.halt()
	r.sound()
}

// TestStrangePartnersStopNobody sends messages whose subject names a partner
// that no database could store: they are refused, and their neighbours decided.
func TestStrangePartnersStopNobody(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{"no UTF-8": "P\xff\xfe", "NUL": "P\x00Q", "long": strings.Repeat("Q", 3500), "quotes": `a'b"c`} {
		message := bus.Message{Subject: "billing.part.7." + token + ".order.placed", Data: []byte("{}"), Sequence: 1}
		delivery := decode("BILLING_IN", 7, message, ClockWall)
		if delivery.Rejection == nil || delivery.Rejection.Code != events.CodeSubject || !events.ValidID(delivery.Event.PartitionKey) {
			t.Errorf("%s: delivered as partner %q, refused as %v", name, delivery.Event.PartitionKey, delivery.Rejection)
		}
	}
}

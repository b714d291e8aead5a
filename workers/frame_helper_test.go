package workers

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

var shanghai = time.FixedZone("", 8*3600)

// monthBegin is when the made histories begin, long after their reference data.
var monthBegin = time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai)

// tripCounter counts what the client waits for: batches and single statements.
type tripCounter struct{ trips, prepares atomic.Int64 }

func (c *tripCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.trips.Add(1)
	return ctx
}
func (c *tripCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (c *tripCounter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.trips.Add(1)
	return ctx
}
func (c *tripCounter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (c *tripCounter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}
func (c *tripCounter) TracePrepareStart(ctx context.Context, _ *pgx.Conn, _ pgx.TracePrepareStartData) context.Context {
	c.prepares.Add(1)
	return ctx
}
func (c *tripCounter) TracePrepareEnd(context.Context, *pgx.Conn, pgx.TracePrepareEndData) {}

// world is a database and the frame over it, beside the same in memory.
type world struct {
	t      testing.TB
	pool   *pgxpool.Pool
	trips  *tripCounter
	frame  *Frame
	common *decision.Reference
	memory *decision.Memory
	outs   []events.Out // of the memory
	outbox []OutboxRow  // of the frame
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, dbtest.URL(t))
}

func newWorldOn(t testing.TB, database string) *world {
	t.Helper()
	config, err := schema.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	trips := &tripCounter{}
	config.ConnConfig.Tracer = trips
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w := &world{t: t, pool: pool, trips: trips, memory: decision.NewMemory(site.Default())}
	w.common = decision.NewReference(site.Default())
	w.restart()
	return w
}

// restart forgets everything that is not in the database.
func (w *world) restart() { w.frame = NewFrame(w.pool, w.common, site.Default()) }

// deliver makes deliveries of partners' events; common reference data is
// applied at once, and a firing job reaches every partner that memory knows.
func (w *world) deliver(list []*events.Event) []Delivery {
	w.t.Helper()
	var batch []Delivery
	for _, ev := range list {
		switch {
		case ev.Type == events.TypeScheduleFired:
			for _, id := range w.memory.Enrolled(ev.Data.(*events.ScheduleFired).Site) {
				applied, err := decision.FanOut(ev, id, site.Default())
				if err != nil {
					w.t.Fatal(err)
				}
				batch = append(batch, delivery(applied))
			}
		case ev.PartitionKey == events.AllPartners:
			if err := w.common.Apply(w.common.Version()+1, ev); err != nil {
				w.t.Fatal(err)
			}
		default:
			batch = append(batch, delivery(ev))
		}
		outs, err := w.memory.Fold(ev, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		w.outs = append(w.outs, outs...)
	}
	return batch
}

func delivery(ev *events.Event) Delivery {
	return Delivery{Partition: bus.PartitionOf(ev.PartitionKey), Event: ev}
}

func (w *world) process(batch ...Delivery) Committed {
	w.t.Helper()
	committed, err := w.frame.Process(w.t.Context(), batch, Position{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.outbox = append(w.outbox, committed.Outbox...)
	return committed
}

// sameAsMemory compares final rows and everything that went out.
func (w *world) sameAsMemory() {
	w.t.Helper()
	want, err := w.memory.Digest()
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := DatabaseDigest(w.t.Context(), w.pool)
	if err != nil {
		w.t.Fatal(err)
	}
	if got != want {
		w.explain()
		w.t.Errorf("digest of the database %s, of the memory %s", got, want)
	}
}

// explain names the first rows that differ.
func (w *world) explain() {
	w.t.Helper()
	for id, p := range w.memory.Partners {
		for _, o := range p.Orders.All() {
			w.compare("customer_order", "order_id", id, o.ID, o)
		}
		for _, d := range p.Details.All() {
			w.compare("incentive_detail", "detail_id", id, d.ID, d)
		}
		for _, b := range p.Bills.All() {
			w.compare("incentive_bill", "bill_id", id, b.ID, b)
		}
		for _, h := range p.Holds.All() {
			w.compare("hold", "hold_id", id, h.ID, h)
		}
	}
}

func (w *world) compare(table, column, partnerID, id string, row any) (same bool) {
	w.t.Helper()
	want, err := decision.Document(row)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []byte
	err = w.pool.QueryRow(w.t.Context(), fmt.Sprintf("select document from %s where partner_id = $1 and %s = $2", table, column), partnerID, id).Scan(&got)
	if err != nil || !bytes.Equal(got, want) {
		w.t.Logf("%s %s of %s: %v\n database %s\n memory   %s", table, id, partnerID, err, got, want)
		return false
	}
	return true
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func ptr[T any](v T) *T { return &v }

// sample reads a shipped file of events.
func sample(t testing.TB, name string) []*events.Event {
	t.Helper()
	data, err := events.Contract.ReadFile("samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out []*events.Event
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		ev, err := events.DecodeStructured(s.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ev)
	}
	return out
}

// sameOutput compares everything that went out, in order.
func (w *world) sameOutput() {
	w.t.Helper()
	if len(w.outs) != len(w.outbox) {
		w.t.Errorf("%d events went out, %d in memory", len(w.outbox), len(w.outs))
	}
	for i := range min(len(w.outs), len(w.outbox)) {
		_, want, err := w.outs[i].Message()
		if err != nil {
			w.t.Fatal(err)
		}
		if got := w.outbox[i]; got.MsgID != w.outs[i].ID || !bytes.Equal(got.Data, want) {
			w.t.Errorf("event %d is %s %s, in memory %s %s", i, got.Subject, got.Data, w.outs[i].Type, want)
		}
	}
}

// sameOutputOfPartners compares what went out of each partner, in order;
// batches give no order between partners of different partitions.
func (w *world) sameOutputOfPartners() {
	w.t.Helper()
	all, boxes := w.outs, w.outbox
	for id := range w.memory.Partners {
		w.outs, w.outbox = nil, nil
		for _, o := range all {
			if o.PartnerID == id {
				w.outs = append(w.outs, o)
			}
		}
		for _, row := range boxes {
			if row.Header["ce-partitionkey"][0] == id {
				w.outbox = append(w.outbox, row)
			}
		}
		w.sameOutput()
	}
	w.outs, w.outbox = all, boxes
}

// soundBooks checks what must hold whatever happened: nothing waits for what
// is there, details sum to their bills, and numbers have no gaps.
func (w *world) soundBooks() {
	w.t.Helper()
	for what, query := range map[string]string{
		"inputs that wait for an order that is there": `select count(*) from input i join customer_order o
			on o.partner_id = i.partner_id and i.waits_for = 'o/' || o.order_id and o.document is not null`,
		"bills whose details have another sum": `select count(*) from (select b.partner_id from incentive_bill b
			left join incentive_detail d on d.partner_id = b.partner_id and d.bill_id = b.bill_id
			group by b.partner_id, b.bill_id, b.total having b.total <> coalesce(sum(d.amount), 0)) x`,
		"partners whose inputs have gaps": `select count(*) from (select p.partner_id from partner p left join input i using (partner_id)
			group by p.partner_id, p.input_no having p.input_no <> count(i.input_no)) x`,
		"partners whose counts are wrong": `select count(*) from (select p.partner_id from partner p left join input i using (partner_id)
			group by p.partner_id, p.waiting, p.retryable having p.waiting <> count(*) filter (where i.status = 'waiting')
			or p.retryable <> count(*) filter (where i.status = 'rejected' and i.retryable)) x`,
		"partners whose postings have gaps": `select count(*) from (select p.partner_id from partner p left join posting i using (partner_id)
			group by p.partner_id, p.posting_no having p.posting_no <> count(i.posting_no)) x`,
		"outbox numbers with gaps": `select count(*) from (select s.partition from stream_position s left join outbox o using (partition)
			group by s.partition, s.outbox_no having s.outbox_no <> count(o.no)) x`,
	} {
		if n := w.count(query); n != 0 {
			w.t.Errorf("%d %s, want none", n, what)
		}
	}
}

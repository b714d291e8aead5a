//go:build slow

package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// faultEvents is how many events the quarter has: a few by default, 200,000 by `make faults`.
func faultEvents(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ACCRUALD_FAULT_EVENTS")
	if text == "" {
		return 7_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("ACCRUALD_FAULT_EVENTS: %v", err)
	}
	return n
}

const (
	faultsPerPartner = 4 // 200 in all
	faultWaitMax     = 10 * time.Minute
)

// faultyBooks is the quarter in a running program.
type faultyBooks struct {
	*operated
	pool    *pgxpool.Pool
	planter saboteur
	ways    []way
	orders  []bought
	held    map[string]bool // orders of which something is held back: true for all of it, false for the payment
	heldTo  string          // the file of those events
	right   statements      // as the vendor's books have it
	wrong   statements      // as its statements tell it
	faults  []*fault
}

// TestPlantedFaults plants faults of all kinds into a quarter of business: each is found, nothing else is reported, and
// once they are corrected nothing is.
func TestPlantedFaults(t *testing.T) {
	t.Parallel()
	b := &faultyBooks{operated: operate(t), held: map[string]bool{}, ways: ways()}
	var err error
	if b.pool, err = pgxpool.New(t.Context(), b.database[1]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.pool.Close)
	b.planter.pool = b.pool
	b.play()
	b.settle()
	for _, f := range b.reconcile() {
		t.Errorf("reported before anything was planted: %+v", f)
	}
	b.right = bill(t, b.orders, listen(t, b.nats[1]))
	b.wrong = b.right.copied()
	b.plant()
	b.importAll(b.wrong, nil)
	found := b.reconcile()
	b.judge(found)
	b.correct(found)
	for _, f := range b.reconcile() {
		t.Errorf("left after the corrections: %+v", f)
	}
	b.finish()
}

// play publishes the quarter but for some orders and payments that never come.
func (b *faultyBooks) play() {
	b.t.Helper()
	q := tellQuarter(b.t, faultEvents(b.t))
	b.orders = q.orders
	b.holdBack()
	sent, held := q.write(func(w written) bool {
		all, some := b.held[w.subject]
		return all || some && strings.Contains(string(w.text), `"id":"order.paid/`)
	})
	b.heldTo = held
	b.publish(sent)
}

// publish publishes a file and waits until it is decided, and what follows from it is sent and decided too.
func (b *faultyBooks) publish(path string) {
	b.t.Helper()
	if got := call(b.t, "", append([]string{"publish", path}, b.nats...)...); got.status != statusDone {
		b.t.Fatalf("publish: status %d: %s", got.status, got.err)
	}
	deadline := time.Now().Add(faultWaitMax)
	for settled := 0; settled < 2; { // twice: what the first look saw decided may have sent something since
		left := b.undecided()
		if left == 0 {
			missing := call(b.t, "", append([]string{"inbox", "missing", path}, b.database...)...)
			if strings.HasPrefix(missing.err, "0 of ") {
				settled++
				continue
			}
		}
		settled = 0
		if time.Now().After(deadline) {
			b.t.Fatalf("not decided within %s: %d events and messages are left", faultWaitMax, left)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// undecided is how many events are not decided and how many messages not sent.
func (b *faultyBooks) undecided() (left int) {
	b.t.Helper()
	left = b.count(`select (select count(*) from outbox) + (select count(*) from input where status = 'waiting' and partner_id = '_all')`)
	connection, err := nats.Connect(b.nats[1])
	if err != nil {
		b.t.Fatal(err)
	}
	defer connection.Close()
	streams, err := jetstream.New(connection)
	if err != nil {
		b.t.Fatal(err)
	}
	in, err := streams.Stream(b.t.Context(), "BILLING_IN")
	if err != nil {
		b.t.Fatal(err)
	}
	consumers := in.ListConsumers(b.t.Context())
	for one := range consumers.Info() {
		left += int(one.NumPending) + one.NumAckPending //nolint:gosec // a test's few events
	}
	if err := consumers.Err(); err != nil {
		b.t.Fatal(err)
	}
	return left
}

func (b *faultyBooks) count(query string, args ...any) (n int) {
	b.t.Helper()
	if err := b.pool.QueryRow(b.t.Context(), query, args...).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// settle has the bills of the quarter approved, and applied for where that needs invoices.
func (b *faultyBooks) settle() {
	b.t.Helper()
	q := &quarterWriter{t: b.t}
	rows, err := b.pool.Query(b.t.Context(), `select partner_id, bill_id, association from incentive_bill where state = 'issuing' order by 1, 2`)
	if err != nil {
		b.t.Fatal(err)
	}
	var partner, id, association string
	if _, err := pgx.ForEachRow(rows, []any{&partner, &id, &association}, func() error {
		q.add(faultOver, "bill.approved", id, partner, id, object{"bill_id": id, "actor": "operations"})
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	for n := range faultPartners {
		p := partnerOfFaults(n)
		for association, method := range map[string]string{"resale": "account_owed_invoice", "referral": "bank_transfer"} {
			id := p + "-" + association
			q.add(faultOver.Add(time.Hour), "payment_request.submitted", id, p, id, object{"payment_request_id": id, "all": true, "currency": "CNY",
				"association": association, "method": method, "actor": "partner"})
			q.add(faultOver.Add(2*time.Hour), "payment_request.approved", id, p, id, object{"payment_request_id": id, "actor": "operations"})
		}
	}
	sent, _ := q.write(func(written) bool { return false })
	b.publish(sent)
	if n := b.count(`select count(*) from payment_request where state = 'awaiting_invoice'`); n < faultPartners/2 {
		b.t.Fatalf("only %d requests wait for an invoice", n)
	}
	if n := b.count(`select count(*) from input where status <> 'accepted' and type <> 'payment_request.submitted.v1' and type <> 'payment_request.approved.v1'`); n > 0 {
		b.t.Fatalf("%d events of the quarter are not accepted", n)
	}
}

// reported is one finding as the program lists it.
type reported struct {
	ID       string `json:"finding_id"`
	Kind     string `json:"kind"`
	Partner  string `json:"partner_id"`
	About    string `json:"about"`
	Expected string `json:"expected"`
	Found    string `json:"found"`
}

// reconcile compares everything and returns what is open.
func (b *faultyBooks) reconcile() []reported {
	b.t.Helper()
	if _, err := b.pool.Exec(b.t.Context(), "analyze"); err != nil { // test servers have no autovacuum
		b.t.Fatal(err)
	}
	began := time.Now()
	came := call(b.t, "", append([]string{"reconcile", "--full"}, b.database...)...)
	b.t.Logf("full run in %s:\n%s", time.Since(began).Round(time.Millisecond), came.out)
	listed := call(b.t, "", append([]string{"findings", "--state", "open", "--limit", "100000", "--json"}, b.database...)...)
	var list struct {
		Rows []reported `json:"rows"`
	}
	if err := json.Unmarshal([]byte(listed.out), &list); err != nil {
		b.t.Fatalf("reconcile: %s; findings: %v: %s%s", came.err, err, listed.out, listed.err)
	}
	if refused := came.status != statusDone; refused != (len(list.Rows) > 0) { // of these faults there is always an error among them
		b.t.Errorf("reconcile ended with status %d, and %d findings are open: %s", came.status, len(list.Rows), came.err)
	}
	return list.Rows
}

// judge compares what was found with what was planted.
func (b *faultyBooks) judge(found []reported) {
	b.t.Helper()
	missed := map[string]int{}
	for _, f := range b.faults {
		if !slices.ContainsFunc(found, func(r reported) bool { return r.Kind == f.kinds[0] && f.concerns(r) }) {
			missed[f.name]++
			b.t.Errorf("not found as %s: %s of %s, about %q", f.kinds[0], f.name, f.partner, f.about)
		}
	}
	for _, r := range found {
		if !slices.ContainsFunc(b.faults, func(f *fault) bool { return slices.Contains(f.kinds, r.Kind) && f.concerns(r) }) {
			b.t.Errorf("reported, and nothing like it was planted: %+v", r)
		}
	}
	b.t.Logf("%d faults planted, %d findings, missed: %v", len(b.faults), len(found), missed)
}

// concerns tells whether a finding names something that the fault is about.
func (f *fault) concerns(r reported) bool {
	if f.partner != r.Partner {
		return false
	}
	keys := strings.FieldsFunc(r.About, func(c rune) bool { return strings.ContainsRune(" ,=/:", c) })
	return slices.ContainsFunc(f.about, func(id string) bool {
		return slices.Contains(keys, id) || strings.Contains(id, "/") && strings.Contains(r.About, id)
	})
}

// correct mends every fault as it would be: restored rows, events that come late, statements corrected by the vendor, and
// adjustments where the statement is right.
func (b *faultyBooks) correct(found []reported) {
	b.t.Helper()
	again, adjusted := map[[2]string]bool{}, 0
	for _, f := range slices.Backward(b.faults) {
		if err := b.planter.behind(b.t.Context(), f.undo); err != nil {
			b.t.Fatal(err)
		}
		if !f.adjusted {
			for _, cycle := range f.cycles {
				again[[2]string{f.partner, cycle}] = true
			}
			continue
		}
		at := slices.IndexFunc(found, func(r reported) bool { return r.Kind == f.kinds[0] && f.concerns(r) })
		if at < 0 {
			continue // judge has told
		}
		if got := call(b.t, "", slices.Concat([]string{"adjust", found[at].ID, "--actor", "operations"}, b.nats, b.database)...); got.status != statusDone {
			b.t.Errorf("adjust %s of %s: status %d: %s", f.name, f.partner, got.status, got.err)
			continue
		}
		adjusted++
		for order, amount := range f.kept { // the vendor's books say so too
			b.right.change(f.partner, order, func(l *billed) { l.amount = amount })
		}
	}
	b.publish(b.heldTo)
	b.importAll(b.right, again)
	for deadline := time.Now().Add(faultWaitMax); b.count(`select count(*) from adjustment`) < adjusted; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%d adjustments are not decided within %s", adjusted, faultWaitMax)
		}
	}
}

// importAll imports the statements of the quarter, or only those.
func (b *faultyBooks) importAll(what statements, only map[[2]string]bool) {
	b.t.Helper()
	for partner, cycles := range what {
		for cycle, lines := range cycles {
			if only != nil && !only[[2]string{partner, cycle}] {
				continue
			}
			args := append([]string{"statement", "import", csvOf(b.t, lines, cycle), "--partner", partner, "--cycle", cycle}, b.database...)
			if got := call(b.t, "", args...); got.status != statusDone {
				b.t.Fatalf("import the statement of %s, %s: status %d: %s%s", partner, cycle, got.status, got.out, got.err)
			}
		}
	}
}

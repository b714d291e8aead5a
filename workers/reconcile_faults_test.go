package workers

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
)

// planted is what somebody did to the database around the program.
type planted struct {
	name  string
	sql   string
	table []string // what it is mended by: the rows as they were
	kinds string   // of the findings, and of no other
}

// Rows that faults are planted in.
const (
	paidOrder    = `(select order_id from customer_order where partner_id = 'P1' and document->'Payment' is not null and document->>'Kind' = 'new' order by order_id limit 1)`
	earnedDetail = `(select detail_id from incentive_detail where partner_id = 'P1' and bill_id is not null and amount > 0 and document is not null order by detail_id limit 1)`
	frozenDetail = `(select detail_id from incentive_detail where partner_id = 'P1' and frozen > 0 order by detail_id limit 1)`
	someBill     = `(select bill_id from incentive_bill where partner_id = 'P1' and document is not null and total <> 0 order by bill_id limit 1)`
)

// historyFaults are planted one after the other into a history of orders.
var historyFaults = []planted{
	{"lost event", `delete from input where partner_id = 'P1' and type = 'order.paid.v1' and event_id = (select document#>>'{Payment,Event,ID}' from customer_order where partner_id = 'P1' and order_id = ` + paidOrder + `)`,
		[]string{"input"}, "event_lost payment_missing posting_without_event"},
	{"lost with its key", `with gone as (delete from input where partner_id = 'P1' and type = 'repayment.received.v1' and status = 'accepted' and input_no = (select max(input_no) from input where partner_id = 'P1' and type = 'repayment.received.v1' and status = 'accepted') returning input_no)
		delete from inbox_key where partner_id = 'P1' and input_no = (select input_no from gone)`,
		[]string{"input", "inbox_key"}, "effect_without_event event_lost posting_without_event"},
	{"altered event", `update input set payload = replace(convert_from(payload, 'UTF8'), '"amount":"', '"amount":"1')::bytea where partner_id = 'P1' and type = 'repayment.received.v1' and status = 'accepted' and input_no = (select max(input_no) from input where partner_id = 'P1' and type = 'repayment.received.v1' and status = 'accepted')`,
		[]string{"input"}, "event_altered"},
	{"event from nowhere", `insert into input select (jsonb_populate_record(i, jsonb_build_object('input_no', i.input_no + 100000, 'event_id', 'other', 'status', 'rejected', 'code', 'x', 'decision_no', 100000))).* from input i where partner_id = 'P1' and type = 'partner.enrolled.v1' limit 1`,
		[]string{"input"}, "event_unknown"},
	{"payment lost with its effect undone", `update customer_order set state = 'pending', document = (document::jsonb - 'Payment' || '{"State": "pending"}')::json where partner_id = 'P1' and order_id = ` + paidOrder,
		[]string{"customer_order"}, "debt_differs? event_without_effect ledger_differs"},
	{"order deleted", `delete from customer_order where partner_id = 'P1' and order_id = ` + paidOrder,
		[]string{"customer_order"}, "debt_differs? event_without_effect ledger_without_row"},
	{"double line", `insert into posting select partner_id, posting_no + 100000, input_no, fact, account, bill_id, currency, amount, hash from posting where partner_id = 'P1' and posting_no = 1`,
		[]string{"posting"}, "bill_balance? ledger_differs posting_altered"},
	{"wrong amount of a posting", `update posting set amount = amount + 0.01 where partner_id = 'P1' and posting_no = 2`,
		[]string{"posting"}, "bill_balance? ledger_differs posting_altered"},
	{"posting deleted", `delete from posting where partner_id = 'P1' and posting_no = 3`,
		[]string{"posting"}, "bill_balance? ledger_differs posting_lost"},
	{"last posting deleted", `delete from posting where partner_id = 'P1' and posting_no = (select posting_no from partner where partner_id = 'P1')`,
		[]string{"posting"}, "bill_balance? ledger_differs posting_lost"},
	{"wrong amount of a column", `update incentive_detail set amount = amount + 1 where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "row_differs"},
	{"wrong amount of a row", `update incentive_detail set amount = amount + 1, document = (document::jsonb || jsonb_build_object('Amount', (amount + 1)::text))::json where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "amounts_differ bill_total ledger_differs"},
	{"wrong cycle", `update incentive_detail set document = (document::jsonb || '{"Cycle": "2025-01", "Period": "2025-01"}')::json where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "detail_wrong_bill"},
	{"wrong cycle of a bill", `update incentive_bill set cycle = '2025-01', document = (document::jsonb || '{"Cycle": "2025-01"}')::json where partner_id = 'P1' and bill_id = ` + someBill,
		[]string{"incentive_bill"}, "bill_key"},
	{"double detail", `insert into incentive_detail select partner_id, 'twice', version, bill_id, order_id, reverses, currency, amount, frozen, document from incentive_detail where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "bill_frozen? bill_total detail_duplicate hold_amount? ledger_differs"},
	{"detail deleted", `delete from incentive_detail where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "bill_frozen? bill_total detail_missing? hold_amount? ledger_without_row"},
	{"detail of another bill", `update incentive_detail set bill_id = 'other', document = (document::jsonb || '{"BillID": "other"}')::json where partner_id = 'P1' and detail_id = ` + earnedDetail,
		[]string{"incentive_detail"}, "bill_frozen? bill_total detail_without_bill ledger_differs"},
	{"thawed", `update incentive_detail set frozen = 0, document = (document::jsonb || '{"Frozen": "0"}')::json where partner_id = 'P1' and detail_id = ` + frozenDetail,
		[]string{"incentive_detail"}, "bill_frozen detail_frozen ledger_differs"},
	{"hold deleted", `delete from hold where partner_id = 'P1' and hold_id = (select hold_id from hold where partner_id = 'P1' and open and amount > 0 order by hold_id limit 1)`,
		[]string{"hold"}, "hold_missing"},
	{"hold of another amount", `update hold set amount = amount + 1, document = (document::jsonb || jsonb_build_object('Amount', (amount + 1)::text))::json where partner_id = 'P1' and hold_id = (select hold_id from hold where partner_id = 'P1' and open and amount > 0 order by hold_id limit 1)`,
		[]string{"hold"}, "hold_amount"},
	{"bill of another amount", `update incentive_bill set total = total + 1, payable = payable + 1, document = (document::jsonb || jsonb_build_object('Amounts', document::jsonb->'Amounts' || jsonb_build_object('Total', (total + 1)::text, 'Payable', (payable + 1)::text)))::json where partner_id = 'P1' and bill_id = ` + someBill,
		[]string{"incentive_bill"}, "bill_balance bill_total"},
	{"debt of another amount", `update debt set credit = credit + 1, document = (document::jsonb || jsonb_build_object('Credit', (credit + 1)::text))::json where partner_id = 'P1' and order_id = (select min(order_id) from debt where partner_id = 'P1')`,
		[]string{"debt"}, "debt_differs"},
	{"debt deleted", `delete from debt where partner_id = 'P1' and order_id = (select min(order_id) from debt where partner_id = 'P1')`,
		[]string{"debt"}, "debt_differs"},
	{"document garbled", `update repayment set document = '{"Nobody": 1}' where partner_id = 'P1' and repayment_id = (select min(repayment_id) from repayment where partner_id = 'P1')`,
		[]string{"repayment"}, "event_without_effect repayment_overused? row_unreadable"},
	{"owner of a resource", `update resource set customer_id = 'C9' where partner_id = 'P1' and resource_id = (select min(resource_id) from resource where partner_id = 'P1')`,
		[]string{"resource"}, "row_differs"},
}

// around writes to the database as somebody who may do everything.
func (w *world) around(do func(pgx.Tx)) {
	w.t.Helper()
	err := pgx.BeginFunc(w.t.Context(), w.pool, func(tx pgx.Tx) error {
		w.exec(tx, "set local session_replication_role = replica")
		do(tx)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(tx pgx.Tx, sql string) int64 {
	w.t.Helper()
	tag, err := tx.Exec(w.t.Context(), sql)
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return tag.RowsAffected()
}

// openKinds are the kinds of open findings with what the first of each is about.
func (w *world) openKinds() map[string]string {
	w.t.Helper()
	kinds := map[string]string{}
	for _, f := range w.open() {
		if kinds[f.Kind] == "" {
			kinds[f.Kind] = fmt.Sprintf("%s of %s: expected %s, found %s", f.Keys, f.PartnerID, f.Expected, f.Found)
		}
	}
	return kinds
}

// A finding that is seen again is the same one, with the run that saw it last;
// one that comes back is opened again under its id, and each step goes out once.
func TestFindingsHaveIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 29, "P1")
	w.process(w.deliver(h.reference("credit"))...)
	w.process(w.deliver(h.facts(30, 1))...)
	w.reconciled(ReconcileFull)
	clean := len(w.open())
	change := func(by string) {
		w.around(func(tx pgx.Tx) {
			w.exec(tx, "update incentive_bill set total = total "+by+", payable = payable "+by+" where partner_id = 'P1' and bill_id = (select min(bill_id) from incentive_bill where partner_id = 'P1')")
		})
	}
	var seen []db.Finding
	look := func() db.Finding {
		t.Helper()
		seen = slices.DeleteFunc(w.open(), func(f db.Finding) bool { return f.Severity != "error" })
		if len(seen) != 1 {
			t.Fatalf("%d findings are open beside %d: %v", len(seen), clean, w.openKinds())
		}
		return seen[0]
	}
	change("+ 1")
	w.reconciled(ReconcileFull)
	first := look()
	change("+ 1")
	again := w.reconciled(ReconcileIncremental)
	second := look()
	if second.FindingID != first.FindingID || second.OpenedRun != first.OpenedRun || second.SeenCount != 2 || second.Found == first.Found || again.Updated == 0 || again.Opened != 0 {
		t.Errorf("seen again: %+v, run %+v", second, again)
	}
	change("- 2")
	if run := w.reconciled(ReconcileIncremental); run.Closed != 1 || run.OpenErrors != 0 {
		t.Errorf("mended: %+v", run)
	}
	change("+ 1")
	w.reconciled(ReconcileFull)
	back := look()
	if back.FindingID != first.FindingID || back.OpenedRun == first.OpenedRun || back.Version <= second.Version {
		t.Errorf("came back: %+v after %+v", back, second)
	}
	if n := w.count("select count(*) from outbox where partition = 64 and type like 'reconciliation.finding_%' and subject = $1", first.FindingID); n != 3 {
		t.Errorf("%d events tell of it, not 3: opened, closed, opened", n)
	}
}

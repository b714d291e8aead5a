package workers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accruald/accruald/events"
)

// What was judged once, in the order of arrival, and would be judged otherwise
// in the order of events is told (contract, section 1; F65): of returns under
// the five-day quota those whose turn it was and those that took it, of
// payments by coupons for first orders those that were not the first, and those
// that were and were refused. What came in order is not.
func TestReconcileNamesWhatArrivalJudgedOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := newHistory(t, 41, "P1")
	w.process(w.deliver(h.reference("immediate", "immediate", "immediate", "immediate", "immediate"))...)
	from := h.at.AddDate(-1, 0, 0)
	for i := range 5 {
		id := fmt.Sprintf("FIRST-C%d", i)
		h.add("P1", "coupon/"+id, id, &events.CouponIssued{CouponID: id, PartnerID: "P1", CustomerID: fmt.Sprintf("C%d", i), CouponType: 1, CouponVersion: 2,
			FaceValue: ptr(dec("50.00")), Currency: "CNY", ValidTime: from, ExpireTime: from.AddDate(2, 0, 0), Limits: &events.Limits{FirstOrder: true}})
	}
	day := h.at
	at := func(hour, minute int) {
		h.at = day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	place := func(id, customer string, servers int) {
		var lines []events.OrderLine
		for n := range servers {
			lines = append(lines, events.OrderLine{LineID: fmt.Sprint(n + 1), ResourceID: fmt.Sprintf("vm-%s-%d", id, n+1), CloudServiceType: "ec2", ResourceType: "vm",
				ResourceSpec: "sPR0", Region: "r1", PeriodType: 2, PeriodNum: 1, SubscriptionNum: 1})
		}
		h.add("P1", "order.placed/"+id, id, &events.OrderPlaced{OrderID: id, PartnerID: "P1", CustomerID: customer, OrderType: 1, Lines: lines})
	}
	pay := func(id, coupon string) {
		paid := &events.OrderPaid{OrderID: id, PartnerID: "P1", PaidBy: "customer"}
		if coupon != "" {
			paid.Tenders = []events.Tender{{Kind: "coupon", CouponID: coupon, Amount: dec("50.00")}, {Kind: "cash", Amount: dec("420.00")}}
		}
		h.add("P1", "order.paid/"+id, id, paid)
	}
	bring := func(id string, n int) {
		h.add("P1", "order.unsubscribed/"+id, id, &events.OrderUnsubscribed{OrderID: id, PartnerID: "P1", CustomerID: "C1", ResourceIDs: []string{fmt.Sprintf("vm-MANY-%d", n)}, UnsubscribeType: 1})
	}
	at(10, 0)
	place("MANY", "C1", 12)
	pay("MANY", "")
	for _, id := range []string{"A2", "B2"} {
		place(id, "C2", 1)
	}
	for _, id := range []string{"A3", "B3"} {
		place(id, "C3", 1)
	}
	for _, id := range []string{"A4", "B4"} {
		place(id, "C4", 1)
	}
	for n := range 10 { // the whole quota of the year
		at(12, n)
		bring(fmt.Sprintf("U%d", n+1), n+1)
	}
	at(11, 0)
	bring("EARLY", 11)
	at(13, 0)
	bring("LATE", 12)
	for _, paid := range [][3]string{{"B2", "FIRST-C2", "15"}, {"A2", "", "14"}, {"B3", "", "15"}, {"A3", "FIRST-C3", "14"}, {"A4", "FIRST-C4", "14"}, {"B4", "", "15"}} {
		at(map[string]int{"14": 14, "15": 15}[paid[2]], 0)
		pay(paid[0], paid[1])
	}
	w.process(w.deliver(h.take())...)
	run := w.reconciled(ReconcileFull)
	var got []string
	for _, f := range w.open() {
		evident(t, f)
		line := fmt.Sprintf("%s %s: %s; %s", f.Kind, keyOf(f), f.Expected, f.Found)
		if f.Severity != "notice" || !strings.Contains(string(f.Evidence), keyOf(f)) {
			t.Errorf("%s: evidence %s", line, f.Evidence)
		}
		got = append(got, line)
	}
	slices.Sort(got)
	want := []string{
		"first_order_order A3: the customer's first order, in the order of events; judged in the order of arrival: not the customer's first order",
		"first_order_order B2: not the customer's first order, in the order of events; judged in the order of arrival: the customer's first order",
		"five_day_order EARLY: 1 instances of a quota of 10, of which 0 are used before it in the order of events: returned whole; judged in the order of arrival: returned as any other",
		"five_day_order U10: 1 instances of a quota of 10, of which 10 are used before it in the order of events: returned as any other; judged in the order of arrival: returned whole",
	}
	if !slices.Equal(got, want) || run.OpenErrors > 0 {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	w.reconciled(ReconcileIncremental) // it stands for good, and asks for no look at everything
	if again := w.reconciled(ReconcileFull); again.Opened > 0 || again.Open != 4 {
		t.Errorf("seen again: %+v", again)
	}

	// An adjustment that refers to one closes it at the next run, which need not be of everything.
	for _, f := range w.open() {
		if keyOf(f) != "EARLY" {
			continue
		}
		wish := AdjustmentWish{FindingID: f.FindingID, Amount: ptr(dec("-3.00")), Actor: "test"}
		data, err := DraftAdjustment(t.Context(), w.pool, wish)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.pool.QueryRow(t.Context(), "select min(bill_id) from incentive_bill").Scan(&wish.BillID); err != nil {
			t.Fatal(err)
		}
		if ofBill, err := DraftAdjustment(t.Context(), w.pool, wish); err != nil || ofBill.Currency != "CNY" || ofBill.BillID != wish.BillID || ofBill.OrderID != "" {
			t.Errorf("the same of a bill: %+v, %v", ofBill, err) // which has the currency that the finding has not
		}
		at(20, 0)
		h.add("P1", "adjustment.posted/"+data.AdjustmentID, data.AdjustmentID, data)
	}
	w.process(w.deliver(h.take())...)
	if answered := w.reconciled(ReconcileIncremental); answered.Closed != 1 || answered.Open != 3 {
		t.Errorf("behind the adjustment: %+v", answered)
	}
	if after := w.reconciled(ReconcileFull); after.Opened > 0 || after.Open != 3 {
		t.Errorf("compared as a whole behind it: %+v", after)
	}
}

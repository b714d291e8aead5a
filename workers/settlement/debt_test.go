package settlement

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
)

func debt(t testing.TB, order, customer, paid, credit, refunded string) Debt {
	t.Helper()
	when := at(t, paid)
	return Debt{
		OrderID: order, CustomerID: customer, Cycle: calendar.CycleOf(when, when.Location()), PaidAt: when,
		Credit: dec(credit), Refunded: dec(refunded),
	}
}

func TestAllocateRepayments(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return at(t, "2026-04-01").AddDate(0, 0, d-1) }
	debts := []Debt{
		debt(t, "O2", "C1", "2026-03-08", "100", "0"), debt(t, "O1", "C1", "2026-03-08", "100", "40"),
		debt(t, "O3", "C2", "2026-02-01", "100", "0"),
	}
	for _, c := range []struct {
		name       string
		repayments []Repayment
		settled    []string
		surplus    []string
	}{
		{"oldest payment time, then order id", []Repayment{{ID: "R", At: day(1), Amount: dec("170")}}, []string{"10", "60", "100"}, []string{"0"}},
		{"the orders it lists", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O2"}, Amount: dec("70")}}, []string{"70", "0", "0"}, []string{"0"}},
		{"what is over goes to the other debts of that customer", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O2"}, Amount: dec("130")}}, []string{"100", "30", "0"}, []string{"0"}},
		{"and stays over when the customer owes nothing more", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O2"}, Amount: dec("200")}}, []string{"100", "60", "0"}, []string{"40"}},
		{"one customer's", []Repayment{{ID: "R", At: day(1), CustomerID: "C1", Amount: dec("70")}}, []string{"10", "60", "0"}, []string{"0"}},
		{"one cycle's, then the others'", []Repayment{{ID: "R", At: day(1), Cycle: "2026-03", Amount: dec("200")}}, []string{"100", "60", "40"}, []string{"0"}},
		{"those that list orders come first", []Repayment{
			{ID: "R1", At: day(1), Amount: dec("100")}, {ID: "R2", At: day(2), OrderIDs: []string{"O3"}, Amount: dec("100")},
		}, []string{"40", "60", "100"}, []string{"0", "0"}},
		{"by time, then id", []Repayment{
			{ID: "R1", At: day(2), CustomerID: "C2", Amount: dec("80")}, {ID: "R2", At: day(1), CustomerID: "C2", Amount: dec("80")},
		}, []string{"0", "0", "100"}, []string{"60", "0"}},
		{"F48, F51: a part is a part, refunds come first", []Repayment{{ID: "R", At: day(1), OrderIDs: []string{"O1"}, Amount: dec("59.99")}}, []string{"0", "59.99", "0"}, []string{"0"}},
	} {
		settled, surplus := AllocateRepayments(debts, c.repayments)
		for i, want := range c.settled {
			expect(t, c.name+": "+debts[i].OrderID, settled[i], want)
		}
		for i, want := range c.surplus {
			expect(t, c.name+": surplus", surplus[i], want)
		}
	}
}

func TestCycleDue(t *testing.T) {
	t.Parallel()
	debts := []Debt{
		debt(t, "O1", "C1", "2026-03-31 23:59", "100", "30"), debt(t, "O2", "C1", "2026-04-01 00:00", "100", "0"),
		debt(t, "O3", "C1", "2026-03-01", "50", "60"),
	}
	settled := decs("20", "100", "0")
	expect(t, "March", CycleDue(debts, settled, "2026-03"), "50")
	expect(t, "April", CycleDue(debts, settled, "2026-04"), "0")
	expect(t, "May", CycleDue(debts, settled, "2026-05"), "0")
	repayments := []Repayment{{ID: "R1", At: at(t, "2026-04-03"), OrderIDs: []string{"O1"}, Amount: dec("20")}, {ID: "R2", At: at(t, "2026-04-09"), OrderIDs: []string{"O2"}, Amount: dec("100")}}
	if last, found := LastPayment(debts, repayments, "2026-03"); !found || !last.Equal(at(t, "2026-04-03")) {
		t.Errorf("the last payment of March was %s (%v)", last, found)
	}
	early := append(repayments, Repayment{ID: "R3", At: at(t, "2026-04-01"), CustomerID: "C1", Amount: dec("50")})
	if last, _ := LastPayment(debts, early, "2026-03"); !last.Equal(at(t, "2026-04-03")) {
		t.Errorf("a payment of an earlier day that takes its turn later does not count as the last: %s", last)
	}
	if _, found := LastPayment(debts, repayments, "2026-05"); found {
		t.Error("nothing was paid for May")
	}
}

// Neither the order of debts nor that of repayments matters, no debt is settled beyond what it owes, and money is
// conserved.
func TestAllocationLaws(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-03-01")
	rapid.Check(t, func(t *rapid.T) {
		var debts []Debt
		var repayments []Repayment
		moment := func() time.Time { return start.AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "day")) }
		order := func() string { return fmt.Sprint("O", rapid.IntRange(0, 6).Draw(t, "order")) }
		for i := range rapid.IntRange(0, 7).Draw(t, "debts") {
			paid := moment()
			debts = append(debts, Debt{
				OrderID: fmt.Sprint("O", i), CustomerID: rapid.SampledFrom([]string{"C1", "C2"}).Draw(t, "customer"), PaidAt: paid,
				Cycle: calendar.CycleOf(paid, time.UTC), Credit: cents(0, 900).Draw(t, "credit"), Refunded: cents(0, 400).Draw(t, "refunded"),
			})
		}
		for i := range rapid.IntRange(0, 7).Draw(t, "repayments") {
			r := Repayment{ID: fmt.Sprint("R", i), At: moment(), Amount: cents(1, 900).Draw(t, "amount")}
			switch rapid.IntRange(0, 3).Draw(t, "aim") {
			case 1:
				r.OrderIDs = []string{order(), order()}
			case 2:
				r.CustomerID = "C1"
			case 3:
				r.Cycle = "2026-03"
			}
			repayments = append(repayments, r)
		}
		settled, surplus := AllocateRepayments(debts, repayments)
		paid := decimal.Zero
		for i, d := range debts {
			if settled[i].IsNegative() || settled[i].GreaterThan(d.Owing()) {
				t.Fatalf("settled %s of %s", settled[i], d.Owing())
			}
		}
		for i, r := range repayments {
			if surplus[i].IsNegative() {
				t.Fatalf("surplus %s", surplus[i])
			}
			paid = paid.Add(r.Amount)
		}
		if !sum(settled).Add(sum(surplus)).Equal(paid) {
			t.Fatalf("%s paid, %s settled, %s left", paid, sum(settled), sum(surplus))
		}
		again, other := rapid.Permutation(debts).Draw(t, "debt order"), rapid.Permutation(repayments).Draw(t, "repayment order")
		permuted, _ := AllocateRepayments(again, other)
		byOrder := map[string]decimal.Decimal{}
		for i, d := range again {
			byOrder[d.OrderID] = permuted[i]
		}
		for i, d := range debts {
			if !byOrder[d.OrderID].Equal(settled[i]) {
				t.Fatalf("%s is settled %s in one order and %s in another", d.OrderID, settled[i], byOrder[d.OrderID])
			}
		}
	})
}

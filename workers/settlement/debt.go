package settlement

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
)

// Debt is what one order was paid with on credit (credit and monthly settlement), and what of that was refunded.
// Cycle is the cycle of the payment. Debts that are taken together are in one currency.
type Debt struct {
	OrderID    string
	CustomerID string
	Cycle      calendar.Cycle
	PaidAt     time.Time
	Credit     decimal.Decimal
	Refunded   decimal.Decimal
	ForCoupon  bool // owed for flexi coupons on credit: its turn is after what is owed on credit
	OutsideDue bool // no part of its cycle's due: a referral order's, or owed for coupons
}

// Owing is what of the debt repayments have to settle: credit minus refunds, never negative.
func (d Debt) Owing() decimal.Decimal {
	return decimal.Max(d.Credit.Sub(d.Refunded), decimal.Zero)
}

// Repayment is money received for debts. It settles the orders it lists; one that lists none settles by payment time,
// within its customer and its cycle where they are given.
type Repayment struct {
	ID         string
	At         time.Time
	CustomerID string
	OrderIDs   []string
	Cycle      calendar.Cycle
	Amount     decimal.Decimal
	// RestOfDue settles, instead of an amount, what is still due of its cycle for orders paid until At.
	RestOfDue bool
}

// reaches tells whether the repayment was made for the debt.
func (r Repayment) reaches(d Debt) bool {
	switch {
	case r.RestOfDue:
		return d.Cycle == r.Cycle && !d.OutsideDue && !d.PaidAt.After(r.At)
	case len(r.OrderIDs) > 0:
		return slices.Contains(r.OrderIDs, d.OrderID)
	}
	return (r.CustomerID == "" || r.CustomerID == d.CustomerID) && (r.Cycle == "" || r.Cycle == d.Cycle)
}

// AllocateRepayments returns what each debt is repaid, in the order of debts, and what each repayment has left, in the
// order of repayments. Repayments that list orders settle these first, then the others settle what is open by the
// oldest payment time, then order id; repayments take their turn by time, then id. What a repayment has over goes to
// the other debts of the same customers, oldest first. It runs over the whole set after refunds, so neither the order of
// the arguments nor of arrival matters. (Settlement rules, section 4; pricing rules, section 7.)
func AllocateRepayments(debts []Debt, repayments []Repayment) (settled, surplus []decimal.Decimal) {
	allocation := allocate(debts, repayments)
	return allocation.settled, allocation.surplus
}

// LastPayment returns the time of the latest repayment that settled some of a cycle's debts, false if there is none.
// A cycle that is settled is released the day after it.
func LastPayment(debts []Debt, repayments []Repayment, cycle calendar.Cycle) (time.Time, bool) {
	allocation := allocate(debts, repayments)
	var last time.Time
	found := false
	for i, debt := range debts {
		at, paid := allocation.lastAt[i], allocation.settled[i].IsPositive()
		if paid && debt.Cycle == cycle && !debt.OutsideDue && (!found || at.After(last)) {
			last, found = at, true
		}
	}
	return last, found
}

type allocation struct {
	settled []decimal.Decimal // per debt
	lastAt  []time.Time       // per debt, of the latest repayment that settled some of it
	surplus []decimal.Decimal // per repayment
}

func allocate(debts []Debt, repayments []Repayment) allocation {
	a := allocation{
		settled: make([]decimal.Decimal, len(debts)),
		lastAt:  make([]time.Time, len(debts)),
		surplus: make([]decimal.Decimal, len(repayments)),
	}
	for i, r := range repayments {
		a.surplus[i] = r.Amount
	}
	oldest := sortedIndexes(len(debts), func(i, j int) int {
		return cmp.Or(compareBool(debts[j].ForCoupon, debts[i].ForCoupon), debts[i].PaidAt.Compare(debts[j].PaidAt), cmp.Compare(debts[i].OrderID, debts[j].OrderID))
	})
	turns := sortedIndexes(len(repayments), func(i, j int) int {
		return cmp.Or(
			compareBool(len(repayments[i].OrderIDs) > 0, len(repayments[j].OrderIDs) > 0),
			repayments[i].At.Compare(repayments[j].At),
			cmp.Compare(repayments[i].ID, repayments[j].ID))
	})
	for _, reach := range []func(Repayment, Debt) bool{Repayment.reaches, spillsTo(debts)} {
		for _, r := range turns {
			a.spend(debts, repayments[r], r, oldest, reach)
		}
	}
	return a
}

// spend lets what is left of one repayment settle the debts it reaches.
func (a *allocation) spend(debts []Debt, r Repayment, turn int, oldest []int, reach func(Repayment, Debt) bool) {
	for _, d := range oldest {
		left, owing := a.surplus[turn], debts[d].Owing().Sub(a.settled[d])
		switch {
		case r.RestOfDue:
			left = owing
		case !left.IsPositive():
			return
		}
		part := decimal.Min(left, owing)
		if !part.IsPositive() || !reach(r, debts[d]) {
			continue
		}
		a.settled[d] = a.settled[d].Add(part)
		if !r.RestOfDue {
			a.surplus[turn] = left.Sub(part)
		}
		if r.At.After(a.lastAt[d]) {
			a.lastAt[d] = r.At
		}
	}
}

// spillsTo tells which debts the surplus of a repayment may settle: those of its customer, of the customers whose
// orders it lists, or any where it names neither.
func spillsTo(debts []Debt) func(Repayment, Debt) bool {
	customer := make(map[string]string, len(debts))
	for _, d := range debts {
		customer[d.OrderID] = d.CustomerID
	}
	return func(r Repayment, d Debt) bool {
		if r.RestOfDue {
			return false
		}
		if r.CustomerID != "" || len(r.OrderIDs) == 0 {
			return r.CustomerID == "" || r.CustomerID == d.CustomerID
		}
		return slices.ContainsFunc(r.OrderIDs, func(id string) bool { return customer[id] == d.CustomerID && d.CustomerID != "" })
	}
}

// compareBool orders true before false.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func sortedIndexes(n int, compare func(i, j int) int) []int {
	indexes := make([]int, n)
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, compare)
	return indexes
}

// CycleDue returns what of a cycle is still unpaid: the owing of its debts minus what of them is repaid. The debts are
// those of resale orders; settled is in their order. A cycle is settled when it is zero.
func CycleDue(debts []Debt, settled []decimal.Decimal, cycle calendar.Cycle) decimal.Decimal {
	due := decimal.Zero
	for i, debt := range debts {
		if debt.Cycle == cycle {
			due = due.Add(debt.Owing()).Sub(settled[i])
		}
	}
	return due
}

// StatementDue returns a partner statement's bill amount, consumption + refunds + adjustments, and the amount due,
// which is zero where refunds exceed expenditure. Refunds are negative. (Settlement rules, sections 5 and 8.)
func StatementDue(consumption, refunds, adjustments decimal.Decimal) (bill, due decimal.Decimal) {
	bill = decimal.Sum(consumption, refunds, adjustments)
	return bill, decimal.Max(bill, decimal.Zero)
}

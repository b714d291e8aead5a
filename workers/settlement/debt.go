package settlement

import (
	"cmp"
	"iter"
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
	debts     []Debt
	turns     []int             // of debts: the oldest first, what is owed for coupons last
	orders    map[string][]int  // the places in turns of an order's debts
	customers map[string][]int  // the places in turns of a customer's debts
	owing     []decimal.Decimal // per debt, what is not settled yet
	settled   []decimal.Decimal // per debt
	lastAt    []time.Time       // per debt, of the latest repayment that settled some of it
	surplus   []decimal.Decimal // per repayment
}

func allocate(debts []Debt, repayments []Repayment) allocation {
	a := unpaid(debts)
	turns := sortedIndexes(len(repayments), func(i, j int) int {
		return cmp.Or(
			compareBool(len(repayments[i].OrderIDs) > 0, len(repayments[j].OrderIDs) > 0),
			repayments[i].At.Compare(repayments[j].At),
			cmp.Compare(repayments[i].ID, repayments[j].ID))
	})
	a.surplus = make([]decimal.Decimal, len(repayments))
	for i, r := range repayments {
		a.surplus[i] = r.Amount
	}
	for _, i := range turns {
		r := repayments[i]
		a.spend(r, i, a.reached(r), r.reaches)
	}
	for _, i := range turns {
		if r := repayments[i]; !r.RestOfDue {
			a.spend(r, i, a.spilledTo(r), func(Debt) bool { return true })
		}
	}
	return a
}

// unpaid is the allocation before any repayment took its turn.
func unpaid(debts []Debt) allocation {
	a := allocation{debts: debts, orders: map[string][]int{}, customers: map[string][]int{}, owing: make([]decimal.Decimal, len(debts)),
		settled: make([]decimal.Decimal, len(debts)), lastAt: make([]time.Time, len(debts))}
	a.turns = sortedIndexes(len(debts), func(i, j int) int {
		return cmp.Or(compareBool(debts[j].ForCoupon, debts[i].ForCoupon), debts[i].PaidAt.Compare(debts[j].PaidAt), cmp.Compare(debts[i].OrderID, debts[j].OrderID))
	})
	for place, d := range a.turns {
		debt := debts[d]
		a.owing[d] = debt.Owing()
		a.orders[debt.OrderID] = append(a.orders[debt.OrderID], place)
		a.customers[debt.CustomerID] = append(a.customers[debt.CustomerID], place)
	}
	return a
}

// reached yields the debts, in their turn, among which are all that a repayment was made for.
func (a *allocation) reached(r Repayment) iter.Seq[int] {
	switch {
	case !r.RestOfDue && len(r.OrderIDs) > 0:
		return a.at(a.orders, r.OrderIDs)
	case !r.RestOfDue && r.CustomerID != "":
		return a.at(a.customers, []string{r.CustomerID})
	}
	return slices.Values(a.turns)
}

// spilledTo yields the debts, in their turn, that the surplus of a repayment may settle: those of its customer, of the
// customers whose orders it lists, or all where it names neither.
func (a *allocation) spilledTo(r Repayment) iter.Seq[int] {
	switch {
	case r.CustomerID != "":
		return a.at(a.customers, []string{r.CustomerID})
	case len(r.OrderIDs) > 0:
		var customers []string
		for d := range a.at(a.orders, r.OrderIDs) {
			if id := a.debts[d].CustomerID; id != "" {
				customers = append(customers, id)
			}
		}
		return a.at(a.customers, customers)
	}
	return slices.Values(a.turns)
}

// at yields the debts of an index under some keys, in their turn and each once.
func (a *allocation) at(index map[string][]int, keys []string) iter.Seq[int] {
	var places []int
	for _, key := range keys {
		places = append(places, index[key]...)
	}
	slices.Sort(places)
	places = slices.Compact(places)
	return func(yield func(int) bool) {
		for _, place := range places {
			if !yield(a.turns[place]) {
				return
			}
		}
	}
}

// spend lets what is left of one repayment settle those debts that it reaches.
func (a *allocation) spend(r Repayment, turn int, debts iter.Seq[int], reaches func(Debt) bool) {
	if !r.RestOfDue && !a.surplus[turn].IsPositive() {
		return
	}
	for d := range debts {
		if !a.owing[d].IsPositive() || !reaches(a.debts[d]) {
			continue
		}
		part := a.owing[d]
		if !r.RestOfDue {
			part = decimal.Min(a.surplus[turn], part)
			a.surplus[turn] = a.surplus[turn].Sub(part)
		}
		a.settled[d], a.owing[d] = a.settled[d].Add(part), a.owing[d].Sub(part)
		if r.At.After(a.lastAt[d]) {
			a.lastAt[d] = r.At
		}
		if !r.RestOfDue && a.surplus[turn].IsZero() {
			return
		}
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

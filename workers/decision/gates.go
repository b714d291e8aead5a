package decision

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// applicable is what may be applied for now, and what stands against it.
func (d *decider) applicable(b *Bill) (amount decimal.Decimal, blockedBy []string) {
	gates := settlement.Gates{Authenticated: d.authenticated(d.Counters.DecisionNo), Overdue: d.anyOverdue()}
	if b.State.Confirmed() {
		if gates.MinPayment = d.minPayment(b.PolicyID); gates.MinPayment != nil {
			gates.IssuedPayable = d.issuedPayable(poolOf(b))
		}
	}
	return settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, gates)
}

// authenticated tells whether the partner's business information is, under a
// version of its reference data.
func (d *decider) authenticated(version int64) bool {
	enrolled := d.Reference.enrolment(version, d.in.Event.Time)
	return enrolled != nil && enrolled.BusinessInfoAuthenticated
}

// anyOverdue tells whether an overdue account keeps the partner from applying.
// Accounts overdue are not decided yet, so none does.
func (*decider) anyOverdue() bool { return false }

// minPayment is the least that may be applied for of a policy, in the version
// in force, nil if there is none.
func (d *decider) minPayment(policyID string) *decimal.Decimal {
	policy, known := d.common.policies.View(d.common.version).At(policyID, d.in.Event.Time)
	if !known {
		return nil
	}
	return policy.MinPayment
}

// A pool are the bills whose payable amounts reach a minimum together.
type pool struct {
	policyID, association string
	currency              money.Currency
}

func poolOf(b *Bill) pool { return pool{b.PolicyID, b.Association, b.Currency} }

func (p pool) compare(o pool) int {
	return cmp.Or(cmp.Compare(p.policyID, o.policyID), cmp.Compare(p.association, o.association), cmp.Compare(p.currency, o.currency))
}

// issuedPayable sums what is payable of a pool's issued bills, negatives
// included.
func (d *decider) issuedPayable(p pool) decimal.Decimal {
	d.need(ScopeBills, "")
	var sum decimal.Decimal
	for _, b := range d.Bills.All() {
		if poolOf(b) == p {
			sum = sum.Add(contributes(b))
		}
	}
	return sum
}

// contributes is what a bill brings into its pool.
func contributes(b *Bill) decimal.Decimal {
	if b == nil || b.State != settlement.BillIssued {
		return decimal.Decimal{}
	}
	return b.Amounts.Payable
}

// gate counts bills as changed whose applicable amount changed although nothing
// in them did: those of a pool that reached its minimum or fell below it, and
// all when the partner's business information became authenticated or ceased
// to be. What they are told with takes a version of its own.
func (d *decider) gate() error {
	if _, enrolled := d.in.Event.Data.(*events.PartnerEnrolled); enrolled &&
		d.authenticated(d.in.PartnerVersion) != d.authenticated(d.Counters.ReferenceNo) {
		d.need(ScopeBills, "")
		d.touchBills(func(*Bill) bool { return true })
	}
	changes := map[pool]decimal.Decimal{}
	for _, diff := range d.Bills.differences() {
		p := poolOf(cmp.Or(diff.after, diff.before))
		changes[p] = changes[p].Add(contributes(diff.after)).Sub(contributes(diff.before))
	}
	for _, p := range slices.SortedFunc(maps.Keys(changes), pool.compare) {
		least := d.minPayment(p.policyID)
		if least == nil || changes[p].IsZero() {
			continue
		}
		now := d.issuedPayable(p)
		if now.LessThan(*least) != now.Sub(changes[p]).LessThan(*least) {
			d.touchBills(func(b *Bill) bool { return poolOf(b) == p })
		}
	}
	return nil
}

// touchBills counts the issued bills with something payable as changed.
func (d *decider) touchBills(of func(*Bill) bool) {
	for _, b := range d.Bills.All() {
		if contributes(b).IsPositive() && of(b) {
			same := *b
			d.Bills.Put(b.ID, &same)
		}
	}
}

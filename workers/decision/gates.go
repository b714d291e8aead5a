package decision

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// applicable is what may be applied for now, and what stands against it.
func (d *decider) applicable(b *Bill) (amount decimal.Decimal, blockedBy []string) {
	return d.applicableAt(d.common, b, d.Counters.DecisionNo, d.in.Event.Time)
}

func (p *Partner) applicableAt(common *Reference, b *Bill, version int64, at time.Time) (amount decimal.Decimal, blockedBy []string) {
	gates := settlement.Gates{Authenticated: p.authenticated(version, at), Overdue: p.Counters.Overdue > 0}
	if b.State.Confirmed() {
		if gates.MinPayment = common.minPayment(b.PolicyID, at); gates.MinPayment != nil {
			gates.IssuedPayable = p.issuedPayable(poolOf(b))
		}
	}
	return settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, gates)
}

// authenticated tells whether the partner's business information is at a time,
// under a version of its reference data.
func (p *Partner) authenticated(version int64, at time.Time) bool {
	enrolled := p.Reference.enrolment(version, at)
	return enrolled != nil && enrolled.BusinessInfoAuthenticated
}

// minPayment is the least that may be applied for of a policy, in the version
// in force at a time, nil if there is none.
func (r *Reference) minPayment(policyID string, at time.Time) *decimal.Decimal {
	policy, known := r.policies.View(r.version).At(policyID, at)
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
func (p *Partner) issuedPayable(of pool) decimal.Decimal {
	p.need(ScopeBills, "")
	var sum decimal.Decimal
	for _, b := range p.Bills.All() {
		if poolOf(b) == of {
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
	at := d.in.Event.Time
	if _, enrolled := d.in.Event.Data.(*events.PartnerEnrolled); enrolled &&
		d.authenticated(d.in.PartnerVersion, at) != d.authenticated(d.Counters.ReferenceNo, at) {
		d.need(ScopeBills, "")
		d.touchBills(func(*Bill) bool { return true })
	}
	changes := map[pool]decimal.Decimal{}
	for _, diff := range d.Bills.differences() {
		p := poolOf(cmp.Or(diff.after, diff.before))
		changes[p] = changes[p].Add(contributes(diff.after)).Sub(contributes(diff.before))
	}
	for _, p := range slices.SortedFunc(maps.Keys(changes), pool.compare) {
		least := d.common.minPayment(p.policyID, at)
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

// Applicable returns what of a bill could be applied for at a time, by all that
// is known, and what stands against it: what a request is judged by, for those
// who ask before. ErrNeeds means that rows are not loaded.
func (p *Partner) Applicable(common *Reference, bill *Bill, at time.Time) (amount decimal.Decimal, blockedBy []string, err error) {
	var none []events.Out
	defer needs(&none, &err)
	amount, blockedBy = p.applicableAt(common, bill, max(p.Counters.DecisionNo, p.Reference.Version()), at)
	return amount, blockedBy, nil
}

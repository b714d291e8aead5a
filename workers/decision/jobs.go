package decision

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// Jobs that are decided for a partner (Settlement rules, section 8).
const (
	JobCloseCycle   = "close_cycle"
	JobReleaseHolds = "release_holds"
	JobAutoConfirm  = "auto_confirm"
	JobStatement    = "statement"
	JobAutoRenew    = "auto_renew"
	JobSettleUsage  = "settle_usage"
	JobReconcile    = "reconcile"

	JobExpire             = "expire"
	JobAutoRequest        = "auto_request"
	JobOpportunityWindows = "opportunity_windows"
)

// actorRules is who acts where a state follows from facts; a job acts under
// its own name.
const actorRules = "accruald"

var (
	noTime   time.Time
	noAmount decimal.Decimal
)

// job runs one scheduled job for the partner.
func (d *decider) job(data *events.ScheduleApplied) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	if data.Site != profile.Site {
		return &events.Rejection{Code: CodeJobForeignSite, Pointer: "/data/site", Message: fmt.Sprintf(
			"job %q of site %q does not concern partner %q of site %q; run it for that site", data.Job, data.Site, d.ID, profile.Site)}
	}
	switch data.Job {
	case JobCloseCycle:
		return d.closeCycle(profile, data.ScheduledFor)
	case JobReleaseHolds:
		return d.releaseHolds(profile, data.ScheduledFor)
	case JobAutoConfirm:
		return d.autoConfirm(profile, data.ScheduledFor)
	case JobStatement:
		return d.issueStatements(profile, data.ScheduledFor)
	case JobAutoRenew:
		return d.autoRenew(profile, data.ScheduledFor)
	case JobExpire:
		if err := d.expireBills(profile, data.ScheduledFor); err != nil {
			return err
		}
		return d.expireCoupons(profile, data.ScheduledFor)
	case JobSettleUsage:
		d.settleUntil(data.ScheduledFor)
		return nil
	case JobAutoRequest:
		return d.autoRequest(profile, data.ScheduledFor)
	case JobOpportunityWindows:
		return d.opportunityWindows(profile, data.ScheduledFor)
	case JobReconcile: // compares what is stored and decides nothing; over the database it is sent to nobody
		return nil
	default:
		return &events.Rejection{Code: CodeNotSupported, Pointer: "/data/job", Message: fmt.Sprintf(
			"job %q is part of the contract but this version does not run it yet; after an upgrade have it run with accruald rejections retry", data.Job)}
	}
}

// closeCycle calculates the bills of every period that has ended finally, and
// freezes the cycle while an expenditure of it is unpaid.
func (d *decider) closeCycle(profile *site.Profile, at time.Time) error {
	cycle := calendar.CycleOf(at, profile.Zone()).Prev()
	d.need(ScopeBills, "")
	d.need(ScopeHolds, "")
	d.need(ScopeBook, "")
	d.Counters.ClosedCycle = max(d.Counters.ClosedCycle, cycle)
	d.closing = map[string]bool{}
	var closing []*Bill
	for _, bill := range d.Bills.All() {
		if bill.State.Open() && bill.Cycle <= cycle {
			d.closing[bill.ID] = true
			closing = append(closing, bill)
		}
	}
	d.need(ScopeBillDetails, sortedKeys(d.closing)...)
	d.inCapOrder(closing)
	for _, bill := range closing {
		if err := d.final(bill); err != nil {
			return err
		}
		closed := *bill
		var err error
		if closed.Deadline, err = profile.ConfirmationDeadline(bill.Cycle); err != nil {
			return err
		}
		if err := d.moveBill(&closed, settlement.BillPeriodClosed, JobCloseCycle, ""); err != nil {
			return err
		}
	}
	for _, c := range d.unpaidCurrencies(cycle) {
		id := holdID(d.ID, incentive.HoldCycleUnpaid, string(cycle)+" "+string(c))
		d.need(ScopeHold, id) // one that was released does not open again
		if d.Holds.Get(id) == nil {
			d.Holds.Put(id, &Hold{ID: id, Reason: incentive.HoldCycleUnpaid, Cycle: cycle, Currency: c, Open: true})
		}
	}
	return nil
}

// unpaidCurrencies lists the currencies in which resale orders of the cycle
// are not paid yet.
func (d *decider) unpaidCurrencies(cycle calendar.Cycle) []money.Currency {
	var out []money.Currency
	for _, debt := range d.Debts.All() {
		if debt.Cycle == cycle && debt.Association == incentive.AssociationResale && debt.outstanding().IsPositive() &&
			!slices.Contains(out, debt.Currency) {
			out = append(out, debt.Currency)
		}
	}
	slices.Sort(out)
	return out
}

// releaseHolds closes every cycle_unpaid hold whose cycle is paid, the day
// after the last payment.
func (d *decider) releaseHolds(profile *site.Profile, at time.Time) error {
	d.need(ScopeHolds, "")
	d.need(ScopeBook, "")
	for _, hold := range d.Holds.All() {
		if hold.Reason != incentive.HoldCycleUnpaid || !hold.Open || slices.Contains(d.unpaidCurrencies(hold.Cycle), hold.Currency) {
			continue
		}
		if last, found := d.lastPayment(hold); found && !settlement.DayPassed(last, at, profile.Zone()) {
			continue
		}
		released := *hold
		released.Open = false
		d.Holds.Put(hold.ID, &released)
	}
	return nil
}

func (d *decider) lastPayment(hold *Hold) (time.Time, bool) {
	b := d.book(hold.Currency)
	return settlement.LastPayment(b.debts, b.repayments, hold.Cycle)
}

// autoConfirm confirms every bill whose deadline was before the day of the run.
func (d *decider) autoConfirm(profile *site.Profile, at time.Time) error {
	d.need(ScopeBills, "")
	for _, bill := range d.Bills.All() {
		if bill.State != settlement.BillPendingConfirmation || !settlement.DayPassed(bill.Deadline, at, profile.Zone()) {
			continue
		}
		confirmed := *bill
		if err := d.moveBill(&confirmed, settlement.BillDeadlinePassed, JobAutoConfirm, ""); err != nil {
			return err
		}
	}
	return nil
}

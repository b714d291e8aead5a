package pricing

import (
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// AutoRenewal is how a resource renews by itself, as it was configured last.
type AutoRenewal struct {
	On           bool
	Times        int              // how often, 0 without end
	Done         int              // how often since it was configured
	Period       *calendar.Period // nil: the period originally bought
	DeductionDay int              // days before the expiry date of the first attempt, 0 for the site's
	UnifiedDay   int              // 0 for none
}

// RenewalSetting is what a setting names; the zero value of a member is not given.
type RenewalSetting struct {
	On                              bool
	Period                          *calendar.Period
	Times, DeductionDay, UnifiedDay int
}

// Configure returns a copy of a primary resource that renews by itself as the setting says, counted from now. A setting
// replaces the one before; switching off is allowed at any time while the resource is there (Pricing rules, section 6).
// Refusals: not_primary, resource_unsubscribed, pay_per_use_resource, resource_converting, not_renewable,
// renewal_months_out_of_range, renewal_years_out_of_range, renewal_unit_invalid, invalid_unified_day, invalid_deduction_day.
func Configure(p *site.Profile, r *Resource, in RenewalSetting, at time.Time) (*Resource, error) {
	switch {
	case r.State == StateUnsubscribed:
		return nil, unsubscribed(r)
	case r.ParentID != "":
		return nil, refuse(CodeNotPrimary, "", "resource %q is attached to %q: configure %q, it goes with it", r.ID, r.ParentID, r.ParentID)
	}
	configured := *r
	configured.AutoRenewal = nil
	if !in.On {
		return &configured, nil
	}
	switch {
	case r.PayPerUse(at):
		return nil, refuse(CodePayPerUseResource, "", "resource %q is billed pay-per-use: it has no term to renew", r.ID)
	case r.ToPayPerUse != "":
		return nil, converting(r)
	case r.Term.Type == calendar.OneOff:
		return nil, refuse(CodeNotRenewable, "", "resource %q was bought once and for all: it has no term to renew", r.ID)
	}
	configured.AutoRenewal = &AutoRenewal{On: true, Times: in.Times, Period: in.Period, DeductionDay: in.DeductionDay, UnifiedDay: in.UnifiedDay}
	ask := configured.nextRenewal(at)
	if err := ask.check(); err != nil {
		return nil, err
	}
	if _, err := p.FirstRenewalAttempt(r.Expiry, in.DeductionDay); err != nil {
		return nil, refuseAt(err, "/deduction_day", "")
	}
	return &configured, nil
}

// AutoRenews reports whether the resource is to renew by itself: its expiry is the next occasion. A conversion to
// pay-per-use comes before (Pricing rules, section 6).
func (r *Resource) AutoRenews() bool {
	a := r.AutoRenewal
	return a != nil && a.On && (a.Times == 0 || a.Done < a.Times) &&
		r.State == StateActive && r.ParentID == "" && r.ToPayPerUse == "" && len(r.Intervals) > 0
}

// RenewalDue reports whether an automatic renewal is to be tried at a time: from the first attempt, days before the
// expiry, to the last day that the resource is kept.
func (r *Resource) RenewalDue(p *site.Profile, at time.Time) (bool, error) {
	if !r.AutoRenews() || at.After(p.KeptUntil(r.Expiry)) {
		return false, nil
	}
	first, err := p.FirstRenewalAttempt(r.Expiry, r.AutoRenewal.DeductionDay)
	return err == nil && !at.Before(first), err
}

// NextRenewal is the automatic renewal for the present expiry: for the period configured, else the one originally
// bought; manual renewals do not change it.
func (r *Resource) NextRenewal() (period calendar.Period, unifiedDay int) {
	a := r.AutoRenewal
	switch {
	case a == nil:
		return r.Term, 0
	case a.Period == nil:
		return r.Term, a.UnifiedDay
	}
	return *a.Period, a.UnifiedDay
}

func (r *Resource) nextRenewal(at time.Time) *Renewal {
	period, unifiedDay := r.NextRenewal()
	ask := &Renewal{CustomerID: r.CustomerID, At: at, ResourceIDs: []string{r.ID}, Period: period}
	if unifiedDay != 0 {
		ask.UnifiedDay = &unifiedDay
	}
	return ask
}

// RenewedItself returns a copy that counts one more automatic renewal.
func (r *Resource) RenewedItself() *Resource {
	if r.AutoRenewal == nil {
		return r
	}
	counted, renewal := *r, *r.AutoRenewal
	renewal.Done++
	counted.AutoRenewal = &renewal
	return &counted
}

// LastPaidBy returns the order that paid the present expiry.
func (r *Resource) LastPaidBy() string {
	for i := len(r.Intervals) - 1; i >= 0; i-- {
		if !r.Intervals[i].Returned {
			return r.Intervals[i].OrderID
		}
	}
	return ""
}

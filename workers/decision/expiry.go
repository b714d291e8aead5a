package decision

import (
	"cmp"
	"slices"
	"time"

	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// Leaving, and what is left.
//
// Bills of a partner that left expire the day after their validity; enrolled
// again in time it has left nothing. From then on what a hold releases, or a
// cancelled request gives back, expires at once, without making up for
// negatives: that is done by the run alone. What was released into expired is
// frozen again when the hold is, so that facts after the run may come in any
// order.

// expireBills expires what is left of the issued bills of a partner that left
// the programme, the day after the last day of their validity. A bill that is
// issued later expires with the next run; a partner that was enrolled again in
// time has lost nothing, and what has expired does not come back.
func (d *decider) expireBills(profile *site.Profile, at time.Time) error {
	left := d.Reference.leftAt(d.Counters.DecisionNo, at)
	if left == nil {
		return nil
	}
	last, err := settlement.ValidUntil(profile, *left)
	if err != nil || !settlement.DayPassed(last, at, profile.Zone()) {
		return err
	}
	d.need(ScopeBills, "")
	bills := slices.DeleteFunc(d.Bills.All(), func(b *Bill) bool { return b.State != settlement.BillIssued || !b.Amounts.Expires() })
	slices.SortStableFunc(bills, func(a, b *Bill) int { return cmp.Compare(a.Cycle, b.Cycle) })
	for _, b := range bills {
		if err := d.expireBill(b); err != nil {
			return err
		}
	}
	return nil
}

// expireBill makes up for outstanding negative bills of the same association
// and currency out of what is payable, and expires the rest. What is frozen or
// requested expires when it comes back (Settlement rules, sections 3 and 5).
func (d *decider) expireBill(b *Bill) error {
	expiring := settlement.RequestBill{ID: b.ID, Cycle: b.Cycle, Payable: b.Amounts.Payable}
	var negatives []settlement.RequestBill
	for _, other := range d.Bills.All() {
		if other.State.Confirmed() && other.Association == b.Association && other.Currency == b.Currency && other.Amounts.Payable.IsNegative() {
			negatives = append(negatives, settlement.RequestBill{ID: other.ID, Cycle: other.Cycle, Payable: other.Amounts.Payable})
		}
	}
	for _, line := range settlement.OffsetOnExpiry(expiring, negatives).Lines {
		netted := *d.Bills.Get(line.BillID)
		netted.Amounts = netted.Amounts.Net(line.Offset)
		netted.bound()
		d.Bills.Put(netted.ID, &netted)
	}
	expired := *d.Bills.Get(b.ID)
	expired.Amounts = expired.Amounts.Expire()
	expired.bound()
	return d.moveBill(&expired, settlement.BillExpire, JobExpire, "")
}

package decision

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// Automatic renewals.
//
// The job auto_renew is a cut-off, but what it orders has to outlive the next
// fold of the chain. So the job does not write rows: it makes an order.renewed
// and an order.paid (source SourceAutoRenew, time of the run, order id of
// resource and old expiry), and receives them behind itself like any other
// input: numbered, kept, folded with their chain in key order, refused by the
// same rules. Issued tells the shell of them, so that the inbox knows them, and
// a replay of the record, which has the run and what it made, meets the second
// as a duplicate. What a rule refuses is found out before anything is ordered,
// on the rows as they stand: it leaves only a RenewalAttempt, which is no part
// of the digest, and the next run tries again. A late fact may still take a
// renewal back, which is told as a rejection, and the next run orders it anew
// under the same order id. A setting that comes late does not.

// SourceAutoRenew is who speaks in the renewals that the job auto_renew orders
// and pays. They are inputs like any other: numbered, kept, and folded with
// the rest of their chain.
const SourceAutoRenew = "/accruald/auto_renew"

// RenewalsDueMax is how many resources one run tries to renew, those first that
// were not tried before, then those tried longest ago; the next run goes on.
const RenewalsDueMax = 2_000

// renewalDaysSlack widens the days looked at, so that no zone's date is missed.
const renewalDaysSlack = 2

// A RenewalAttempt is the last automatic renewal of a resource that failed, and
// why; it goes when one succeeds. It is what the job saw, not what facts come
// to: it stays when the chain is folded again.
type RenewalAttempt struct {
	ResourceID, CustomerID string
	Expiry                 time.Time // that it was for
	At                     time.Time
	Code, Message          string
	Attempts               int // failed ones for that expiry
}

// A renewal is one that the job is about to order, and pay.
type renewal struct {
	resource *Resource
	orderID  string
	placed   *events.Event
	paid     *events.Event  // made once the price is known
	coupon   pricing.Tender // that pays first, if any does
}

// autoRenew orders and pays the renewal of every resource that is due. What a
// rule refuses leaves nothing but the note of the attempt, and is tried again
// by the next run (Pricing rules, section 6; Settlement rules, section 8).
func (d *decider) autoRenew(profile *site.Profile, at time.Time) error {
	d.need(ScopeRenewals, renewalsScope(profile, at).ID)
	due, err := d.renewalsDue(profile, at)
	if err != nil {
		return err
	}
	d.needRenewals(due)
	coupons, err := d.renewalCoupons(due, at)
	if err != nil {
		return err
	}
	for _, r := range due {
		failure := d.tryRenewal(r, coupons)
		if failure == nil {
			failure = coupons.spend(r)
		}
		if failure == nil {
			d.issued = append(d.issued, r.placed, r.paid)
			d.Attempts.Put(r.resource.ID, nil)
			continue
		}
		attempt := RenewalAttempt{ResourceID: r.resource.ID, CustomerID: r.resource.CustomerID, Expiry: r.resource.Expiry, At: at, Attempts: 1,
			Code: failure.Code, Message: failure.Message}
		if before := d.Attempts.Get(r.resource.ID); before != nil && before.Expiry.Equal(attempt.Expiry) {
			attempt.Attempts += before.Attempts
		}
		d.Attempts.Put(r.resource.ID, &attempt)
	}
	return nil
}

// renewalsDue lists what is due at a time and was not ordered by a run for
// that time before.
func (d *decider) renewalsDue(profile *site.Profile, at time.Time) ([]*renewal, error) {
	var due []*Resource
	from, to := renewalDays(profile, at)
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		for _, r := range d.Resources.By(resourcesByRenewal, day.Format(time.DateOnly)) {
			associated := d.Reference.customer(d.Counters.DecisionNo, r.CustomerID, at) != nil // a customer that left renews elsewhere
			if now, err := r.RenewalDue(profile, at); err == nil && now && associated {
				due = append(due, r)
			}
		}
	}
	tried := func(r *Resource) time.Time {
		if a := d.Attempts.Get(r.ID); a != nil {
			return a.At
		}
		return noTime
	}
	slices.SortFunc(due, func(a, b *Resource) int {
		return cmp.Or(tried(a).Compare(tried(b)), a.Expiry.Compare(b.Expiry), cmp.Compare(a.ID, b.ID))
	})
	due = due[:min(len(due), RenewalsDueMax)]
	out := make([]*renewal, len(due))
	for i, r := range due {
		out[i] = &renewal{resource: r, orderID: renewalOrderID(d.ID, r)}
		var err error
		if out[i].placed, err = d.placedRenewal(out[i], at); err != nil {
			return nil, err
		}
	}
	// In key order, so that those of one chain need not fold it again.
	slices.SortFunc(out, func(a, b *renewal) int { return cmp.Compare(a.orderID, b.orderID) })
	return out, nil
}

// renewalOrderID is the order of the automatic renewal of a resource for its
// present expiry.
func renewalOrderID(partnerID string, r *Resource) string {
	return events.DeriveID("auto_renew", partnerID, r.ID, r.Expiry.UTC().Format(time.RFC3339))
}

func (d *decider) placedRenewal(r *renewal, at time.Time) (*events.Event, error) {
	period, unifiedDay := r.resource.NextRenewal()
	return d.own(r, "1-renewed", at, &events.OrderRenewed{OrderID: r.orderID, PartnerID: d.ID, CustomerID: r.resource.CustomerID, AutoPay: true,
		ResourceIDs: []string{r.resource.ID}, PeriodType: int(period.Type), PeriodNum: period.Num, UnifiedDay: unifiedDay, Automatic: true})
}

// own makes an event of the renewal. Its id names the run, so that another
// run may try again; the step's number keeps the payment behind the placement
// in key order.
func (d *decider) own(r *renewal, step string, at time.Time, data events.Data) (*events.Event, error) {
	return events.New(events.Envelope{ID: "auto_renew/" + at.UTC().Format(time.RFC3339) + "/" + r.orderID + "/" + step, Source: SourceAutoRenew,
		Subject: r.orderID, PartitionKey: d.ID, Time: at}, data)
}

// needRenewals asks at once for all that ordering and paying the renewals will
// look at: asked for one by one it would take a round of loading each.
func (d *decider) needRenewals(due []*renewal) {
	var chains, waiting, inputs, chainInputs []string
	for _, r := range due {
		chains = append(chains, orderKey(r.orderID), resourceKey(r.resource.ID))
		waiting = append(waiting, orderKey(r.orderID))
		inputs = append(inputs, InputID(r.placed.Source, r.placed.ID))
	}
	d.need(ScopeChain, chains...)
	for _, r := range due {
		if chain := d.chain(resourceKey(r.resource.ID)); chain != nil && chain.Last.Compare(r.placed.Key()) > 0 {
			chainInputs = append(chainInputs, chain.Keys...)
		}
	}
	if len(due) == 0 {
		return
	}
	scopes := d.billsAt(d.common, due[0].placed.Time)
	for kind, ids := range map[ScopeKind][]string{ScopeInputs: chainInputs, ScopeWaiting: waiting, ScopeInput: inputs} {
		for _, id := range ids {
			scopes = append(scopes, Scope{kind, id})
		}
	}
	d.needAll(scopes...)
}

// tryRenewal applies a renewal and its payment to the rows as they stand, and
// takes that back: what is refused here is not ordered at all. It makes the
// event of the payment.
func (d *decider) tryRenewal(r *renewal, coupons cashCoupons) *events.Rejection {
	if d.Inputs.Get(InputID(r.placed.Source, r.placed.ID)) != nil {
		return &events.Rejection{Code: CodeAlreadyRenewed, Message: fmt.Sprintf(
			"the renewal of resource %q was ordered by a run for this time before, and refused since; the next run tries again", r.resource.ID)}
	}
	if d.isOverdue(r.resource.CustomerID) {
		return &events.Rejection{Code: CodeAccountOverdue, Message: fmt.Sprintf(
			"customer %q is overdue; resource %q renews by itself once that is cleared", r.resource.CustomerID, r.resource.ID)}
	}
	mark := d.journal.mark()
	defer d.journal.rollback(mark)
	err := d.tryFact(r.placed)
	if err == nil {
		err = d.payRenewal(r, coupons)
	}
	if err == nil {
		err = d.tryFact(r.paid)
	}
	if err != nil {
		return rejection(err)
	}
	return nil
}

func (d *decider) tryFact(ev *events.Event) error {
	in := *d.in
	in.Event, in.FiveDay = ev, nil
	return d.guarded(func() error { return d.applyFact(&in) })
}

// automatic refuses an automatic renewal of what was renewed for the same
// expiry: one of ours once the expiry it was ordered for is past, one of
// another source while the resource lives on a renewal of ours and the days in
// which the next one falls have not come.
func (f *fact) automatic(order *Order, named []*Resource) error {
	for i, r := range named {
		refuse := func(by string) error {
			return &events.Rejection{Code: CodeAlreadyRenewed, Pointer: fmt.Sprintf("/data/resource_ids/%d", i), Message: fmt.Sprintf(
				"resource %q was renewed until %s by order %q; it renews by itself again before that", r.ID, r.Expiry.Format(time.RFC3339), by)}
		}
		last := r.LastPaidBy()
		if f.in.Event.Source == SourceAutoRenew {
			if order.ID != renewalOrderID(f.ID, r) {
				return refuse(last)
			}
			continue
		}
		first := calendar.AtHour(r.Expiry, -f.site.RenewalAttempt.DaysBeforeMax, 0, f.site.Zone())
		if by := f.Orders.Get(last); by != nil && by.Kind == pricing.KindRenew && by.Event.Source == SourceAutoRenew && f.at.Before(first) {
			return refuse(last)
		}
	}
	return nil
}

// ownPayment refuses a payment of ours for an order that another run placed:
// the one it was for was refused.
func (f *fact) ownPayment(order *Order) error {
	if f.in.Event.Source != SourceAutoRenew || order.PlacedAt.Equal(f.at) {
		return nil
	}
	return &events.Rejection{Code: CodeAlreadyRenewed, Pointer: "/data/order_id", Message: fmt.Sprintf(
		"the renewal that this pays for was refused; order %q was placed by another run, which pays for it", order.ID)}
}

// renewalDays are the days between which an expiry lies that may be due.
func renewalDays(profile *site.Profile, at time.Time) (from, to time.Time) {
	day := at.UTC().Truncate(hoursPerDay * time.Hour)
	return day.AddDate(0, 0, -profile.GraceDays-profile.RetentionDays-renewalDaysSlack),
		day.AddDate(0, 0, profile.RenewalAttempt.DaysBeforeMax+renewalDaysSlack)
}

const hoursPerDay = 24

// renewalsScope are the resources that renew by themselves and expire in those
// days, with their attempts; both days belong to it.
func renewalsScope(profile *site.Profile, at time.Time) Scope {
	from, to := renewalDays(profile, at)
	return Scope{ScopeRenewals, from.Format(time.DateOnly) + "/" + to.Format(time.DateOnly)}
}

// RenewalDay is the day, in UTC, on which a resource that renews by itself
// expires, "" for any other.
func RenewalDay(r *Resource) string {
	if !r.AutoRenews() {
		return ""
	}
	return r.Expiry.UTC().Format(time.DateOnly)
}

// receiveOwn puts an event that a decision led to into the inbox, behind it,
// and decides it.
func (d *decider) receiveOwn(ev *events.Event) {
	d.Counters.InputNo++
	in := &Input{No: d.Counters.InputNo, Event: ev, ArrivedAt: d.now, ReceivedVersion: d.common.version}
	d.attempt(in)
	d.Issued = append(d.Issued, in)
}

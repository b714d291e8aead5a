package decision

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// A Standing is what a price inquiry is answered with: the latest reference
// data, and the reseller that the customer belongs to.
type Standing struct {
	Book              pricing.Book
	IndirectPartnerID string
}

// Standing returns what an order that the customer placed at a time, and that
// came next, would be priced with; no customer is for prices at list. Refusals:
// unknown_partner, customer_not_of_partner.
func (p *Partner) Standing(common *Reference, customerID string, at time.Time) (*Standing, error) {
	version := p.Reference.Version()
	enrolled := p.Reference.enrolment(version, at)
	if enrolled == nil {
		return nil, &pricing.Refusal{Code: CodeUnknownPartner, Message: fmt.Sprintf(
			"partner %q is not enrolled at %s; publish partner.enrolled.v1 for that time", p.ID, at.Format(time.RFC3339))}
	}
	profile, err := common.Sites.Get(enrolled.Site)
	if err != nil {
		return nil, fmt.Errorf("price for partner %q: %w", p.ID, err)
	}
	s := &Standing{Book: pricing.Book{Prices: common.catalogue.View(common.Version()), Discounts: p.Reference.discountsFor(version), Site: profile}}
	if customerID == "" {
		return s, nil
	}
	customer := p.Reference.customer(version, customerID, at)
	if customer == nil {
		return nil, &pricing.Refusal{Code: pricing.CodeCustomerNotOfPartner, Message: fmt.Sprintf(
			"customer %q is not associated with partner %q at %s", customerID, p.ID, at.Format(time.RFC3339))}
	}
	s.IndirectPartnerID = customer.IndirectPartnerID
	return s, nil
}

// Family returns every resource of the chains of the named ones, which is all
// that may be attached or related to them; what nobody paid for is not there.
func (p *Partner) Family(ids ...string) []*Resource {
	var out []*Resource
	seen := map[string]bool{}
	for _, id := range ids {
		chain := p.chainOf(resourceKey(id))
		if r := p.Resources.Get(id); chain == nil && r != nil {
			out = append(out, r) // only its usage is known
		}
		if chain == nil || seen[chain.ID] {
			continue
		}
		seen[chain.ID] = true
		for _, k := range chain.Keys {
			if id, ok := cutKey(k, "r/"); ok {
				if r := p.Resources.Get(id); r != nil {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// LastFact returns the key of the last fact in the chain of a resource, the
// zero key for one that nobody ordered.
func (p *Partner) LastFact(resourceID string) events.Key {
	if chain := p.chainOf(resourceKey(resourceID)); chain != nil {
		return chain.Last
	}
	return events.Key{}
}

func (p *Partner) chainOf(key string) *Chain {
	p.need(ScopeChain, key)
	of := p.ChainOf.Get(key)
	if of == nil {
		return nil
	}
	return p.Chains.Get(of.ChainID)
}

// ScopesOfInquiry are what Family, LastFact and FiveDayQuota look at.
func ScopesOfInquiry(customerID string, profile *site.Profile, at time.Time, resourceIDs []string) []Scope {
	allowance := Scope{ScopeAllowance, allowanceKey(pricing.Unsubscription{CustomerID: customerID, At: at}, profile)}
	return append(ScopesOfResources(resourceIDs), allowance)
}

// ScopesOfResources are what Family and LastFact look at.
func ScopesOfResources(ids []string) []Scope {
	scopes := make([]Scope, 0, len(ids))
	for _, id := range ids {
		scopes = append(scopes, Scope{ScopeChain, resourceKey(id)})
	}
	return scopes
}

// ScopeOfOrder is the chain of an order.
func ScopeOfOrder(orderID string) Scope { return Scope{ScopeChain, orderKey(orderID)} }

// ValidReturns keeps of a refund what goes back to coupons that are still
// valid, as the order would.
func (p *Partner) ValidReturns(refund *pricing.Refund) (*pricing.Refund, error) {
	return p.Reference.validReturns(p.Reference.Version(), refund)
}

// FiveDayQuota tells of a return of members of the family whether the
// customer's quota of the five-day rule has room for it.
func (p *Partner) FiveDayQuota(profile *site.Profile, family []*Resource) func(pricing.Unsubscription) bool {
	return func(in pricing.Unsubscription) bool {
		_, admitted := p.fiveDay(profile, in, family)
		return admitted
	}
}

// fiveDay judges a return by the five-day rule, and says what of the quota is
// used with it.
func (p *Partner) fiveDay(profile *site.Profile, in pricing.Unsubscription, family []*Resource) (*Allowance, bool) {
	n := pricing.FiveDayInstances(profile, in, family)
	if n == 0 || !profile.FiveDayRule.Enabled {
		return nil, false
	}
	key := allowanceKey(in, profile)
	p.need(ScopeAllowance, key)
	used := n
	if a := p.Allowances.Get(key); a != nil {
		used += a.Used
	}
	return &Allowance{Used: used}, used <= profile.FiveDayRule.InstancesMax
}

// allowanceKey is a customer's calendar year.
func allowanceKey(in pricing.Unsubscription, profile *site.Profile) string {
	return in.CustomerID + "/" + strconv.Itoa(in.At.In(profile.Zone()).Year())
}

// DetailsOf returns the incentive details of an order, by id.
func (p *Partner) DetailsOf(orderID string) []*Detail { return p.Details.By(detailsByOrder, orderID) }

// Currency is what the amounts of an order are in.
func (o *Order) Currency() money.Currency { return currencyOf(o) }

// StatementOf returns the statement of a cycle and currency, nil where none was
// issued.
func (p *Partner) StatementOf(cycle calendar.Cycle, c money.Currency) *Statement {
	return p.Statements.Get(statementKey(cycle, c))
}

// Reversals returns the details that take back of one, by id.
func (p *Partner) Reversals(detailID string) []*Detail {
	return p.Details.By(detailsByReversed, detailID)
}

// DetailsOfBill returns the details that stand in a bill, by id.
func (p *Partner) DetailsOfBill(billID string) []*Detail { return p.Details.By(detailsByBill, billID) }

// Association returns a customer's last association with the partner, also
// when it ended, nil if there never was one: what was ordered under it is seen
// by whom it was ordered through.
func (r *PartnerReference) Association(customerID string) *events.CustomerAssociated {
	var last *events.CustomerAssociated
	for _, c := range r.customers[customerID] {
		if last == nil || !c.value.EffectiveTime.Before(last.EffectiveTime) {
			last = c.value
		}
	}
	return last
}

// Associations returns the last association of every customer that the partner
// ever had, by customer.
func (r *PartnerReference) Associations() []*events.CustomerAssociated {
	out := make([]*events.CustomerAssociated, 0, len(r.customers))
	for _, id := range sortedKeys(r.customers) {
		out = append(out, r.Association(id))
	}
	return out
}

// Accepted returns the reference events of some types, in the order in which
// they were decided.
func (r *PartnerReference) Accepted(types ...string) []*events.Event {
	var out []*events.Event
	for _, l := range r.log {
		if slices.Contains(types, l.value.Type) {
			out = append(out, l.value)
		}
	}
	return out
}

// CouponsAt returns a customer's coupons as a payment at a time would see them,
// by id. Their rows have to be loaded.
func (p *Partner) CouponsAt(customerID string, at time.Time) []pricing.Coupon {
	var out []pricing.Coupon
	for _, row := range p.Coupons.All() {
		if row.CustomerID != customerID {
			continue
		}
		coupon := row.Coupon
		if issued := p.Reference.anyCoupon(p.Reference.Version(), row.ID, at); issued != nil {
			coupon.State = issued.State
		}
		if row.Closed != nil {
			coupon.State = row.Closed.State
		}
		out = append(out, coupon)
	}
	return out
}

// FirstOrder tells whether an order that is paid now would be the customer's
// first. ScopeOfPaid has to be loaded.
func (p *Partner) FirstOrder(customerID, orderID string) bool {
	p.need(ScopePaid, customerID)
	return !slices.ContainsFunc(p.PaidOrders.By(paidOrdersByCustomer, customerID), func(o *PaidOrder) bool { return o.OrderID != orderID })
}

// ScopeOfPaid are the orders that a customer paid for.
func ScopeOfPaid(customerID string) Scope { return Scope{ScopePaid, customerID} }

// AccountTender is what the customer's account pays with, as it settled when
// the order was placed.
func (o *Order) AccountTender() (pricing.TenderKind, error) { return tenderOf(o.Settlement) }

// ScopeOfCoupon is the row of a coupon.
func ScopeOfCoupon(couponID string) Scope { return Scope{ScopeCoupon, couponID} }

package api

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

// Whose rows a list shows, of those of the caller's partner.
type scope struct {
	customers []string // nil for every customer
	reseller  *string  // "" for the partner's own customers; nil for every reseller's and the own
}

// scope narrows what the caller sees to what it asks for. As published, a
// partner that names no reseller asks for its own customers, and what a
// customer or a reseller sees are its own, whatever it names.
func (c *Call) scope(p *decision.Partner, customerID, resellerID string) (scope, error) {
	if own := c.Caller.CustomerID; own != "" {
		if customerID != "" && customerID != own {
			return scope{}, Denied()
		}
		return scope{customers: []string{own}}, nil
	}
	if own := c.Caller.ResellerID; own != "" {
		if resellerID != "" && resellerID != own {
			return scope{}, Denied()
		}
		resellerID = own
	}
	s := scope{reseller: &resellerID}
	switch {
	case customerID != "":
		a := p.Reference.Association(customerID)
		if a == nil || a.IndirectPartnerID != resellerID || !c.knows(p, customerID) {
			return scope{}, Denied()
		}
		s.customers = []string{customerID}
	case len(c.Caller.Managers) > 0:
		s.customers = []string{}
		for _, a := range p.Reference.Associations() {
			if c.knows(p, a.CustomerID) {
				s.customers = append(s.customers, a.CustomerID)
			}
		}
	}
	return s, nil
}

func (s scope) has(customerID, resellerID string) bool {
	return (s.customers == nil || slices.Contains(s.customers, customerID)) && (s.reseller == nil || *s.reseller == resellerID)
}

// knows tells whether the caller may know of a customer that its partner has,
// or had: what was ordered through the partner stays its own to see.
func (c *Call) knows(p *decision.Partner, customerID string) bool {
	a := p.Reference.Association(customerID)
	return a != nil && c.Caller.Sees(access.Customer{ID: customerID, ResellerID: a.IndirectPartnerID, ManagerID: a.AccountManagerID})
}

// utc writes a time, nil for none.
func utc(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := written(t)
	return &text
}

// number writes an amount that is there.
func number(amount decimal.Decimal) *inquiry.Number { return &inquiry.Number{Decimal: amount} }

// orNull is nil for the empty text: null is written for what the books do not
// have.
func orNull[T comparable](v T) *T {
	var none T
	if v == none {
		return nil
	}
	return &v
}

// A span is what a list is narrowed to, both ends included; nil is open.
type span struct{ from, to *time.Time }

func (s span) has(t time.Time) bool {
	return (s.from == nil || !t.Before(*s.from)) && (s.to == nil || !t.After(*s.to))
}

// untilEnd includes the whole second that a time names: times are published
// to the second.
func untilEnd(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	end := t.Add(time.Second - time.Microsecond)
	return &end
}

func spanOf(from, to *time.Time) span { return span{from, untilEnd(to)} }

// measureMainUnit is what amounts are in: the currency's main unit.
const measureMainUnit = 1

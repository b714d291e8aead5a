package pricing

import (
	"slices"

	"github.com/accruald/accruald/workers/calendar"
)

// Unavailable lists the discounts of the book that are no candidates of the quote, with why: what Book.Explain adds to a
// new quote, for one that was made without it. The book may be a later one. Refusals: service_type_not_found.
func (q *Quote) Unavailable(b Book, customerID, indirectPartnerID string) ([]Candidate, error) {
	who := customer{customerID, indirectPartnerID}
	allowed := make([]bool, len(q.Lines)) // a discount set by the partner
	for i := range q.Lines {
		serviceType, err := b.Prices.ServiceType(q.Lines[i].ServiceType, q.At)
		if err != nil {
			return nil, err
		}
		allowed[i] = serviceType.AllowDiscount
	}
	var out []Candidate
	for i := range b.Discounts {
		d := &b.Discounts[i]
		if slices.ContainsFunc(q.Candidates, func(c Candidate) bool { return c.DiscountID == d.ID }) {
			continue
		}
		reason := d.outOfForce(who, q.At, q.Currency)
		switch {
		case reason != "":
		case q.inScope(d, allowed):
			reason = "it was not known when the order was priced"
		default:
			reason = "no line of the order is in its scope"
		}
		out = append(out, q.unavailable(d, reason))
	}
	return out, nil
}

// inScope reports whether a discount covers any line of the quote.
func (q *Quote) inScope(d *Discount, allowed []bool) bool {
	for i := range q.Lines {
		line := &q.Lines[i]
		periods := []calendar.Period{line.Period}
		if len(line.Parts) > 0 {
			periods = nil
		}
		for _, part := range line.Parts {
			periods = append(periods, part.Lookup)
		}
		if d.Type == DiscountPartner && !allowed[i] {
			continue
		}
		if slices.ContainsFunc(periods, func(period calendar.Period) bool { return d.covers(line, period) }) {
			return true
		}
	}
	return false
}

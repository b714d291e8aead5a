package summary

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// A Collector takes final rows in any order and counts them.
type Collector struct {
	events     EventCounts
	orders     map[string]*OrderCount
	details    map[string]int
	accrued    map[string]decimal.Decimal
	onCredit   map[string]decimal.Decimal
	frozen     map[[2]string]decimal.Decimal // currency, reason
	payables   map[[2]string]*sums           // partner, currency
	bills      map[[2]string]*billCount      // state, currency
	requests   map[string]int
	invoices   map[string]int
	rejections map[string]*rejection
}

type sums struct {
	bills                                                                       int
	total, frozen, payable, canBeRequested, requested, paidOut, expired, offset decimal.Decimal
}

type billCount struct {
	count   int
	payable decimal.Decimal
}

type rejection struct {
	RejectionCount
	no int64
}

// NewCollector returns a collector of nothing.
func NewCollector() *Collector {
	return &Collector{
		orders: map[string]*OrderCount{}, details: map[string]int{}, accrued: map[string]decimal.Decimal{}, onCredit: map[string]decimal.Decimal{},
		frozen: map[[2]string]decimal.Decimal{}, payables: map[[2]string]*sums{}, bills: map[[2]string]*billCount{}, requests: map[string]int{},
		invoices: map[string]int{}, rejections: map[string]*rejection{},
	}
}

// Order counts an order.
func (c *Collector) Order(o *decision.Order) {
	count := c.orders[o.Kind]
	if count == nil {
		count = &OrderCount{Kind: o.Kind}
		c.orders[o.Kind] = count
	}
	count.Orders++
	switch o.State {
	case decision.OrderSettled:
		count.Settled++
	case decision.OrderPending:
		count.Pending++
	case decision.OrderCancelled:
		count.Cancelled++
	}
}

// Detail counts what a fact earned: what of it was paid on credit, and what each hold freezes.
func (c *Collector) Detail(d *decision.Detail) {
	if d.BillID == "" {
		return
	}
	currency := string(d.Currency)
	c.details[currency]++
	for _, s := range d.Slices {
		if kind := string(s.Kind); kind == events.TenderCredit || kind == events.TenderMonthlySettlement {
			c.onCredit[currency] = c.onCredit[currency].Add(s.Share)
		}
	}
	for _, h := range d.Holds {
		key := [2]string{currency, h.Reason}
		c.frozen[key] = c.frozen[key].Add(h.Amount)
	}
}

// Bill counts a bill, of which so much can be requested.
func (c *Collector) Bill(partnerID string, b *decision.Bill, can decimal.Decimal) {
	currency := string(b.Currency)
	state := [2]string{string(b.State), currency}
	if c.bills[state] == nil {
		c.bills[state] = &billCount{}
	}
	c.bills[state].count++
	c.bills[state].payable = c.bills[state].payable.Add(b.Amounts.Payable)
	c.accrued[currency] = c.accrued[currency].Add(b.Amounts.Total)
	key := [2]string{partnerID, currency}
	s := c.payables[key]
	if s == nil {
		s = &sums{}
		c.payables[key] = s
	}
	a := b.Amounts
	s.bills++
	s.total, s.frozen, s.payable = s.total.Add(a.Total), s.frozen.Add(a.Frozen), s.payable.Add(a.Payable)
	s.requested, s.paidOut = s.requested.Add(a.Requested), s.paidOut.Add(a.PaidOut)
	s.expired, s.offset = s.expired.Add(a.Expired), s.offset.Add(a.Offset)
	s.canBeRequested = s.canBeRequested.Add(can)
}

// stateIssued is the state of a bill that can be applied for.
const stateIssued = "issued"

// Request counts a payment request.
func (c *Collector) Request(r *decision.Request) { c.requests[string(r.State)]++ }

// Invoice counts an invoice.
func (c *Collector) Invoice(i *decision.Invoice) { c.invoices[string(i.State)]++ }

// Inputs counts that many of a partner's inputs in a status other than rejected.
func (c *Collector) Inputs(status string, count int) {
	switch status {
	case decision.StatusAccepted:
		c.events.Accepted += count
	case decision.StatusWaiting:
		c.events.Waiting += count
		return
	case decision.StatusDiscarded:
		c.events.Discarded += count
	}
	c.events.Decided += count
}

// Rejected counts an input that stands rejected; no is its number of arrival.
func (c *Collector) Rejected(partnerID string, no int64, eventID, code, message string) {
	c.events.Rejected++
	c.events.Decided++
	r := c.rejections[code]
	if r == nil {
		r = &rejection{RejectionCount: RejectionCount{Code: code}}
		c.rejections[code] = r
	}
	r.Count++
	if r.Count == 1 || cmp.Or(cmp.Compare(partnerID, r.PartnerID), cmp.Compare(no, r.no)) < 0 {
		r.PartnerID, r.no, r.EventID, r.Message = partnerID, no, eventID, message
	}
}

// Summary returns the figures; the caller adds Input, Digest and Run.
func (c *Collector) Summary() *Summary {
	s := &Summary{Events: c.events, Bills: []BillCount{}, Requests: states(c.requests), Invoices: states(c.invoices)}
	for _, kind := range slices.Sorted(maps.Keys(c.orders)) {
		s.Orders = append(s.Orders, *c.orders[kind])
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.bills), comparePairs) {
		s.Bills = append(s.Bills, BillCount{State: key[0], Currency: key[1], Count: c.bills[key].count, Payable: table.AmountIn(c.bills[key].payable, key[1])})
	}
	for _, code := range slices.Sorted(maps.Keys(c.rejections)) {
		s.Rejections = append(s.Rejections, c.rejections[code].RejectionCount)
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.payables), comparePairs) {
		s.Payables = append(s.Payables, c.payables[key].of(key[0], key[1]))
	}
	frozen := map[string]decimal.Decimal{}
	released := maps.Clone(c.onCredit)
	for _, key := range slices.SortedFunc(maps.Keys(c.frozen), comparePairs) {
		currency, reason, amount := key[0], key[1], c.frozen[key]
		frozen[currency] = frozen[currency].Add(amount)
		if reason == reasonCredit {
			released[currency] = released[currency].Sub(amount)
		}
		if !amount.IsZero() {
			s.Frozen = append(s.Frozen, FrozenBy{Reason: reason, Currency: currency, Amount: table.AmountIn(amount, currency)})
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(c.accrued)) {
		s.Incentives = append(s.Incentives, Incentive{Currency: currency, Details: c.details[currency], Accrued: table.AmountIn(c.accrued[currency], currency),
			Frozen: table.AmountIn(frozen[currency], currency), Released: table.AmountIn(released[currency], currency)})
	}
	return s
}

// reasonCredit is the reason of the hold on what was bought on credit.
const reasonCredit = "credit_not_repaid"

func comparePairs(a, b [2]string) int { return slices.Compare(a[:], b[:]) }

func (s *sums) of(partnerID, currency string) Payable {
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	return Payable{PartnerID: partnerID, Currency: currency, Bills: s.bills, Total: of(s.total), Frozen: of(s.frozen), Payable: of(s.payable),
		CanBeRequested: of(s.canBeRequested), NotYet: of(s.payable.Sub(s.canBeRequested)), Requested: of(s.requested), PaidOut: of(s.paidOut), Expired: of(s.expired), Offset: of(s.offset)}
}

func states(counts map[string]int) []StateCount {
	out := make([]StateCount, 0, len(counts))
	for _, state := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, StateCount{State: state, Count: counts[state]})
	}
	return out
}

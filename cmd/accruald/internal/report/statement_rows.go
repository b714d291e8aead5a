package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// States of a statement.
const (
	issuedState = "issued"
	openState   = "open"
)

// StatementOf makes the statement of a cycle. It needs the rows that package charges needs, and bills, details, holds,
// requests and invoices.
func StatementOf(book *charges.Book, cycle calendar.Cycle) (*Statement, error) {
	zone := book.Site.Zone()
	s := &Statement{PartnerID: book.Partner.ID, Site: book.Site.Site, Zone: book.Site.ZoneName, Cycle: string(cycle),
		From: cycle.Start(zone), To: cycle.End(zone), Sums: []Sums{}, Checks: []Check{},
		Charges: []Charge{}, Bills: []Bill{}, Details: []Detail{}, Requests: []Request{}, Invoices: []Invoice{}}
	lines, err := book.Of(cycle)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		s.Charges = append(s.Charges, charge(book.Partner.ID, &lines[i], zone))
	}
	if err := s.sum(book, cycle); err != nil {
		return nil, err
	}
	s.incentives(book.Partner, cycle, zone)
	s.payments(book.Partner)
	s.check()
	return s, nil
}

// sum takes over what the statements of the cycle came to, or come to.
func (s *Statement) sum(book *charges.Book, cycle calendar.Cycle) error {
	var issuedAt time.Time
	for _, run := range book.Telling.Runs {
		if run.Cycle == cycle {
			issuedAt = run.At
		}
	}
	for _, sums := range book.Sums(cycle) {
		in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(sums.Currency)) }
		row := Sums{StatementID: charges.StatementID(s.PartnerID, cycle, sums.Currency), Currency: string(sums.Currency), State: openState,
			Consumption: in(sums.Consumption), Refunds: in(sums.Refunds), Adjustments: in(sums.Adjustments)}
		amount, due := settlement.StatementDue(sums.Consumption, sums.Refunds, sums.Adjustments)
		tax, err := settlement.TaxContained(amount, book.Site.IncentiveInvoice.OutputVATRate, sums.Currency)
		if err != nil {
			return fmt.Errorf("tell the tax of statement %q: %w", row.StatementID, err)
		}
		if issued := sums.Issued; issued != nil {
			row.State, row.IssuedAt = issuedState, issuedAt.In(book.Site.Zone())
			amount, tax, due = issued.Amount, issued.Tax, issued.InitiallyToPay
		}
		row.BillAmount, row.Tax, row.AmountDue = in(amount), in(tax), in(due)
		s.Sums = append(s.Sums, row)
	}
	return nil
}

func charge(partnerID string, c *charges.Charge, zone *time.Location) Charge {
	in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(c.Currency)) }
	row := Charge{StatementID: charges.StatementID(partnerID, c.Told, c.Currency), Kind: string(c.Kind), Late: c.Late(), Change: c.Change, At: c.At.In(zone),
		OrderID: c.OrderID, LineID: c.LineID, OrderType: c.OrderType, OrderKind: c.OrderKind, CustomerID: c.CustomerID, Reseller: c.Reseller,
		ResourceID: c.Resource, Service: c.ServiceName, ServiceType: c.Service, Product: c.ProductName, ProductID: c.Product, Region: c.Region,
		From: c.From.In(zone), To: c.To.In(zone), Currency: string(c.Currency), List: in(c.List), DiscountID: c.DiscountID, Discount: in(c.Discount),
		Erased: in(c.Erase), Amount: in(c.Amount), CouponIDs: []string{}, OriginalOrder: c.Original, OriginalCycle: string(c.OriginalIn), Reason: c.Reason}
	var coupons, cash, credit, cards decimal.Decimal
	for _, t := range c.Tenders {
		switch t.Kind {
		case pricing.TenderCoupon, pricing.TenderFlexiCoupon:
			coupons = coupons.Add(t.Amount)
			if !slices.Contains(row.CouponIDs, t.Reference) {
				row.CouponIDs = append(row.CouponIDs, t.Reference)
			}
		case pricing.TenderCash:
			cash = cash.Add(t.Amount)
		case pricing.TenderCredit, pricing.TenderMonthlySettlement:
			credit = credit.Add(t.Amount)
		case pricing.TenderStoredCard:
			cards = cards.Add(t.Amount)
		}
	}
	row.Coupons, row.Cash, row.Credit, row.Cards = in(coupons), in(cash), in(credit), in(cards)
	return row
}

// incentives lists the bills of the cycle with their details.
func (s *Statement) incentives(p *decision.Partner, cycle calendar.Cycle, zone *time.Location) {
	for _, b := range p.Bills.All() {
		if b.Cycle != cycle {
			continue
		}
		in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(b.Currency)) }
		a := b.Amounts
		s.Bills = append(s.Bills, Bill{BillID: b.ID, Period: b.Period, PolicyID: b.PolicyID, PolicyVersion: b.PolicyVersion, Association: b.Association,
			Currency: string(b.Currency), State: string(b.State), Deadline: inZone(b.Deadline, zone), Details: b.Details, Total: in(a.Total), Frozen: in(a.Frozen),
			Payable: in(a.Payable), Requested: in(a.Requested), PaidOut: in(a.PaidOut), Expired: in(a.Expired), Offset: in(a.Offset)})
	}
	slices.SortFunc(s.Bills, func(a, b Bill) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Association, b.Association), cmp.Compare(a.PolicyID, b.PolicyID), cmp.Compare(a.BillID, b.BillID))
	})
	for i := range s.Bills {
		details := p.DetailsOfBill(s.Bills[i].BillID)
		slices.SortFunc(details, func(a, b *decision.Detail) int {
			return cmp.Or(a.Event.Time.Compare(b.Event.Time), cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.LineID, b.LineID), cmp.Compare(a.ID, b.ID))
		})
		for _, d := range details {
			s.Details = append(s.Details, detail(p, d, zone))
		}
	}
}

func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

// rateScale is the number of digits of a rate.
const rateScale = 6

// Kinds of details.
const (
	earned     = "earned"
	takenBack  = "taken back"
	corrective = "corrective"
	adjusted   = "adjustment"
)

func detail(p *decision.Partner, d *decision.Detail, zone *time.Location) Detail {
	in := func(amount decimal.Decimal) events.Amount { return table.AmountIn(amount, string(d.Currency)) }
	row := Detail{BillID: d.BillID, DetailID: d.ID, Kind: earned, OrderID: d.OrderID, LineID: d.LineID, CustomerID: d.CustomerID, ServiceType: d.ServiceType,
		At: d.Event.Time.In(zone), Currency: string(d.Currency), Performance: in(d.Performance), Rate: events.NewAmount(d.Rate, rateScale), Amount: in(d.Amount),
		Frozen: in(d.Frozen), FreezeReasons: []string{}, Provisional: d.Provisional, LateOf: d.LateOf, Concerns: []string{}, Reverses: d.Reverses,
		AdjustmentID: d.AdjustmentID, ZeroReason: d.ZeroReason}
	switch {
	case d.LateOf != "":
		row.Kind = corrective
	case d.AdjustmentID != "":
		row.Kind = adjusted
	case d.Reverses != "":
		row.Kind = takenBack
	}
	for _, c := range d.Holds {
		row.FreezeReasons = append(row.FreezeReasons, strings.TrimSpace(c.Reason+" "+p.HoldReference(c, d)))
	}
	for _, slice := range d.Slices {
		if slice.BillID != "" && slice.BillID != d.BillID && !slices.Contains(row.Concerns, slice.BillID) {
			row.Concerns = append(row.Concerns, slice.BillID)
		}
	}
	return row
}

// payments lists the requests that take from the bills, and the invoices of those and of the charged orders.
func (s *Statement) payments(p *decision.Partner) {
	requested := map[string]bool{}
	for _, r := range p.Requests.All() {
		in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, string(r.Currency)) }
		var ofCycle decimal.Decimal
		var bills []string
		for _, part := range r.Bills {
			if slices.ContainsFunc(s.Bills, func(b Bill) bool { return b.BillID == part.BillID }) {
				ofCycle, bills = ofCycle.Add(part.Amount), append(bills, part.BillID)
			}
		}
		if len(bills) == 0 {
			continue
		}
		requested[r.ID] = true
		s.Requests = append(s.Requests, Request{RequestID: r.ID, State: string(r.State), Method: r.Method, Association: r.Association, Currency: string(r.Currency),
			OfCycle: in(ofCycle), Amount: in(r.Amount), Payout: in(r.Payout), Bills: bills, Reference: r.Reference, Reason: r.Reason})
	}
	charged := map[string]bool{}
	for i := range s.Charges {
		charged[s.Charges[i].OrderID] = true
	}
	for _, i := range p.Invoices.All() {
		if !requested[i.RequestID] && !slices.ContainsFunc(i.OrderIDs, func(id string) bool { return charged[id] }) {
			continue
		}
		s.Invoices = append(s.Invoices, Invoice{InvoiceID: i.ID, State: string(i.State), Direction: i.Direction, Channel: i.Channel, Medium: i.Medium,
			Currency: string(i.Currency), Amount: table.AmountIn(i.Amount, string(i.Currency)), TaxRate: i.TaxRate.String(), RequestID: i.RequestID,
			OrderIDs: append([]string{}, i.OrderIDs...), Reason: i.Reason})
	}
}

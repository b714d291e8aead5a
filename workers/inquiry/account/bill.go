package account

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
)

// Bill is one incentive bill: total = frozen + payable + requested + paid_out + expired + offset. Uncovered is what holds
// cover beyond what can be frozen, because it is requested or paid out.
type Bill struct {
	PartnerID     string        `json:"partner_id"`
	BillID        string        `json:"bill_id"`
	Cycle         string        `json:"cycle"`
	Period        string        `json:"period"`
	PeriodKind    string        `json:"period_kind"`
	PolicyID      string        `json:"policy_id"`
	PolicyVersion int           `json:"policy_version"`
	Association   string        `json:"association"`
	Currency      string        `json:"currency"`
	State         string        `json:"state"`
	Deadline      time.Time     `json:"deadline,omitzero"`
	Disputed      string        `json:"disputed,omitzero"` // the bill's id or that of a detail
	Total         events.Amount `json:"total"`
	Frozen        events.Amount `json:"frozen"`
	Payable       events.Amount `json:"payable"`
	Requested     events.Amount `json:"requested"`
	PaidOut       events.Amount `json:"paid_out"`
	Expired       events.Amount `json:"expired"`
	Offset        events.Amount `json:"offset"`
	Uncovered     events.Amount `json:"uncovered"`
	Applicable    events.Amount `json:"applicable"`
	BlockedBy     []string      `json:"blocked_by"`
}

// Detail is one detail of a bill. Reverses is the detail that it takes back of, ReversedBy are those that take back of it,
// LateOf is the event whose lateness made it.
type Detail struct {
	BillID      string        `json:"bill_id"`
	DetailID    string        `json:"detail_id"`
	OrderID     string        `json:"order_id"`
	LineID      string        `json:"line_id"`
	CustomerID  string        `json:"customer_id"`
	Performance events.Amount `json:"performance"`
	Rate        events.Amount `json:"rate"`
	Amount      events.Amount `json:"amount"`
	Frozen      events.Amount `json:"frozen"`
	Holds       []DetailHold  `json:"holds"`
	Provisional bool          `json:"provisional"`
	Reverses    string        `json:"reverses,omitzero"`
	ReversedBy  []string      `json:"reversed_by,omitzero"`
	LateOf      string        `json:"late_of,omitzero"`
}

// DetailHold is what one hold freezes of a detail, and what the hold is about.
type DetailHold struct {
	HoldID    string        `json:"hold_id"`
	Reason    string        `json:"reason"`
	Reference string        `json:"reference"`
	Amount    events.Amount `json:"amount"`
}

// A Judge says what of a bill may be applied for, and what stands against it.
type Judge = func(*decision.Bill) (decimal.Decimal, []string, error)

// BillOf tells of one bill.
func BillOf(p *decision.Partner, b *decision.Bill, judge Judge) (*Bill, error) {
	applicable, blockedBy, err := judge(b)
	if err != nil {
		return nil, err
	}
	if blockedBy == nil {
		blockedBy = []string{}
	}
	a := b.Amounts
	in := func(d decimal.Decimal) events.Amount { return amountIn(d, b.Currency) }
	return &Bill{PartnerID: p.ID, BillID: b.ID, Cycle: string(b.Cycle), Period: b.Period, PeriodKind: b.PeriodKind, PolicyID: b.PolicyID,
		PolicyVersion: b.PolicyVersion, Association: b.Association, Currency: string(b.Currency), State: string(b.State), Deadline: b.Deadline, Disputed: b.Disputed,
		Total: in(a.Total), Frozen: in(a.Frozen), Payable: in(a.Payable), Requested: in(a.Requested), PaidOut: in(a.PaidOut), Expired: in(a.Expired),
		Offset: in(a.Offset), Uncovered: in(b.Uncovered), Applicable: in(applicable), BlockedBy: blockedBy}, nil
}

// DetailsOf tells of details. It needs the holds that cover them; those that take back of them are told as far as they are
// loaded.
func DetailsOf(p *decision.Partner, details []*decision.Detail) []Detail {
	out := make([]Detail, 0, len(details))
	for _, d := range details {
		in := func(amount decimal.Decimal) events.Amount { return amountIn(amount, d.Currency) }
		told := Detail{BillID: d.BillID, DetailID: d.ID, OrderID: d.OrderID, LineID: d.LineID, CustomerID: d.CustomerID, Performance: in(d.Performance),
			Rate: events.NewAmount(d.Rate, rateScale), Amount: in(d.Amount), Frozen: in(d.Frozen), Holds: []DetailHold{}, Provisional: d.Provisional,
			Reverses: d.Reverses, LateOf: d.LateOf}
		for _, c := range d.Holds {
			told.Holds = append(told.Holds, DetailHold{HoldID: c.HoldID, Reason: c.Reason, Reference: p.HoldReference(c, d), Amount: in(c.Amount)})
		}
		for _, by := range p.Reversals(d.ID) {
			told.ReversedBy = append(told.ReversedBy, by.ID)
		}
		out = append(out, told)
	}
	return out
}

// amountIn gives an amount the digits of its currency, and more where it has more; without a currency, as what is zero may
// be, those that it has.
func amountIn(d decimal.Decimal, c money.Currency) events.Amount {
	s, err := scaleOf(c)
	if err != nil {
		s = scale{}
	}
	return s.of(d)
}

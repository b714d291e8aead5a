package listing

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// Payable is what a partner may apply for now: its bills with something payable, and for each association and currency,
// which a request is of one of, what a request of all of them would come to.
type Payable struct {
	PartnerID string         `json:"partner_id"`
	Bills     []PayableBill  `json:"bills"`
	Requests  []PossibleSums `json:"requests"`
}

// PayableBill is a bill whose payable is not zero.
type PayableBill struct {
	PartnerID   string        `json:"partner_id"`
	Association string        `json:"association"`
	Currency    string        `json:"currency"`
	Cycle       string        `json:"cycle"`
	BillID      string        `json:"bill_id"`
	PolicyID    string        `json:"policy_id"`
	State       string        `json:"state"`
	Payable     events.Amount `json:"payable"`
	Applicable  events.Amount `json:"applicable"`
	BlockedBy   []string      `json:"blocked_by"`
}

// PossibleSums are those of one association and currency. A request of everything comes to Net, which is Applicable less
// the Negatives of issued bills; where nothing is left, it would be refused, and Net is zero.
type PossibleSums struct {
	Association string        `json:"association"`
	Currency    string        `json:"currency"`
	Bills       int           `json:"bills"`
	Payable     events.Amount `json:"payable"`
	Applicable  events.Amount `json:"applicable"`
	Negatives   events.Amount `json:"negatives"`
	Net         events.Amount `json:"net"`
}

var payableColumns = []table.Column[PayableBill]{
	{Name: "partner_id", Only: table.ForMachines, Of: func(b *PayableBill) any { return b.PartnerID }},
	{Name: "association", Of: func(b *PayableBill) any { return b.Association }},
	{Name: "currency", Of: func(b *PayableBill) any { return b.Currency }},
	{Name: "cycle", Of: func(b *PayableBill) any { return b.Cycle }},
	{Name: "bill_id", Of: func(b *PayableBill) any { return b.BillID }},
	{Name: "policy_id", Of: func(b *PayableBill) any { return b.PolicyID }},
	{Name: "state", Of: func(b *PayableBill) any { return b.State }},
	{Name: "payable", Of: func(b *PayableBill) any { return b.Payable }},
	{Name: "applicable", Of: func(b *PayableBill) any { return b.Applicable }},
	{Name: "blocked_by", Of: func(b *PayableBill) any { return b.BlockedBy }},
}

var possibleColumns = []table.Column[PossibleSums]{
	{Name: "association", Of: func(s *PossibleSums) any { return s.Association }},
	{Name: "currency", Of: func(s *PossibleSums) any { return s.Currency }},
	{Name: "bills", Of: func(s *PossibleSums) any { return s.Bills }},
	{Name: "payable", Of: func(s *PossibleSums) any { return s.Payable }},
	{Name: "applicable", Of: func(s *PossibleSums) any { return s.Applicable }},
	{Name: "negatives", Of: func(s *PossibleSums) any { return s.Negatives }},
	{Name: "net", Of: func(s *PossibleSums) any { return s.Net }},
}

// A Judge says what of a bill may be applied for, and what stands against it.
type Judge func(*decision.Bill) (decimal.Decimal, []string, error)

// PayableOf asks about every bill of a partner. It needs bills.
func PayableOf(p *decision.Partner, judge Judge) (*Payable, error) {
	out := &Payable{PartnerID: p.ID, Bills: []PayableBill{}, Requests: []PossibleSums{}}
	bills := slices.DeleteFunc(p.Bills.All(), func(b *decision.Bill) bool { return b.Amounts.Payable.IsZero() })
	slices.SortFunc(bills, func(a, b *decision.Bill) int {
		return cmp.Or(cmp.Compare(a.Association, b.Association), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.ID, b.ID))
	})
	for len(bills) > 0 {
		next := slices.IndexFunc(bills, func(b *decision.Bill) bool {
			return b.Association != bills[0].Association || b.Currency != bills[0].Currency
		})
		if next < 0 {
			next = len(bills)
		}
		if err := out.add(bills[:next], judge); err != nil {
			return nil, err
		}
		bills = bills[next:]
	}
	return out, nil
}

// add adds the bills of one association and currency.
func (l *Payable) add(bills []*decision.Bill, judge Judge) error {
	currency := string(bills[0].Currency)
	in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	var payable, applicable, negatives decimal.Decimal
	var issued []settlement.RequestBill
	for _, b := range bills {
		amount, blockedBy, err := judge(b)
		if err != nil {
			return err
		}
		if blockedBy == nil {
			blockedBy = []string{}
		}
		payable, applicable = payable.Add(b.Amounts.Payable), applicable.Add(amount)
		if b.State == settlement.BillIssued {
			issued = append(issued, settlement.RequestBill{ID: b.ID, Cycle: b.Cycle, Payable: b.Amounts.Payable, Named: amount.IsPositive()})
			negatives = negatives.Add(decimal.Min(decimal.Zero, b.Amounts.Payable))
		}
		l.Bills = append(l.Bills, PayableBill{PartnerID: l.PartnerID, Association: b.Association, Currency: currency, Cycle: string(b.Cycle), BillID: b.ID,
			PolicyID: b.PolicyID, State: string(b.State), Payable: in(b.Amounts.Payable), Applicable: in(amount), BlockedBy: blockedBy})
	}
	plan, err := settlement.NetRequest(issued)
	if refusal, ok := errors.AsType[*settlement.Refusal](err); err != nil && (!ok || refusal.Code != settlement.CodeNothingPayable) {
		return err
	}
	l.Requests = append(l.Requests, PossibleSums{Association: bills[0].Association, Currency: currency, Bills: len(bills), Payable: in(payable),
		Applicable: in(applicable), Negatives: in(negatives), Net: in(plan.Amount)})
	return nil
}

// WriteText writes bills and sums as a person reads them.
func (l *Payable) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(payableColumns, l.Bills))
	t.Line("\nWhat a request of everything would come to, issued negatives netted:")
	t.Rows(table.Rows(possibleColumns, l.Requests))
	return t.Write(w)
}

// WriteCSV writes the bills for spreadsheets, without sums.
func (l *Payable) WriteCSV(w io.Writer) error { return table.WriteCSV(w, payableColumns, l.Bills) }

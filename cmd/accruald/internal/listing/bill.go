package listing

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Bill is everything about one bill: total = frozen + payable + requested + paid_out + expired + offset. Uncovered is what
// holds cover beyond what can be frozen, because it is requested or paid out.
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
	Details       []Detail      `json:"details"`
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

// rateScale is the number of digits of a rate.
const rateScale = 6

// amountColumns are those of the bill itself.
var amountColumns = []table.Column[Bill]{
	{Name: "total", Of: func(b *Bill) any { return b.Total }},
	{Name: "frozen", Of: func(b *Bill) any { return b.Frozen }},
	{Name: "payable", Of: func(b *Bill) any { return b.Payable }},
	{Name: "requested", Of: func(b *Bill) any { return b.Requested }},
	{Name: "paid_out", Of: func(b *Bill) any { return b.PaidOut }},
	{Name: "expired", Of: func(b *Bill) any { return b.Expired }},
	{Name: "offset", Of: func(b *Bill) any { return b.Offset }},
	{Name: "uncovered", Of: func(b *Bill) any { return b.Uncovered }},
	{Name: "applicable", Of: func(b *Bill) any { return b.Applicable }},
	{Name: "blocked_by", Of: func(b *Bill) any { return b.BlockedBy }},
}

var detailColumns = []table.Column[Detail]{
	{Name: "bill_id", Only: table.ForMachines, Of: func(d *Detail) any { return d.BillID }},
	{Name: "detail_id", Of: func(d *Detail) any { return d.DetailID }},
	{Name: "order_id", Of: func(d *Detail) any { return d.OrderID }},
	{Name: "line_id", Of: func(d *Detail) any { return d.LineID }},
	{Name: "customer_id", Of: func(d *Detail) any { return d.CustomerID }},
	{Name: "performance", Of: func(d *Detail) any { return d.Performance }},
	{Name: "rate", Of: func(d *Detail) any { return d.Rate.Decimal }},
	{Name: "amount", Of: func(d *Detail) any { return d.Amount }},
	{Name: "frozen", Of: func(d *Detail) any { return d.Frozen }},
	{Name: "holds", Only: table.ForMachines, Of: func(d *Detail) any {
		var texts []string
		for i := range d.Holds {
			h := &d.Holds[i]
			texts = append(texts, strings.Join([]string{h.HoldID, h.Reason, h.Reference, table.Plain(h.Amount)}, " "))
		}
		return texts
	}},
	{Name: "provisional", Of: func(d *Detail) any { return d.Provisional }},
	{Name: "reverses", Of: func(d *Detail) any { return d.Reverses }},
	{Name: "reversed_by", Of: func(d *Detail) any { return d.ReversedBy }},
	{Name: "late_of", Of: func(d *Detail) any { return d.LateOf }},
}

// coveringRow is a line of the table of holds.
type coveringRow struct {
	detail string
	hold   DetailHold
}

var coveringColumns = []table.Column[coveringRow]{
	{Name: "detail_id", Of: func(c *coveringRow) any { return c.detail }},
	{Name: "hold_id", Of: func(c *coveringRow) any { return c.hold.HoldID }},
	{Name: "reason", Of: func(c *coveringRow) any { return c.hold.Reason }},
	{Name: "reference", Of: func(c *coveringRow) any { return c.hold.Reference }},
	{Name: "amount", Of: func(c *coveringRow) any { return c.hold.Amount }},
}

// BillOf shows one bill of a partner. It needs bills and holds, the bill's details and those that take back of them.
func BillOf(p *decision.Partner, billID string, judge Judge) (*Bill, error) {
	b := p.Bills.Get(billID)
	applicable, blockedBy, err := judge(b)
	if err != nil {
		return nil, err
	}
	if blockedBy == nil {
		blockedBy = []string{}
	}
	a, currency := b.Amounts, string(b.Currency)
	in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	out := &Bill{PartnerID: p.ID, BillID: b.ID, Cycle: string(b.Cycle), Period: b.Period, PeriodKind: b.PeriodKind, PolicyID: b.PolicyID,
		PolicyVersion: b.PolicyVersion, Association: b.Association, Currency: currency, State: string(b.State), Deadline: b.Deadline, Disputed: b.Disputed,
		Total: in(a.Total), Frozen: in(a.Frozen), Payable: in(a.Payable), Requested: in(a.Requested), PaidOut: in(a.PaidOut), Expired: in(a.Expired),
		Offset: in(a.Offset), Uncovered: in(b.Uncovered), Applicable: in(applicable), BlockedBy: blockedBy, Details: []Detail{}}
	details := p.DetailsOfBill(billID)
	slices.SortFunc(details, func(a, b *decision.Detail) int {
		return cmp.Or(a.Event.Time.Compare(b.Event.Time), cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.LineID, b.LineID), cmp.Compare(a.ID, b.ID))
	})
	for _, d := range details {
		out.Details = append(out.Details, detail(p, d))
	}
	return out, nil
}

func detail(p *decision.Partner, d *decision.Detail) Detail {
	in := func(amount decimal.Decimal) events.Amount { return table.AmountIn(amount, string(d.Currency)) }
	out := Detail{BillID: d.BillID, DetailID: d.ID, OrderID: d.OrderID, LineID: d.LineID, CustomerID: d.CustomerID, Performance: in(d.Performance),
		Rate: events.NewAmount(d.Rate, rateScale), Amount: in(d.Amount), Frozen: in(d.Frozen), Holds: []DetailHold{}, Provisional: d.Provisional,
		Reverses: d.Reverses, LateOf: d.LateOf}
	for _, c := range d.Holds {
		out.Holds = append(out.Holds, DetailHold{HoldID: c.HoldID, Reason: c.Reason, Reference: p.HoldReference(c, d), Amount: in(c.Amount)})
	}
	for _, by := range p.Reversals(d.ID) {
		out.ReversedBy = append(out.ReversedBy, by.ID)
	}
	return out
}

// WriteText writes the bill as a person reads it.
func (b *Bill) WriteText(w io.Writer) error {
	var t table.Text
	t.Line("Bill %s of partner %s: %s %s, policy %s version %d, %s, in %s", b.BillID, b.PartnerID, cmp.Or(b.PeriodKind, "period"), b.Period,
		b.PolicyID, b.PolicyVersion, b.Association, b.Currency)
	state := "State: " + b.State
	if !b.Deadline.IsZero() {
		state += ", to be confirmed by the end of " + b.Deadline.Format(time.DateOnly)
	}
	switch b.Disputed {
	case "":
	case b.BillID:
		state += ", disputed as a whole"
	default:
		state += ", disputed: detail " + b.Disputed
	}
	t.Line("%s", state)
	t.Rows(table.Rows(amountColumns, []Bill{*b}))
	t.Rows(table.Rows(detailColumns, b.Details))
	var coverings []coveringRow
	for _, d := range b.Details {
		for _, h := range d.Holds {
			coverings = append(coverings, coveringRow{d.DetailID, h})
		}
	}
	t.Rows(table.Rows(coveringColumns, coverings))
	return t.Write(w)
}

// WriteCSV writes the bill's details for spreadsheets.
func (b *Bill) WriteCSV(w io.Writer) error { return table.WriteCSV(w, detailColumns, b.Details) }

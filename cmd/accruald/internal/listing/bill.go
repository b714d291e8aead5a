package listing

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/account"
)

// Bill is everything about one bill.
type Bill struct {
	account.Bill
	Details []account.Detail `json:"details"`
}

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

var detailColumns = []table.Column[account.Detail]{
	{Name: "bill_id", Only: table.ForMachines, Of: func(d *account.Detail) any { return d.BillID }},
	{Name: "detail_id", Of: func(d *account.Detail) any { return d.DetailID }},
	{Name: "order_id", Of: func(d *account.Detail) any { return d.OrderID }},
	{Name: "line_id", Of: func(d *account.Detail) any { return d.LineID }},
	{Name: "customer_id", Of: func(d *account.Detail) any { return d.CustomerID }},
	{Name: "performance", Of: func(d *account.Detail) any { return d.Performance }},
	{Name: "rate", Of: func(d *account.Detail) any { return d.Rate.Decimal }},
	{Name: "amount", Of: func(d *account.Detail) any { return d.Amount }},
	{Name: "frozen", Of: func(d *account.Detail) any { return d.Frozen }},
	{Name: "holds", Only: table.ForMachines, Of: func(d *account.Detail) any {
		var texts []string
		for i := range d.Holds {
			h := &d.Holds[i]
			texts = append(texts, strings.Join([]string{h.HoldID, h.Reason, h.Reference, table.Plain(h.Amount)}, " "))
		}
		return texts
	}},
	{Name: "provisional", Of: func(d *account.Detail) any { return d.Provisional }},
	{Name: "reverses", Of: func(d *account.Detail) any { return d.Reverses }},
	{Name: "reversed_by", Of: func(d *account.Detail) any { return d.ReversedBy }},
	{Name: "late_of", Of: func(d *account.Detail) any { return d.LateOf }},
}

// coveringRow is a line of the table of holds.
type coveringRow struct {
	detail string
	hold   account.DetailHold
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
	bill, err := account.BillOf(p, p.Bills.Get(billID), judge)
	if err != nil {
		return nil, err
	}
	details := p.DetailsOfBill(billID)
	slices.SortFunc(details, func(a, b *decision.Detail) int {
		return cmp.Or(a.Event.Time.Compare(b.Event.Time), cmp.Compare(a.OrderID, b.OrderID), cmp.Compare(a.LineID, b.LineID), cmp.Compare(a.ID, b.ID))
	})
	return &Bill{Bill: *bill, Details: account.DetailsOf(p, details)}, nil
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

package listing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// Late is what one late event changed of closed bills, as it stands in an open one: nothing that was issued is edited.
type Late struct {
	PartnerID    string        `json:"partner_id"`
	LateOf       string        `json:"late_of"` // the event
	Source       string        `json:"source"`
	Type         string        `json:"type"`
	Happened     time.Time     `json:"happened"`
	Arrived      time.Time     `json:"arrived,omitzero"`
	OrderID      string        `json:"order_id"`
	CustomerID   string        `json:"customer_id"`
	ClosedCycles []string      `json:"closed_cycles"` // of the bills that were issued otherwise
	ClosedBills  []string      `json:"closed_bills"`
	Originals    []string      `json:"original_details"`
	DetailID     string        `json:"detail_id"` // that carries the difference
	BillID       string        `json:"bill_id"`
	Cycle        string        `json:"cycle"`
	Amount       events.Amount `json:"amount"`
	Currency     string        `json:"currency"`
	Why          string        `json:"why"`
}

var lateColumns = []table.Column[Late]{
	{Name: "partner_id", Of: func(l *Late) any { return l.PartnerID }},
	{Name: "late_of", Of: func(l *Late) any { return l.LateOf }},
	{Name: "source", Only: table.ForMachines, Of: func(l *Late) any { return l.Source }},
	{Name: "type", Only: table.ForMachines, Of: func(l *Late) any { return l.Type }},
	{Name: "happened", Only: table.ForMachines, Of: func(l *Late) any { return l.Happened }},
	{Name: "arrived", Only: table.ForMachines, Of: func(l *Late) any { return l.Arrived }},
	{Name: "order_id", Of: func(l *Late) any { return l.OrderID }},
	{Name: "customer_id", Of: func(l *Late) any { return l.CustomerID }},
	{Name: "closed_cycles", Of: func(l *Late) any { return l.ClosedCycles }},
	{Name: "closed_bills", Of: func(l *Late) any { return l.ClosedBills }},
	{Name: "original_details", Only: table.ForMachines, Of: func(l *Late) any { return l.Originals }},
	{Name: "detail_id", Of: func(l *Late) any { return l.DetailID }},
	{Name: "bill_id", Of: func(l *Late) any { return l.BillID }},
	{Name: "cycle", Of: func(l *Late) any { return l.Cycle }},
	{Name: "amount", Of: func(l *Late) any { return l.Amount }},
	{Name: "currency", Of: func(l *Late) any { return l.Currency }},
	{Name: "why", Of: func(l *Late) any { return l.Why }},
}

// Lates lists the corrective details, by the time of their late event; the filter's cycle is that of a closed bill. It needs
// them with the inputs they are put down to, and the partner's bills.
func Lates(filter Filter) (*List[Late], error) {
	if err := filter.check("late events", nil); err != nil {
		return nil, err
	}
	return newList(filter.Limit, lateColumns, func(p *decision.Partner) (rows []Late) {
		for _, d := range p.Details.All() {
			if d.LateOf == "" {
				continue
			}
			if row := lateRow(p, d); filter.Cycle == "" || slices.Contains(row.ClosedCycles, filter.Cycle) {
				rows = append(rows, row)
			}
		}
		slices.SortFunc(rows, func(a, b Late) int {
			return cmp.Or(a.Happened.Compare(b.Happened), cmp.Compare(a.LateOf, b.LateOf), cmp.Compare(a.DetailID, b.DetailID))
		})
		return rows
	}), nil
}

func lateRow(p *decision.Partner, d *decision.Detail) Late {
	row := Late{PartnerID: p.ID, LateOf: d.LateOf, Source: d.Event.Source, Happened: d.Event.Time, OrderID: d.OrderID, CustomerID: d.CustomerID,
		ClosedCycles: []string{}, ClosedBills: []string{}, Originals: []string{}, DetailID: d.ID, BillID: d.BillID, Cycle: string(d.Cycle),
		Amount: table.AmountIn(d.Amount, string(d.Currency)), Currency: string(d.Currency)}
	add := func(list *[]string, value string) {
		if value != "" && !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
	for _, s := range d.Slices {
		add(&row.Originals, s.DetailID)
		add(&row.ClosedBills, s.BillID)
		if bill := p.Bills.Get(s.BillID); bill != nil {
			add(&row.ClosedCycles, string(bill.Cycle))
		}
	}
	slices.Sort(row.Originals)
	slices.Sort(row.ClosedBills)
	slices.Sort(row.ClosedCycles)
	what := "an event"
	if in := p.Inputs.Get(decision.InputID(d.Event.Source, d.LateOf)); in != nil {
		row.Type, row.Arrived, what = in.Event.Type, in.ArrivedAt, in.Event.Type
	}
	row.Why = fmt.Sprintf("%s of %s", what, row.Happened.Format(time.DateOnly))
	if !row.Arrived.IsZero() {
		row.Why += " came on " + row.Arrived.In(row.Happened.Location()).Format(time.DateOnly)
	}
	row.Why += fmt.Sprintf(", after the close of %s", cmp.Or(strings.Join(row.ClosedCycles, ", "), "its cycle"))
	return row
}

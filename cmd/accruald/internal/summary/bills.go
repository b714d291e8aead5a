package summary

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// The reasons for which a bill's payable cannot be requested.
const (
	becauseNothing  = "nothing payable"
	becauseNegative = "negative: netted at the next request"
)

// becauseBlocked says by what stands against an issued bill why it cannot be requested.
var becauseBlocked = map[string]string{
	settlement.BlockedNotAuthenticated: "business information is not authenticated", settlement.BlockedOverdue: "an account is overdue",
	settlement.BlockedBelowMinimum: "below the minimum payment of its policy",
}

// becauseOf says by state why a bill cannot be requested; an issued one can.
var becauseOf = map[string]string{
	"estimated": "estimated: the period runs", "pending_confirmation": "to confirm", "disputed": "disputed", "issuing": "being approved",
	stateIssued: "", "expired": "expired",
}

// A BillFilter says which bills are listed; what is empty keeps none out. The partner is chosen by the caller.
type BillFilter struct{ Cycle, State string }

// Check refuses what no bill can have.
func (f BillFilter) Check() error {
	if f.Cycle != "" {
		if _, err := calendar.ParseCycle(f.Cycle); err != nil {
			return fmt.Errorf("list bills of cycle %q: %w: write YYYY-MM", f.Cycle, err)
		}
	}
	if _, known := becauseOf[f.State]; f.State != "" && !known {
		return fmt.Errorf("list bills in state %q: there is no such state: use one of %s", f.State, strings.Join(slices.Sorted(maps.Keys(becauseOf)), ", "))
	}
	return nil
}

// BillList is what `accruald bills` shows: bills by partner, cycle, policy, association and currency, and their sums.
type BillList struct {
	Bills []BillRow `json:"bills"`
	Sums  []BillSum `json:"sums"`
	// LeftOut is how many bills are summed and not listed.
	LeftOut int `json:"left_out,omitzero"`

	filter BillFilter
	sums   map[string]*billSums
}

// BillRow is one bill. CanBeRequested is its payable where it is positive and the bill is issued, else 0, and Because
// says why.
type BillRow struct {
	PartnerID      string        `json:"partner_id"`
	BillID         string        `json:"bill_id"`
	Cycle          string        `json:"cycle"`
	Period         string        `json:"period"`
	PolicyID       string        `json:"policy_id"`
	Association    string        `json:"association"`
	Currency       string        `json:"currency"`
	State          string        `json:"state"`
	Total          events.Amount `json:"total"`
	Frozen         events.Amount `json:"frozen"`
	Payable        events.Amount `json:"payable"`
	Requested      events.Amount `json:"requested"`
	PaidOut        events.Amount `json:"paid_out"`
	Expired        events.Amount `json:"expired"`
	Offset         events.Amount `json:"offset"`
	CanBeRequested events.Amount `json:"can_be_requested"`
	Because        string        `json:"because,omitzero"`
}

// BillSum sums the listed bills of one currency.
type BillSum struct {
	Currency       string        `json:"currency"`
	Bills          int           `json:"bills"`
	Total          events.Amount `json:"total"`
	Frozen         events.Amount `json:"frozen"`
	Payable        events.Amount `json:"payable"`
	Requested      events.Amount `json:"requested"`
	PaidOut        events.Amount `json:"paid_out"`
	CanBeRequested events.Amount `json:"can_be_requested"`
}

type billSums struct {
	count                                                  int
	total, frozen, payable, requested, paidOut, applicable decimal.Decimal
}

// NewBillList returns a list of nothing.
func NewBillList(f BillFilter) *BillList {
	return &BillList{Bills: []BillRow{}, Sums: []BillSum{}, filter: f, sums: map[string]*billSums{}}
}

// A Judge says what of a bill may be applied for, and what stands against it.
type Judge = func(*decision.Bill) (decimal.Decimal, []string, error)

// AddAll lists a partner's bills with what may be applied for, as far as the filter lets them through.
func (l *BillList) AddAll(p *decision.Partner, judge Judge) error {
	for _, b := range p.Bills.All() {
		can, blocked, err := judge(b)
		if err != nil {
			return err
		}
		l.add(p.ID, b, can, blocked)
	}
	return nil
}

func (l *BillList) add(partnerID string, b *decision.Bill, can decimal.Decimal, blocked []string) {
	f, state, currency := l.filter, string(b.State), string(b.Currency)
	if f.Cycle != "" && f.Cycle != string(b.Cycle) || f.State != "" && f.State != state {
		return
	}
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	a := b.Amounts
	l.Bills = append(l.Bills, BillRow{PartnerID: partnerID, BillID: b.ID, Cycle: string(b.Cycle), Period: b.Period, PolicyID: b.PolicyID,
		Association: b.Association, Currency: currency, State: state, Total: of(a.Total), Frozen: of(a.Frozen), Payable: of(a.Payable),
		Requested: of(a.Requested), PaidOut: of(a.PaidOut), Expired: of(a.Expired), Offset: of(a.Offset), CanBeRequested: of(can), Because: because(b, blocked)})
	s := l.sums[currency]
	if s == nil {
		s = &billSums{}
		l.sums[currency] = s
	}
	s.count++
	s.total, s.frozen, s.payable = s.total.Add(a.Total), s.frozen.Add(a.Frozen), s.payable.Add(a.Payable)
	s.requested, s.paidOut, s.applicable = s.requested.Add(a.Requested), s.paidOut.Add(a.PaidOut), s.applicable.Add(can)
}

// because says why nothing of a bill can be requested; "" if something can.
func because(b *decision.Bill, blocked []string) string {
	reason, known := becauseOf[string(b.State)]
	switch payable := b.Amounts.Payable; {
	case !known:
		return "state " + string(b.State)
	case reason != "":
		return reason
	case payable.IsNegative():
		return becauseNegative
	case payable.IsZero():
		return becauseNothing
	case len(blocked) == 0:
		return ""
	}
	if text, known := becauseBlocked[blocked[0]]; known {
		return text
	}
	return blocked[0]
}

// Sorted brings the list into its order and sums it up.
func (l *BillList) Sorted() *BillList {
	slices.SortFunc(l.Bills, func(a, b BillRow) int {
		return cmp.Or(cmp.Compare(a.PartnerID, b.PartnerID), cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(a.PolicyID, b.PolicyID),
			cmp.Compare(a.Association, b.Association), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.BillID, b.BillID))
	})
	l.Sums = l.Sums[:0]
	for _, currency := range slices.Sorted(maps.Keys(l.sums)) {
		s, of := l.sums[currency], func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
		l.Sums = append(l.Sums, BillSum{Currency: currency, Bills: s.count, Total: of(s.total), Frozen: of(s.frozen), Payable: of(s.payable),
			Requested: of(s.requested), PaidOut: of(s.paidOut), CanBeRequested: of(s.applicable)})
	}
	return l
}

// Cut leaves out what is beyond a limit; the sums are those of all.
func (l *BillList) Cut(limit int) {
	l.LeftOut = max(0, len(l.Bills)-limit)
	l.Bills = l.Bills[:len(l.Bills)-l.LeftOut]
}

// Cutoff is how many bills Cut has left out.
func (l *BillList) Cutoff() int { return l.LeftOut }

// billColumns are those of the list; people are shown a dash where nothing can be requested.
var billColumns = []table.Column[BillRow]{
	{Name: "partner_id", Of: func(b *BillRow) any { return b.PartnerID }},
	{Name: "bill_id", Only: table.ForMachines, Of: func(b *BillRow) any { return b.BillID }},
	{Name: "cycle", Of: func(b *BillRow) any { return b.Cycle }},
	{Name: "period", Only: table.ForMachines, Of: func(b *BillRow) any { return b.Period }},
	{Name: "policy_id", Of: func(b *BillRow) any { return b.PolicyID }},
	{Name: "association", Of: func(b *BillRow) any { return b.Association }},
	{Name: "currency", Of: func(b *BillRow) any { return b.Currency }},
	{Name: "state", Of: func(b *BillRow) any { return b.State }},
	{Name: "total", Of: func(b *BillRow) any { return b.Total }},
	{Name: "frozen", Of: func(b *BillRow) any { return b.Frozen }},
	{Name: "payable", Of: func(b *BillRow) any { return b.Payable }},
	{Name: "requested", Of: func(b *BillRow) any { return b.Requested }},
	{Name: "paid_out", Of: func(b *BillRow) any { return b.PaidOut }},
	{Name: "expired", Only: table.ForMachines, Of: func(b *BillRow) any { return b.Expired }},
	{Name: "offset", Only: table.ForMachines, Of: func(b *BillRow) any { return b.Offset }},
	{Name: "can_be_requested", Only: table.ForMachines, Of: func(b *BillRow) any { return b.CanBeRequested }},
	{Name: "can_be_requested", Only: table.ForPeople, Of: func(b *BillRow) any {
		if b.Because != "" {
			return "-"
		}
		return b.CanBeRequested
	}},
	{Name: "because", Of: func(b *BillRow) any { return b.Because }},
}

// WriteText writes the list as a person reads it.
func (l *BillList) WriteText(w io.Writer) error {
	var t table.Text
	rows, set := table.Rows(billColumns, l.Bills)
	for _, s := range l.Sums {
		rows = append(rows, []string{"sum of " + table.Number(s.Bills), "", "", "", s.Currency, "", table.Amount(s.Total), table.Amount(s.Frozen),
			table.Amount(s.Payable), table.Amount(s.Requested), table.Amount(s.PaidOut), table.Amount(s.CanBeRequested), ""})
	}
	t.Rows(rows, set)
	t.Line("\n%s", negativeFrozen)
	return t.Write(w)
}

// WriteCSV writes the listed bills, without sums.
func (l *BillList) WriteCSV(w io.Writer) error { return table.WriteCSV(w, billColumns, l.Bills) }

package workers

import (
	"fmt"
	"strings"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/reconciliation"
)

// within compares amounts of one row with one another. What they are made of is
// told of those that differ: one row of evidence for each side.
func (b *book) within(table, id, cycle string, amount *reconciliation.Amount, parts func() []reconciliation.Row) {
	f := reconciliation.Amounts(reconciliation.AmountsDiffer, b.partnerID, []string{table, id}, *amount)
	if f == nil {
		return
	}
	f.Evidence = parts()
	b.say(reconciliation.PairRows, cycle, *f)
}

// partsOf is one side of a row: the first of its parts, and how many more.
func partsOf[P any](table, side, id string, parts []P, text func(*P) string) reconciliation.Row {
	texts := make([]string, 0, reconciliation.EvidenceRowsMax)
	for i := range parts[:min(len(parts), reconciliation.EvidenceRowsMax)] {
		texts = append(texts, text(&parts[i]))
	}
	switch more := len(parts) - len(texts); {
	case len(parts) == 0:
		texts = []string{"none"}
	case more > 0:
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return reconciliation.Row{Source: table + " " + side, ID: id, Text: strings.Join(texts, "; ")}
}

func orderParts(row *decision.Order) []reconciliation.Row {
	const table = "customer_order"
	return []reconciliation.Row{
		partsOf(table, "tenders", row.ID, row.Payment.Tenders, func(t *pricing.Tender) string {
			return strings.TrimSpace(fmt.Sprintf("%s %s %s", t.Kind, t.Reference, t.Amount))
		}),
		partsOf(table, "slices", row.ID, row.Payment.Slices, func(s *decision.PaidSlice) string {
			return fmt.Sprintf("line %s %s %s", s.LineID, s.Kind, s.Amount)
		}),
	}
}

func detailParts(row *decision.Detail) []reconciliation.Row {
	return []reconciliation.Row{partsOf("incentive_detail", "slices", row.ID, row.Slices, func(s *decision.DetailSlice) string {
		return fmt.Sprintf("order %s %s: %s of %s", s.OrderID, s.Kind, s.Share, s.Paid)
	})}
}

func requestParts(row *decision.Request) []reconciliation.Row {
	return []reconciliation.Row{partsOf("payment_request", "bills", row.ID, row.Bills, func(p *decision.RequestedBill) string {
		return fmt.Sprintf("bill %s %s", p.BillID, p.Amount)
	})}
}

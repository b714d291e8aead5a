package reconciliation

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Judged once, in the order of arrival (contract, section 1): the five-day quota and the limit to first orders. What the
// order of events would judge otherwise stands as it was decided, and is a finding.

// A Moment is an event's place in the order of events.
type Moment struct {
	At         time.Time
	Source, ID string
}

func (m *Moment) compare(other *Moment) int {
	return cmp.Or(m.At.Compare(other.At), cmp.Compare(m.Source, other.Source), cmp.Compare(m.ID, other.ID))
}

// A FiveDayReturn is a return that the five-day rule reaches.
type FiveDayReturn struct {
	Moment
	OrderID   string
	Instances int
	Admitted  bool // by the quota, when it was decided
}

func (r *FiveDayReturn) row() Row {
	judged := "not admitted by the five-day quota"
	if r.Admitted {
		judged = "admitted by the five-day quota"
	}
	return Row{Source: "customer_order", ID: r.OrderID, Text: fmt.Sprintf("return of %s, event %s, %d instances, %s", r.At.Format(time.RFC3339), r.ID, r.Instances, judged)}
}

// Before tells whether a payment comes first.
func (p *CustomerPayment) Before(other *CustomerPayment) bool { return p.compare(&other.Moment) < 0 }

// FiveDayReturns judges the returns of one customer and year again, in the order of their events. Quota is how many
// instances a year has; the returns are sorted.
func FiveDayReturns(partnerID string, quota int, returns []FiveDayReturn) (found []Finding) {
	slices.SortFunc(returns, func(a, b FiveDayReturn) int { return a.compare(&b.Moment) })
	used := 0
	for i := range returns {
		r := &returns[i]
		before, admitted := used, used+r.Instances <= quota
		if admitted {
			used += r.Instances
		}
		if admitted == r.Admitted {
			continue
		}
		f := newFinding(FiveDayOrder, partnerID, r.OrderID)
		f.Expected = fmt.Sprintf("%d instances of a quota of %d, of which %d are used before it in the order of events: %s", r.Instances, quota, before, outcome(admitted))
		f.Found = "judged in the order of arrival: " + outcome(r.Admitted)
		f.Evidence = []Row{r.row()}
		for j := range returns {
			if j != i {
				f.Evidence = append(f.Evidence, returns[j].row())
			}
		}
		f.Evidence = bounded(f.Evidence)
		found = append(found, f)
	}
	return found
}

func outcome(admitted bool) string {
	if admitted {
		return "returned whole"
	}
	return "returned as any other"
}

// A CustomerPayment is a customer's payment for an order.
type CustomerPayment struct {
	Moment
	OrderID string
}

// A FirstOrderPayment is a payment by a coupon for first orders, and whether it was taken for the first.
type FirstOrderPayment struct {
	CustomerPayment
	First  bool
	Status string // what became of it
}

// FirstOrder compares how a payment was judged with the first payment of its customer for another order, nil for none.
func FirstOrder(partnerID string, p *FirstOrderPayment, other *CustomerPayment) *Finding {
	first := other == nil || p.compare(&other.Moment) < 0
	if first == p.First {
		return nil
	}
	f := newFinding(FirstOrderOrder, partnerID, p.OrderID, p.ID)
	f.Expected, f.Found = ordinal(first)+", in the order of events", "judged in the order of arrival: "+ordinal(p.First)
	f.Evidence = []Row{{Source: "input", ID: p.ID, Text: fmt.Sprintf("payment of order %s, of %s, %s", p.OrderID, p.At.Format(time.RFC3339), p.Status)}}
	if other != nil {
		f.Evidence = append(f.Evidence, Row{Source: "customer_order", ID: other.OrderID, Text: fmt.Sprintf("paid %s, by event %s", other.At.Format(time.RFC3339), other.ID)})
	}
	return &f
}

func ordinal(first bool) string {
	if first {
		return "the customer's first order"
	}
	return "not the customer's first order"
}

// bounded keeps the first rows, and says how many more there are.
func bounded(rows []Row) []Row {
	if more := len(rows) - EvidenceRowsMax; more > 0 {
		rows = append(rows[:EvidenceRowsMax:EvidenceRowsMax], moreRows(rows[EvidenceRowsMax].Source, int64(more)))
	}
	return rows
}

func moreRows(source string, more int64) Row {
	return Row{Source: source, Text: fmt.Sprintf("and %d more", more)}
}

package reconciliation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"
)

// An Answer is what an adjustment that settles a finding is of: an order or a bill, and by how much.
type Answer struct {
	OrderID, BillID string
	Amount          decimal.Decimal
}

// A NoAnswerError says why no adjustment settles a finding, and what does.
type NoAnswerError struct {
	Kind   Kind
	Reason string
}

// Error is a sentence for people.
func (e *NoAnswerError) Error() string {
	return fmt.Sprintf("a finding of kind %s cannot be settled by an adjustment: %s", e.Kind, e.Reason)
}

// byAmount are the kinds where one amount stands against another.
var byAmount = []Kind{MissingInStatement, MissingInBooks, AmountDiffers, DuplicateLine}

// AnswerTo proposes the adjustment that settles a finding: of the order it is about, or the original one of a line that
// names it, by the difference. What it leaves empty somebody has to say. Rows that were changed, events that were lost
// and what differs by something else than an amount have no answer: they are mended where they broke.
func AnswerTo(f *Finding) (Answer, error) {
	info, known := Info(f.Kind)
	switch {
	case !known:
		return Answer{}, &NoAnswerError{f.Kind, "this version does not know the kind; use the version that found it"}
	case slices.Contains(byAmount, f.Kind):
		answer := Answer{OrderID: f.Key("order_id"), Amount: f.Difference}
		if strings.HasPrefix(answer.OrderID, "#") {
			answer.OrderID = ""
		}
		if f.Kind == MissingInBooks {
			answer.OrderID = originalOrder(f, answer.OrderID)
		}
		return answer, nil
	case info.Stands:
		return Answer{OrderID: f.Key("order_id"), BillID: f.Key("bill_id"), Amount: f.Difference}, nil
	default:
		return Answer{}, &NoAnswerError{f.Kind, info.Mend}
	}
}

// originalOrder is the order that a line of a refund or adjustment says it is about: the books may have that one.
func originalOrder(f *Finding, orderID string) string {
	for _, row := range f.Evidence {
		var line struct {
			Original string `json:"original_order_id"`
		}
		if json.Unmarshal([]byte(row.Text), &line) == nil && line.Original != "" {
			return line.Original
		}
	}
	return orderID
}

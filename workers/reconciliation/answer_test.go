package reconciliation_test

import (
	"errors"
	"testing"

	"github.com/accruald/accruald/workers/reconciliation"
)

// TestAnswers: every kind has an adjustment that settles it, or a sentence that says what does.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, info := range reconciliation.Kinds() {
		f := &reconciliation.Finding{Kind: info.Kind, PartnerID: "P1", Difference: amount("1.50"), Currency: "CNY"}
		for _, name := range info.Keys {
			f.Keys = append(f.Keys, reconciliation.Key{Name: name, Value: name + "-1"})
		}
		answer, err := reconciliation.AnswerTo(f)
		refused, is := errors.AsType[*reconciliation.NoAnswerError](err)
		switch info.Kind {
		case reconciliation.MissingInStatement, reconciliation.MissingInBooks, reconciliation.AmountDiffers, reconciliation.DuplicateLine:
			if err != nil || answer.OrderID != "order_id-1" || answer.Amount.String() != "1.5" {
				t.Errorf("%s: %+v %v", info.Kind, answer, err)
			}
		default:
			if info.Stands != (err == nil) || !info.Stands && (!is || refused.Reason != info.Mend) {
				t.Errorf("%s: %+v %v", info.Kind, answer, err)
			}
		}
	}
	if _, err := reconciliation.AnswerTo(&reconciliation.Finding{Kind: "other"}); err == nil {
		t.Error("an unknown kind has an answer")
	}
	line := &reconciliation.Finding{Kind: reconciliation.MissingInBooks, Difference: amount("-2"), Keys: []reconciliation.Key{{Name: "order_id", Value: "V1"}},
		Evidence: []reconciliation.Row{{Text: `{"order_id":"V1","original_order_id":"O7"}`}}}
	if answer, err := reconciliation.AnswerTo(line); err != nil || answer.OrderID != "O7" {
		t.Errorf("a refund of a known order: %+v %v", answer, err)
	}
	line.Keys[0].Value, line.Evidence = "#abc", nil
	if answer, err := reconciliation.AnswerTo(line); err != nil || answer.OrderID != "" {
		t.Errorf("a line of no order: %+v %v", answer, err)
	}
}

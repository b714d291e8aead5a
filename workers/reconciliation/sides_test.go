package reconciliation

import (
	"fmt"
	"slices"
	"testing"
)

// TestEveryKindHasTwoSides: a finding of any kind rests on rows that can be looked up by its keys, or that its comparison
// brings.
func TestEveryKindHasTwoSides(t *testing.T) {
	t.Parallel()
	for _, info := range Kinds() {
		own := slices.Contains(ownRows, info.Kind)
		if len(sides[info.Kind]) < 2 && !own {
			t.Errorf("%s: %d sides, and none of its own", info.Kind, len(sides[info.Kind]))
		}
		for _, s := range sides[info.Kind] {
			for _, key := range s.Keys {
				if !slices.Contains(info.Keys, key) {
					t.Errorf("%s: %q is looked for by %q, which is no key of it", info.Kind, s.Rows, key)
				}
			}
		}
	}
}

// TestRowsOfFindings: rows are named once, what is not there is said to be missing, and what is left out is counted.
func TestRowsOfFindings(t *testing.T) {
	t.Parallel()
	f := newFinding(DetailDuplicate, "P1", "O1", "1", "POL", "E1")
	f.Evidence = []Row{{Source: "incentive_detail", ID: "D1"}, {Source: "incentive_detail", ID: "D2"}}
	for _, at := range f.RowsOf() {
		switch at.Key {
		case "D1":
			f.TakeRows(at, []Row{{ID: "D1", Text: "amount 5"}}, 1)
		case "D2":
			f.TakeRows(at, nil, 0)
		case "O1":
			f.TakeRows(at, []Row{{ID: "O1", Text: "paid"}}, 12)
		}
	}
	want := "[{incentive_detail D1 amount 5} {incentive_detail D2 none} {customer_order O1 paid} {customer_order  and 11 more}]"
	if got := fmt.Sprint(f.Evidence); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	named := newFinding(PaymentMissing, "P1", "payment_request", "R1")
	if got := fmt.Sprint(named.RowsOf()); got != "[{input of row R1} {payment_request R1}]" {
		t.Errorf("got %s", got)
	}
}

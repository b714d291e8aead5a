package workers

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/reconciliation"
)

// plantedElsewhere are the kinds that no table of faults has, with the test that
// makes each: they take events, a statement or a replay.
var plantedElsewhere = map[reconciliation.Kind]string{
	reconciliation.PostingUnbalanced:  "TestReconcileTheShippedQuarter",
	reconciliation.FiveDayOrder:       "TestReconcileNamesWhatArrivalJudgedOtherwise",
	reconciliation.FirstOrderOrder:    "TestReconcileNamesWhatArrivalJudgedOtherwise",
	reconciliation.LateReference:      "TestReconcileNamesTheOrdersOfLateReferenceData",
	reconciliation.ReplayInput:        "TestReplayFindsTampering",
	reconciliation.ReplayDecision:     "TestReplayFindsTampering",
	reconciliation.ReplayPosting:      "TestReplayFindsTampering",
	reconciliation.ReplayBalance:      "TestReplayFindsTampering",
	reconciliation.ReplayDigest:       "TestReplayFindsTampering",
	reconciliation.MissingInStatement: "TestBooksAgainstStatements",
	reconciliation.MissingInBooks:     "TestBooksAgainstStatements",
	reconciliation.AmountDiffers:      "TestBooksAgainstStatements",
	reconciliation.DuplicateLine:      "TestBooksAgainstStatements",
	reconciliation.CurrencyDiffers:    "TestOrdersThatStatementsHaveElsewhere",
	reconciliation.CycleDiffers:       "TestOrdersThatStatementsHaveElsewhere",
	reconciliation.CustomerDiffers:    "TestOrdersThatStatementsHaveElsewhere",
	reconciliation.BillTypeDiffers:    "TestOrdersThatStatementsHaveElsewhere",
}

// plantedKinds are the kinds that planted faults have to be found as.
func plantedKinds() map[string]bool {
	kinds := map[string]bool{}
	for _, fault := range historyFaults {
		for _, kind := range strings.Fields(fault.kinds) {
			if !strings.HasSuffix(kind, "?") {
				kinds[kind] = true
			}
		}
	}
	for _, fault := range settledFaults {
		kinds[strings.Fields(fault.kinds)[0]] = true
	}
	return kinds
}

// TestEveryKindOfFindingIsPlanted: there is no kind of finding that no fault is
// found as: a new one needs a fault in the tables of the planted ones, or a test
// of its own.
func TestEveryKindOfFindingIsPlanted(t *testing.T) {
	t.Parallel()
	for _, finding := range unplanted(plantedKinds()) {
		t.Error(finding)
	}
	without := plantedKinds()
	delete(without, string(reconciliation.EventLost))
	if got := unplanted(without); !slices.Equal(got, []string{"event_lost: no fault is planted that it is found as"}) {
		t.Errorf("without a fault: %q", got)
	}
	for kind := range plantedKinds() {
		if _, known := reconciliation.Info(reconciliation.Kind(kind)); !known {
			t.Errorf("%s: a fault has to be found as it, and there is no such kind", kind)
		}
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = tests.Write(text)
	}
	for kind, by := range plantedElsewhere {
		_, body, found := strings.Cut(tests.String(), "func "+by+"(")
		body, _, _ = strings.Cut(body, "\n}\n")
		if !found || !strings.Contains(body, string(kind)) && !strings.Contains(body, "reconciliation."+constantOf(string(kind))) {
			t.Errorf("%s: %s does not make it", kind, by)
		}
	}
}

// Every query for rows of findings takes the same arguments in the same places:
// they are numbered by where they stand in its text.
func TestQueriesOfEvidenceTakeTheSame(t *testing.T) {
	t.Parallel()
	for rows, query := range evidenceQueries {
		if !strings.Contains(query, "select $1::text as partner_id, unnest($2::text[]) as key, $3::bigint as rows_max, $4::int as text_max\n") {
			t.Errorf("the query of %q takes other arguments:\n%s", rows, query)
		}
	}
}

func unplanted(planted map[string]bool) (findings []string) {
	for _, info := range reconciliation.Kinds() {
		if _, elsewhere := plantedElsewhere[info.Kind]; !elsewhere && !planted[string(info.Kind)] {
			findings = append(findings, string(info.Kind)+": no fault is planted that it is found as")
		}
	}
	return findings
}

// constantOf is how the program names a kind: LateReference for late_reference.
func constantOf(kind string) string {
	var name strings.Builder
	for _, part := range strings.Split(kind, "_") {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String()
}

package workers

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/accruald/accruald/workers/reconciliation"
)

// plantedElsewhere are the kinds that no table of faults has, with the file and
// the test that makes each: they take events, a statement or a replay.
var plantedElsewhere = map[reconciliation.Kind][2]string{
	reconciliation.PostingUnbalanced:  {"reconcile_quarter_test.go", "TestReconcileTheShippedQuarter"},
	reconciliation.FiveDayOrder:       {"reconcile_judged_test.go", "TestReconcileNamesWhatArrivalJudgedOtherwise"},
	reconciliation.FirstOrderOrder:    {"reconcile_judged_test.go", "TestReconcileNamesWhatArrivalJudgedOtherwise"},
	reconciliation.LateReference:      {"reconcile_late_test.go", "TestReconcileNamesTheOrdersOfLateReferenceData"},
	reconciliation.ReplayInput:        {"replay_test.go", "TestReplayFindsTampering"},
	reconciliation.ReplayDecision:     {"replay_test.go", "TestReplayFindsTampering"},
	reconciliation.ReplayPosting:      {"replay_test.go", "TestReplayFindsTampering"},
	reconciliation.ReplayBalance:      {"replay_test.go", "TestReplayFindsTampering"},
	reconciliation.ReplayDigest:       {"replay_test.go", "TestReplayFindsTampering"},
	reconciliation.MissingInStatement: {"reconcile_statements_test.go", "TestBooksAgainstStatements"},
	reconciliation.MissingInBooks:     {"reconcile_statements_test.go", "TestBooksAgainstStatements"},
	reconciliation.AmountDiffers:      {"reconcile_statements_test.go", "TestBooksAgainstStatements"},
	reconciliation.DuplicateLine:      {"reconcile_statements_test.go", "TestBooksAgainstStatements"},
	reconciliation.CurrencyDiffers:    {"reconcile_statements_test.go", "TestOrdersThatStatementsHaveElsewhere"},
	reconciliation.CycleDiffers:       {"reconcile_statements_test.go", "TestOrdersThatStatementsHaveElsewhere"},
	reconciliation.CustomerDiffers:    {"reconcile_statements_test.go", "TestOrdersThatStatementsHaveElsewhere"},
	reconciliation.BillTypeDiffers:    {"reconcile_statements_test.go", "TestOrdersThatStatementsHaveElsewhere"},
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
	for kind, by := range plantedElsewhere {
		source, err := os.ReadFile(by[0])
		if err != nil {
			t.Fatal(err)
		}
		_, body, found := strings.Cut(string(source), "func "+by[1]+"(")
		if !found || !strings.Contains(body, string(kind)) && !strings.Contains(body, "reconciliation."+constantOf(string(kind))) {
			t.Errorf("%s: %s in %s does not make it", kind, by[1], by[0])
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

package laws

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The failures of comparable systems that price, count time and round, pay commissions and take them back, and meet late
// events, and whose runs and operations get stuck: every one is spoken of by a test that would see it here.
const (
	failureFirst = 20
	failureLast  = 72
)

// failuresOfRuns are those of runs that are put down twice, forgotten or stuck, from other groups of the list.
var failuresOfRuns = []int{5, 86, 87}

func failures() []int {
	list := slices.Clone(failuresOfRuns)
	for n := failureFirst; n <= failureLast; n++ {
		list = append(list, n)
	}
	return list
}

// unspoken returns the failures that no test names, as F20 in its name or beside it.
func unspoken(tests string) []string {
	var findings []string
	for _, n := range failures() {
		if !regexp.MustCompile(fmt.Sprintf(`F%d([^0-9]|$)`, n)).MatchString(tests) {
			findings = append(findings, fmt.Sprintf("F%d: no test names it", n))
		}
	}
	return findings
}

func TestEveryFailureOfComparableSystemsIsTested(t *testing.T) {
	t.Parallel()
	for _, finding := range unspoken(testText(t, "workers")) {
		t.Error(finding)
	}
}

func TestUnspokenFailuresCanFail(t *testing.T) {
	t.Parallel()
	all := ""
	for _, n := range failures() {
		all += fmt.Sprintf("// F%d\n", n)
	}
	if got := unspoken(all); len(got) != 0 {
		t.Errorf("findings are %q", got)
	}
	if got := unspoken(strings.Replace(all, "// F20\n", "// F200\n", 1)); len(got) != 1 || got[0] != "F20: no test names it" {
		t.Errorf("findings are %q", got)
	}
}

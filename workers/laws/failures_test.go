package laws

import (
	"fmt"
	"regexp"
	"testing"
)

// The failures of comparable systems that price, count time and round, pay commissions and take them back, and meet late
// events: every one is spoken of by a test that would see it here.
const (
	failureFirst = 20
	failureLast  = 65
)

// unspoken returns the failures that no test names, as F20 in its name or beside it.
func unspoken(tests string) []string {
	var findings []string
	for n := failureFirst; n <= failureLast; n++ {
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
	for n := failureFirst; n <= failureLast; n++ {
		all += fmt.Sprintf("// F%d\n", n)
	}
	if got := unspoken(all); len(got) != 0 {
		t.Errorf("findings are %q", got)
	}
	if got := unspoken(all[len("// F20\n"):] + "F200"); len(got) != 1 || got[0] != "F20: no test names it" {
		t.Errorf("findings are %q", got)
	}
}

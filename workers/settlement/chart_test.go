package settlement

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestEveryAccountIsInTheChart: each Account constant stands in the chart once, with a meaning and a side, and nothing
// else does.
func TestEveryAccountIsInTheChart(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, account := range Chart() {
		if listed[account.Name] || account.Meaning == "" || account.Normal != Debit && account.Normal != Credit {
			t.Errorf("account %+v is listed twice, or has no meaning or side", account)
		}
		listed[account.Name] = true
	}
	named := accountConstants(t)
	if len(named) < 20 {
		t.Fatalf("found only the constants %q", named)
	}
	for _, name := range named {
		if !listed[name] {
			t.Errorf("account %q is not in the chart", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("account %q of the chart is no constant", name)
	}
}

// accountConstants reads the names of accounts out of the source, where none can be forgotten.
func accountConstants(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "posting.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Account") {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		return true
	})
	return names
}

// TestPostedAccountsAreInTheChart: whatever tender or method is posted, the chart explains the account.
func TestPostedAccountsAreInTheChart(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, account := range Chart() {
		listed[account.Name] = true
	}
	for method, account := range methodAccounts {
		if !listed[account] {
			t.Errorf("account %q of method %q is not in the chart", account, method)
		}
	}
	for kind, account := range tenderAccounts {
		if !listed[account] {
			t.Errorf("account %q of tender %q is not in the chart", account, kind)
		}
	}
}

package laws

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"testing"
)

// clockFunctions are the functions of package time that read or wait for the wall clock.
var clockFunctions = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
}

// dividing are the methods and functions of package decimal that divide, round or leave decimal arithmetic. Div stops
// silently at 16 digits (F44), and a second place that rounds is a second answer.
var dividing = []string{
	"Div", "DivRound", "QuoRem", "Mod", "Avg", "Pow", "PowWithPrecision", "PowInt32", "PowBigInt",
	"Round", "RoundBank", "RoundCash", "RoundCeil", "RoundFloor", "RoundUp", "RoundDown", "Truncate", "Floor", "Ceil",
	"NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent", "Float64", "InexactFloat64",
	"DivisionPrecision", "MarshalJSONWithoutQuotes",
}

// formatting are methods that round while they print; a rule that prints takes the printing from workers/money.
var formatting = []string{"StringFixed", "StringFixedBank", "StringFixedCash"}

// usedFrom gives the name that an identifier means in the package of that path: a function, a variable or a method.
func usedFrom(s source, ident *ast.Ident, path string) string {
	object := s.info.Uses[ident]
	if object == nil || object.Pkg() == nil || object.Pkg().Path() != path {
		return ""
	}
	return object.Name()
}

// checkClock finds what reads the wall clock in a package whose time is an argument.
func checkClock(s source) []string {
	var findings []string
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			ident, ok := node.(*ast.Ident)
			if !ok {
				return true
			}
			function, isFunction := s.info.Uses[ident].(*types.Func)
			if isFunction && function.Signature().Recv() == nil && slices.Contains(clockFunctions, usedFrom(s, ident, "time")) {
				findings = append(findings, fmt.Sprintf("%s: time.%s in a pure package: take the time as an argument", s.at(ident), ident.Name))
			}
			return true
		})
	}
	return findings
}

// checkFloats finds every expression and type of floating point, also one that is only inferred.
func checkFloats(s source) []string {
	var findings []string
	for _, file := range s.files {
		seen := map[string]bool{}
		ast.Inspect(file, func(node ast.Node) bool {
			expression, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			basic, ok := types.Unalias(typeOf(s, expression)).(*types.Basic)
			if !ok || basic.Info()&(types.IsFloat|types.IsComplex) == 0 {
				return true
			}
			if position := s.at(expression); !seen[position] {
				seen[position] = true
				findings = append(findings, fmt.Sprintf("%s: %s: amounts, rates and shares are decimals or whole fractions", position, basic.Name()))
			}
			return true
		})
	}
	return findings
}

// typeOf gives the underlying type of an expression, or nil where it has none.
func typeOf(s source, expression ast.Expr) types.Type {
	if value, ok := s.info.Types[expression]; ok && value.Type != nil {
		return value.Type.Underlying()
	}
	return nil
}

// checkDecimals finds division, rounding and == on decimals. Packages of rules may not print with rounding either.
func checkDecimals(s source, isRule bool) []string {
	var findings []string
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.Ident:
				name := usedFrom(s, node, decimalModule)
				if slices.Contains(dividing, name) {
					findings = append(findings, fmt.Sprintf("%s: decimal's %s: only workers/money divides and rounds", s.at(node), name))
				}
				if isRule && slices.Contains(formatting, name) {
					findings = append(findings, fmt.Sprintf("%s: decimal's %s rounds while it prints: use workers/money", s.at(node), name))
				}
			case *ast.BinaryExpr:
				if (node.Op == token.EQL || node.Op == token.NEQ) && holdsDecimal(s.info.Types[node.X].Type, 0) {
					findings = append(findings, fmt.Sprintf("%s: %s between decimals compares pointers: use Equal", s.at(node), node.Op))
				}
			case *ast.MapType:
				if holdsDecimal(s.info.Types[node.Key].Type, 0) {
					findings = append(findings, fmt.Sprintf("%s: a decimal in a map key compares pointers: use its text", s.at(node)))
				}
			}
			return true
		})
	}
	return findings
}

// nestingMax bounds how deep holdsDecimal looks; Go forbids a struct that holds itself by value, so it ends earlier.
const nestingMax = 16

// holdsDecimal tells whether == on a value of the type compares a decimal by value. What is behind a pointer is not compared.
func holdsDecimal(t types.Type, depth int) bool {
	if t == nil || depth > nestingMax {
		return false
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		object := named.Obj()
		if object.Pkg() != nil && object.Pkg().Path() == decimalModule && object.Name() == "Decimal" {
			return true
		}
	}
	switch t := t.Underlying().(type) {
	case *types.Array:
		return holdsDecimal(t.Elem(), depth+1)
	case *types.Struct:
		for i := range t.NumFields() {
			if holdsDecimal(t.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// checkPurity applies to one package what its row in the import table asks for.
func checkPurity(s source) []string {
	pure := importTable[s.name].pure
	var findings []string
	if pure {
		findings = append(findings, checkClock(s)...)
		findings = append(findings, checkFloats(s)...)
	}
	if s.name != "workers/money" {
		findings = append(findings, checkDecimals(s, pure && s.name != "events")...)
	}
	return findings
}

func TestPurity(t *testing.T) {
	t.Parallel()
	var findings []string
	for _, one := range own(t) {
		s, err := load(one)
		if err != nil {
			findings = append(findings, fmt.Sprintf("package %q does not compile, so no law can look at it: %v", inside(one.ImportPath), err))
			continue
		}
		findings = append(findings, checkPurity(s)...)
	}
	report(t, findings)
}

func TestPurityCanFail(t *testing.T) {
	t.Parallel()
	const withDecimal = `package p; import "github.com/shopspring/decimal"; `
	cases := []struct {
		name, pkg, text string
		want            []string
	}{
		{"the wall clock", "workers/pricing", `package p; import "time"; var at = time.Now()`, []string{"time.Now"}},
		{"the clock under another name", "events", `package p; import clock "time"; var now = clock.Now`, []string{"time.Now"}},
		{"waiting", "workers/decision", `package p; import "time"; func f() { time.Sleep(1) }`, []string{"time.Sleep"}},
		{"a method of time is not the clock", "workers/calendar",
			`package p; import "time"; func f(a, b time.Time) bool { return a.After(b.Truncate(1)) }`, nil},
		{"the shell may read the clock", "workers", `package p; import "time"; var at = time.Now()`, nil},
		{"a field", "workers/money", `package p; type amount struct { value float64 }`, []string{"float64"}},
		{"an inferred variable", "events", "package p\nvar half = 1 / 2.0", []string{"float"}},
		{"hours of a duration", "workers/calendar",
			"package p; import \"time\"\nfunc f(d time.Duration) bool {\nreturn d.Hours() > 1 }", []string{"float64"}},
		{"a named float", "workers/site", "package p\ntype share float32", []string{"float32"}},
		{"the shell may measure", "workers", `package p; var seconds float64`, nil},
		{"division", "workers/pricing", withDecimal + `func f(a, b decimal.Decimal) decimal.Decimal { return a.Div(b) }`, []string{"Div"}},
		{"division in the shell", "workers", withDecimal + `func f(a, b decimal.Decimal) decimal.Decimal { return a.DivRound(b, 2) }`, []string{"DivRound"}},
		{"rounding as a value", "cmd/accruald", withDecimal + `var round = decimal.Decimal.Round`, []string{"Round"}},
		{"rounding through embedding", "workers/site",
			withDecimal + `type rate struct{ decimal.Decimal }; func f(r rate) { _ = r.Truncate(2) }`, []string{"Truncate"}},
		{"precision for everybody", "workers", withDecimal + `func init() { decimal.DivisionPrecision = 30 }`, []string{"DivisionPrecision"}},
		{"money divides", "workers/money", withDecimal + `func f(a, b decimal.Decimal) decimal.Decimal { return a.Div(b) }`, nil},
		{"printing in a rule", "workers/incentive", withDecimal + `func f(a decimal.Decimal) string { return a.StringFixed(2) }`, []string{"StringFixed"}},
		{"printing on the wire", "events", withDecimal + `func f(a decimal.Decimal) string { return a.StringFixed(2) }`, nil},
		{"equality", "workers", withDecimal + `func f(a, b decimal.Decimal) bool { return a == b }`, []string{"use Equal"}},
		{"equality of structs", "workers/decision",
			withDecimal + `type line struct { id string; sum [1]decimal.Decimal }; func f(a, b line) bool { return a != b }`, []string{"use Equal"}},
		{"map key", "workers", withDecimal + `var m map[decimal.Decimal]int`, []string{"map key"}},
		{"pointers may be compared", "workers", withDecimal + `func f(a *decimal.Decimal) bool { return a == nil }`, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mustFind(t, checkPurity(fixture(t, c.pkg, c.text)), c.want...)
		})
	}
}

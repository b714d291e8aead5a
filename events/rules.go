package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Limits of single values (event contract, section 1).
const (
	idBytesMax        = 64
	codeBytesMax      = 400
	textBytesMax      = 4000
	eventIDBytesMax   = 256
	periodNumMax      = 1000
	periodTypeMax     = PeriodOneOff
	numberDigitsMax   = 15 // digits a JSON number keeps everywhere; longer quantities come as strings
	integerDefaultMax = 1_000_000_000
)

// A rule looks at one decoded value and returns nil or what is wrong with it, without a pointer.
type rule[T any] func(T) *Rejection

var stringRules = map[string]rule[string]{
	"id":       checkID,
	"code":     checkCatalogueCode,
	"text":     checkText,
	"currency": checkCurrency,
	"cycle":    checkCycle,
	"event_id": checkEventID,
}

var decimalRules = map[string]rule[decimal.Decimal]{
	"positive": signRule("greater than 0", func(sign int) bool { return sign > 0 }),
	"nonneg":   signRule("0 or more", func(sign int) bool { return sign >= 0 }),
	"nonzero":  signRule("other than 0", func(sign int) bool { return sign != 0 }),
	"quantity": signRule("0 or more", func(sign int) bool { return sign >= 0 }),
	"ratio":    checkRatio,
}

// ValidID reports whether text is an id of the contract (section 1), such as a partner's: 1 to 64 of A-Z a-z 0-9 _ -.
func ValidID(text string) bool { return checkID(text) == nil }

func checkID(text string) *Rejection {
	if isName(text, "_-", idBytesMax) {
		return nil
	}
	return reject(CodeIDInvalid, "", "%s is not an id: 1 to %d of A-Z a-z 0-9 _ -", shown(text), idBytesMax)
}

func checkCatalogueCode(text string) *Rejection {
	if isName(text, "._-", codeBytesMax) {
		return nil
	}
	return reject(CodeFieldInvalid, "", "%s is not a code: 1 to %d of A-Z a-z 0-9 . _ -", shown(text), codeBytesMax)
}

func checkText(text string) *Rejection {
	if strings.TrimSpace(text) == "" || len(text) > textBytesMax {
		return reject(CodeFieldInvalid, "", "a text has 1 to %d bytes and is not blank", textBytesMax)
	}
	if hasControl(text) {
		return reject(CodeFieldInvalid, "", "%s has control characters", shown(text))
	}
	return nil
}

// hasControl finds control characters, which neither logs nor the database's text columns take.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}

func checkCurrency(text string) *Rejection {
	if hasLetters := strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""; hasLetters && len(text) == 3 {
		return nil
	}
	return reject(CodeCurrencyInvalid, "", "%s is not a currency of ISO 4217, three capital letters", shown(text))
}

func checkCycle(text string) *Rejection {
	if hasShape(text, "0000-00") && text[5:] >= "01" && text[5:] <= "12" && text[:4] >= "1970" && text[:4] <= "8999" {
		return nil
	}
	return reject(CodeFieldInvalid, "", "%s is not a cycle, YYYY-MM", shown(text))
}

func checkEventID(text string) *Rejection {
	printable := !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	if printable && text != "" && len(text) <= eventIDBytesMax {
		return nil
	}
	return reject(CodeIDInvalid, "", "%s is not an event id: 1 to %d printable ASCII characters", shown(text), eventIDBytesMax)
}

func signRule(want string, ok func(sign int) bool) rule[decimal.Decimal] {
	return func(d decimal.Decimal) *Rejection {
		if ok(d.Sign()) {
			return nil
		}
		return reject(CodeAmountOutOfRange, "", "%s must be %s", d, want)
	}
}

func checkRatio(d decimal.Decimal) *Rejection {
	if d.Sign() >= 0 && d.Cmp(decimal.New(1, 0)) <= 0 {
		return nil
	}
	return reject(CodeAmountOutOfRange, "", "%s is not a ratio, 0 to 1", d)
}

func enumRule(values []string) rule[string] {
	return func(text string) *Rejection {
		if slices.Contains(values, text) {
			return nil
		}
		return reject(CodeFieldInvalid, "", "%s is none of %s", shown(text), strings.Join(values, ", "))
	}
}

func intEnumRule(values []int) rule[int] {
	return func(n int) *Rejection {
		if slices.Contains(values, n) {
			return nil
		}
		return reject(CodeFieldInvalid, "", "%d is none of %v", n, values)
	}
}

func rangeRule(code string, low, high int) rule[int] {
	return func(n int) *Rejection {
		if low <= n && n <= high {
			return nil
		}
		return reject(code, "", "%d is not in %d..%d", n, low, high)
	}
}

// checkMonthDay takes 1..28, the days every month has, and -1 for the last day of the month.
func checkMonthDay(n int) *Rejection {
	if n == -1 || 1 <= n && n <= 28 {
		return nil
	}
	return reject(CodeOutOfRange, "", "%d is not a day 1..28 or -1 for the last of the month", n)
}

func intRuleOf(spec ruleSpec) (rule[int], error) {
	switch spec.name {
	case "int":
		return rangeRule(CodeOutOfRange, spec.low, spec.high), nil
	case "period_type":
		return rangeRule(CodePeriodInvalid, 0, periodTypeMax), nil
	case "period_num":
		return rangeRule(CodePeriodInvalid, 1, periodNumMax), nil
	case "month_day":
		return checkMonthDay, nil
	case "enum":
		values, err := spec.ints()
		return intEnumRule(values), err
	}
	return nil, fmt.Errorf("rule %q is not for an integer", spec.name)
}

func stringRuleOf(spec ruleSpec) (rule[string], error) {
	if spec.name == "enum" && len(spec.of) > 0 {
		return enumRule(spec.of), nil
	}
	if check, ok := stringRules[spec.name]; ok {
		return check, nil
	}
	return nil, fmt.Errorf("rule %q is not for a string", spec.name)
}

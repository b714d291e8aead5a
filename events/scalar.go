package events

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Limits of decimals on the wire (event contract, section 1).
const (
	wholeDigitsMax    = 20
	fractionDigitsMax = 10
	// int64DigitsMax is how many decimal digits always fit an int64.
	int64DigitsMax = 18
)

// parseDecimal reads a plain decimal: an optional minus, digits, and optionally a point with digits. No exponent, no
// plus, no blanks. The result is normalised: no trailing zeros after the point, no negative zero.
func parseDecimal(text string) (decimal.Decimal, *Rejection) {
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !isDigits(whole) || (hasPoint && !isDigits(fraction)) {
		return decimal.Decimal{}, reject(CodeAmountInvalid, "",
			"%s is not a decimal; write digits with an optional point, such as \"262.57\", without exponent", shown(text))
	}
	if len(whole) > wholeDigitsMax || len(fraction) > fractionDigitsMax {
		return decimal.Decimal{}, reject(CodeAmountOutOfRange, "",
			"%s has more than %d digits before or %d after the point", shown(text), wholeDigitsMax, fractionDigitsMax)
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) <= int64DigitsMax {
		return smallDecimal(whole, fraction, text[0] == '-'), nil
	}
	normal := whole
	if fraction != "" {
		normal += "." + fraction
	}
	d, err := decimal.NewFromString(normal)
	if err != nil {
		return decimal.Decimal{}, reject(CodeAmountInvalid, "", "%s is not a decimal", shown(text))
	}
	if text[0] == '-' {
		d = d.Neg()
	}
	return d, nil
}

func smallDecimal(whole, fraction string, negative bool) decimal.Decimal {
	var value int64
	for _, digits := range [...]string{whole, fraction} {
		for _, digit := range []byte(digits) {
			value = value*10 + int64(digit-'0')
		}
	}
	if negative {
		value = -value
	}
	return decimal.New(value, -int32(len(fraction))) // at most fractionDigitsMax
}

// timeLayout renders times as the wire has them: RFC 3339 with offset and at most six fractional digits.
const timeLayout = "2006-01-02T15:04:05.999999Z07:00"

// Limits of times on the wire.
const (
	timeFractionDigitsMax = 6
	timeYearMin           = 1970
	timeYearMax           = 8999 // as written, so that what follows from a time, years later, can still be written
	timeOffsetSecondsMax  = 14 * 60 * 60
)

// parseTime reads an RFC 3339 time with offset and at most six fractional digits. The result keeps the offset and
// knows no place: it never depends on the zone of the machine.
func parseTime(text string) (time.Time, *Rejection) {
	invalid := func(why string) (time.Time, *Rejection) {
		return time.Time{}, reject(CodeTimeInvalid, "",
			"%s %s; write RFC 3339 with offset, such as 2026-11-22T10:30:00.123456+08:00", shown(text), why)
	}
	const shape = "0000-00-00T00:00:00"
	if len(text) <= len(shape) || !hasShape(text[:len(shape)], shape) {
		return invalid("is not a time with offset")
	}
	rest := text[len(shape):]
	if rest[0] == '.' {
		digits := len(rest) - 1 - len(strings.TrimLeft(rest[1:], "0123456789"))
		if digits == 0 || digits > timeFractionDigitsMax {
			return invalid("has not 1 to 6 fractional digits")
		}
		rest = rest[1+digits:]
	}
	if rest != "Z" && !hasShape(rest, "+00:00") && !hasShape(rest, "-00:00") {
		return invalid("has no offset, Z or +hh:mm")
	}
	t, err := time.ParseInLocation(time.RFC3339Nano, text, time.UTC)
	if err != nil {
		return invalid("does not exist in the calendar")
	}
	if _, offset := t.Zone(); offset > timeOffsetSecondsMax || offset < -timeOffsetSecondsMax {
		return invalid("has an offset beyond 14 hours")
	}
	if t.UTC().Year() < timeYearMin {
		return invalid("lies before 1970")
	}
	if t.Year() > timeYearMax {
		return invalid("lies after the year 8999")
	}
	return t, nil
}

// hasShape compares text with a shape in which 0 stands for any digit.
func hasShape(text, shape string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == '0' && isDigit(text[i]) {
			continue
		}
		if shape[i] == '0' || shape[i] != text[i] {
			return false
		}
	}
	return true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isDigits(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}

// isName says whether text is of letters, digits and the extra characters, 1 to bytesMax bytes long.
func isName(text, extra string, bytesMax int) bool {
	if text == "" || len(text) > bytesMax {
		return false
	}
	for i := range len(text) {
		b := text[i]
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		if !letter && !isDigit(b) && strings.IndexByte(extra, b) < 0 {
			return false
		}
	}
	return true
}

// shownBytesMax is how much of a refused value a message repeats.
const shownBytesMax = 64

// shown quotes a refused value for a message, cut to a length that fits a log line.
func shown(text string) string {
	if len(text) > shownBytesMax {
		return fmt.Sprintf("%q...", text[:shownBytesMax])
	}
	return fmt.Sprintf("%q", text)
}

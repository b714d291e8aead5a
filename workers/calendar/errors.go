package calendar

import "fmt"

// Codes of the errors of this package. They are stable: callers and integrators match on them.
const (
	CodeInvalidCycle      = "invalid_cycle"
	CodeUnknownPeriodKind = "unknown_period_kind"
	CodeUnknownPeriodType = "unknown_period_type"
	CodeInvalidPeriod     = "invalid_period"
	CodeInvalidAnchor     = "invalid_anchor_day"
	CodeInvalidUnifiedDay = "invalid_unified_day"
	CodeInvalidDate       = "invalid_date"
	CodeInvalidDayCount   = "invalid_day_count"
)

// Error is a refused computation: a stable code and a sentence that says with which value.
type Error struct {
	code string
	text string
}

func refuse(code, format string, args ...any) error {
	return &Error{code: code, text: fmt.Sprintf(format, args...)}
}

// Error returns the sentence.
func (e *Error) Error() string { return e.text }

// Code returns the stable code, one of the Code constants.
func (e *Error) Code() string { return e.code }

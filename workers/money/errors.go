package money

import "fmt"

// Codes of the errors of this package. They are stable: callers and integrators match on them.
const (
	CodeUnknownCurrency = "unknown_currency"
	CodeUnknownStage    = "unknown_stage"
	CodeDivisionByZero  = "division_by_zero"
	CodeTooPrecise      = "too_precise"
	CodeNegativeWeight  = "negative_weight"
	CodeNoWeights       = "no_weights"
	CodeOutsideWhole    = "outside_whole"
	CodeInvalidFraction = "invalid_fraction"
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

package site

import "fmt"

// Codes of the errors of this package. They are stable: callers and integrators match on them.
const (
	CodeUnknownSite      = "unknown_site"
	CodeInvalidProfile   = "invalid_site_profile"
	CodeNoFeeRow         = "no_cancellation_fee"
	CodeInvalidDeduction = "invalid_deduction_day"
	CodeUnknownMethod    = "unknown_payment_method"
	CodeNoPaymentMethods = "no_payment_methods"
)

// Error is a refused question to a profile, or a refused profile: a stable code and a sentence that says with
// which value.
type Error struct {
	code string
	text string
	err  error
}

func refuse(code, format string, args ...any) error {
	return &Error{code: code, text: fmt.Sprintf(format, args...)}
}

func refuseBecause(err error, format string, args ...any) error {
	return &Error{code: CodeInvalidProfile, text: fmt.Sprintf(format, args...) + ": " + err.Error(), err: err}
}

// Error returns the sentence.
func (e *Error) Error() string { return e.text }

// Code returns the stable code, one of the Code constants.
func (e *Error) Code() string { return e.code }

// Unwrap returns what the profile failed on, if something below did.
func (e *Error) Unwrap() error { return e.err }

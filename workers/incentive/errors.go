package incentive

import "fmt"

// Codes of the errors of this package. They are stable: callers and integrators match on them.
const (
	CodeInvalidPolicy        = "invalid_policy"
	CodePolicyConflict       = "policy_version_conflict"
	CodeReferenceOrder       = "reference_version_out_of_order"
	CodeUnknownTender        = "unknown_tender_kind"
	CodeUnknownServicePolicy = "unknown_incentive_policy_code"
	CodeUnknownHoldReason    = "unknown_hold_reason"
	CodeInvalidHold          = "invalid_hold"
	CodeInvalidAmount        = "invalid_amount"
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

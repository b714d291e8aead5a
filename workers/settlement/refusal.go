package settlement

import "fmt"

// Refusal is a refused step or request: a stable code for callers and a sentence that says with which value, and
// what to do. Nothing has changed when one is returned.
type Refusal struct {
	Code    string
	Message string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Message }

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Codes of refusals that belong to no single machine.
const (
	CodeUnknownState   = "unknown_state"
	CodeUnknownTrigger = "unknown_trigger"
	CodeInvalidAmount  = "invalid_amount"
	CodeIdentityBroken = "amount_identity_broken"
	CodeUnbalanced     = "postings_unbalanced"
)

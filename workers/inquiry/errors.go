package inquiry

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/workers/pricing"
)

// Published codes (Pricing rules, section 9) of what is not refused by a pricing rule.
const (
	CodeParameter    = "CBC.0100" // a parameter is missing or wrong
	CodeAccessDenied = "CBC.0151" // and nothing more is said
	CodeInternal     = "CBC.0999" // a defect, without internals
	CodeSuccess      = "CBC.0000" // of the old inquiries, which say so in the body
)

const (
	messageDenied   = "Access denied."
	messageInternal = "The inquiry could not be answered. Try again later."
	messageSuccess  = "Success"
)

// An Error is the published body of a refused inquiry.
type Error struct {
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
	Reason  string `json:"-"` // the rule's own code, which events are rejected with; "" for what only inquiries refuse

	cause error // of a defect, for the log
}

// Unwrap returns the cause of a defect, which the body does not tell.
func (e *Error) Unwrap() error { return e.cause }

// Error renders "code: message", with the rule's code where there is one.
func (e *Error) Error() string {
	if e.Reason != "" {
		return e.Code + " (" + e.Reason + "): " + e.Message
	}
	return e.Code + ": " + e.Message
}

// Denied is all that is said of what one may not see, and of what is not there.
func Denied() *Error { return &Error{Code: CodeAccessDenied, Message: messageDenied} }

func wrong(format string, args ...any) *Error {
	return &Error{Code: CodeParameter, Message: fmt.Sprintf(format, args...)}
}

// ErrorOf returns the published body of any error. A resource that does not exist and one of somebody else are refused
// in the same words; what is not a refusal is a defect and says nothing of itself.
func ErrorOf(err error) *Error {
	var published *Error
	if errors.As(err, &published) {
		return published
	}
	var refusal *pricing.Refusal
	if !errors.As(err, &refusal) {
		return &Error{Code: CodeInternal, Message: messageInternal, cause: err}
	}
	switch refusal.Code {
	case pricing.CodeResourceNotFound, pricing.CodeResourceForeign:
		return Denied()
	default:
		return &Error{Code: pricing.PublishedCode(refusal.Code), Message: refusal.Message, Reason: refusal.Code}
	}
}

// Decode reads the body of a request. Errors are *Error and name the place.
func Decode[T any](body []byte) (*T, error) {
	request := new(T)
	if err := DecodeInto(body, request); err != nil {
		return nil, err
	}
	return request, nil
}

// DecodeInto is Decode for a request whose type is known by a pointer to it only.
func DecodeInto(body []byte, request any) error {
	if bytes.Contains(body, []byte(`\u0000`)) { // no text in the database has one
		return wrong("the request has a zero character: leave it out")
	}
	err := json.Unmarshal(body, request)
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return wrong("the request is not one JSON object at byte %d: %v; send it as the inquiry's documentation shows", syntax.ByteOffset, syntax.Err)
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return wrong("the request has a value of the wrong kind at %q: send the type that the inquiry's documentation names", string(semantic.JSONPointer))
	}
	return wrong("the request cannot be read: %v; send it as the inquiry's documentation shows", err)
}

// A member is one that must be there.
type member struct{ name, value string }

// missing refuses the first member of a product that is not there.
func missing(list string, i int, members ...member) error {
	for _, m := range members {
		if m.value == "" {
			return wrong("%s[%d] has no %s: it is mandatory", list, i, m.name)
		}
	}
	return nil
}

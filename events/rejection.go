package events

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Rejection says why an event is refused. Code is one of the Code constants or one of the caller's own, Message a
// sentence that helps to mend it, Pointer the RFC 6901 JSON pointer into the structured form of the event
// ("/data/lines/0/resource_size", "/time", "" for the whole).
type Rejection struct {
	Code      string
	Message   string
	Pointer   string
	Retryable bool
}

// Error renders code, pointer and message.
func (r *Rejection) Error() string {
	if r.Pointer == "" {
		return fmt.Sprintf("%s: %s", r.Code, r.Message)
	}
	return fmt.Sprintf("%s at %s: %s", r.Code, r.Pointer, r.Message)
}

func reject(code string, at jsontext.Pointer, format string, args ...any) *Rejection {
	return &Rejection{Code: code, Message: fmt.Sprintf(format, args...), Pointer: string(at)}
}

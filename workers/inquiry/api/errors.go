package api

import (
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/accruald/accruald/workers/inquiry"
)

// Published codes of what is refused before an operation is asked, beside
// those of package inquiry.
const (
	codeMissing         = "CBC.0101" // a mandatory parameter was not sent
	codeUnauthenticated = "CBC.0154"
	codeNotAllowed      = "CBC.0155" // known, seen, and not possible now
	codeTooMany         = "CBC.0250"
)

const (
	messageUnauthenticated = "The request is not authenticated. Sign it with an access key that is valid, or send a valid token."
	messageTooMany         = "Too many requests of this kind. Try again later."
)

func parameterError(format string, args ...any) *inquiry.Error {
	return &inquiry.Error{Code: inquiry.CodeParameter, Message: fmt.Sprintf(format, args...)}
}

func missingError(format string, args ...any) *inquiry.Error {
	return &inquiry.Error{Code: codeMissing, Message: fmt.Sprintf(format, args...)}
}

func tooMany() *inquiry.Error { return &inquiry.Error{Code: codeTooMany, Message: messageTooMany} }

// Denied is all that is said of what one may not see, or what is not there.
func Denied() *inquiry.Error { return inquiry.Denied() }

// NotAllowed refuses what one may see and what is not possible now.
func NotAllowed(format string, args ...any) *inquiry.Error {
	return &inquiry.Error{Code: codeNotAllowed, Message: fmt.Sprintf(format, args...)}
}

// statusOf is the HTTP status of a published code.
func statusOf(code string) int {
	switch code {
	case codeUnauthenticated:
		return http.StatusUnauthorized
	case inquiry.CodeAccessDenied, codeNotAllowed:
		return http.StatusForbidden
	case codeTooMany:
		return http.StatusTooManyRequests
	case inquiry.CodeInternal:
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}

// A failure is the body of an error. The correlation id stands in the log
// beside the cause of a defect.
type failure struct {
	Code          string `json:"error_code"`
	Message       string `json:"error_msg"`
	CorrelationID string `json:"correlation_id,omitzero"`
}

// correlationBytesMax is how much of an id of the caller's is taken over.
const correlationBytesMax = 64

// correlate takes over the caller's id for the request, or makes one.
func correlate(header http.Header) string {
	if id := header.Get(headerRequestID); id != "" && len(id) <= correlationBytesMax && printable(id) {
		return id
	}
	return rand.Text()
}

func printable(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

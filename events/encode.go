package events

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// specVersion is the CloudEvents version spoken here.
const specVersion = "1.0"

// Structured returns the event as one structured CloudEvent on one line, without a line end; data as received, only
// joined into one line if it came in several.
func (e *Event) Structured() ([]byte, error) { return appendStructured(e.Envelope(), e.Payload) }

// Message returns the event in binary mode: headers and data of a NATS message. Nats-Msg-Id is left out, so that a
// conflicting content under the same id reaches the inbox and is judged there.
func (e *Event) Message() (header map[string][]string, data []byte) {
	return binaryHeader(e.Envelope()), e.Payload
}

// New encodes data under an envelope, whose Type it fills, and returns the event as decoding gives it. Its error is a
// *Rejection if the event is not a valid one.
func New(env Envelope, data Data) (*Event, error) {
	env.Type = data.EventType()
	payload, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode data of %s %q: %w", env.Type, env.ID, err)
	}
	return attributesOf(env, payload).decode()
}

func appendStructured(env Envelope, payload []byte) ([]byte, error) {
	if bytes.ContainsAny(payload, "\r\n") {
		compact := jsontext.Value(slices.Clone(payload))
		if err := compact.Compact(); err != nil {
			return nil, fmt.Errorf("encode event %q on one line: %w", env.ID, err)
		}
		payload = compact
	}
	line := make([]byte, 0, len(payload)+envelopeBytesUsual)
	line = append(line, `{"specversion":"`+specVersion+`"`...)
	line = appendMember(line, "id", env.ID)
	line = appendMember(line, "source", env.Source)
	line = appendMember(line, "type", env.Type)
	line = appendMember(line, "time", env.Time.Format(timeLayout))
	line = appendMember(line, "subject", env.Subject)
	line = appendMember(line, "partitionkey", env.PartitionKey)
	line = append(append(line, `,"data":`...), payload...)
	return append(line, '}'), nil
}

func binaryHeader(env Envelope) map[string][]string {
	return map[string][]string{
		"ce-specversion":  {specVersion},
		"ce-id":           {percentEncode(env.ID)},
		"ce-source":       {percentEncode(env.Source)},
		"ce-type":         {percentEncode(env.Type)},
		"ce-time":         {env.Time.Format(timeLayout)},
		"ce-subject":      {percentEncode(env.Subject)},
		"ce-partitionkey": {percentEncode(env.PartitionKey)},
		"content-type":    {contentTypeJSON},
	}
}

// percentEncode escapes what a CloudEvents header must not carry plainly: blank, quote, percent, and everything
// outside printable ASCII.
func percentEncode(text string) string {
	var encoded strings.Builder
	for i := range len(text) {
		if b := text[i]; b <= ' ' || b >= 0x7f || b == '"' || b == '%' {
			fmt.Fprintf(&encoded, "%%%02X", b)
		} else {
			encoded.WriteByte(b)
		}
	}
	return encoded.String()
}

// percentDecode undoes percentEncode; ok is false where a percent sign is not followed by two hexadecimal digits.
func percentDecode(text string) (decoded string, ok bool) {
	if !strings.Contains(text, "%") {
		return text, true
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			plain = append(plain, text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", false
		}
		high, low := hexDigit(text[i+1]), hexDigit(text[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		plain = append(plain, byte(high<<4|low)) // two hexadecimal digits are one byte
		i += 2
	}
	return string(plain), true
}

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(b byte) int { return strings.IndexByte("0123456789abcdef", lower(b)) }

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}

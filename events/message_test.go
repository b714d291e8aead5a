package events_test

import (
	"crypto/sha256"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accruald/accruald/events"
)

func sha256Of(text string) [32]byte { return sha256.Sum256([]byte(text)) }

func TestBothModesGiveTheSameEvent(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{goodPlaced, goodPaid, goodUsage, goodPolicy, goodProduct, goodRepayment, goodApplied} {
		want := mustDecode(t, doc)
		header, data := want.Message()
		binary, err := events.DecodeMessage(header, data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, binary); diff != "" {
			t.Errorf("%s (-structured +binary):\n%s", want.Type, diff)
		}
		structured, err := events.DecodeMessage(
			map[string][]string{"CONTENT-TYPE": {"application/cloudevents+json; charset=utf-8"}}, []byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, structured); diff != "" {
			t.Errorf("%s (-file +message):\n%s", want.Type, diff)
		}
	}
}

func TestHeadersAreReadInAnyCaseAndDecoded(t *testing.T) {
	t.Parallel()
	doc := strings.Replace(goodPaid, `order.paid/O1`, `a \"b\" 100%`, 1)
	want := mustDecode(t, doc)
	header, data := want.Message()
	if got := header["ce-id"][0]; got != "a%20%22b%22%20100%25" {
		t.Errorf("ce-id %q", got)
	}
	shouting := map[string][]string{"Traceparent": {"00-1"}, "ce-traceparent": {"00-2"}}
	for name, values := range header {
		shouting[strings.ToUpper(name)] = values
	}
	got, err := events.DecodeMessage(shouting, data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	header, data := mustDecode(t, goodPaid).Message()
	body := string(data)
	for _, c := range []struct {
		name, header, value, data string
		code, pointer             string
		withoutEvent              bool
	}{
		{"no id", "ce-id", "", body, "envelope_invalid", "/id", true},
		{"percent without digits", "ce-subject", "O1%4", body, "envelope_invalid", "/subject", false},
		{"percent with other digits", "ce-subject", "O1%\x10\x11", body, "envelope_invalid", "/subject", false},
		{"not UTF-8", "ce-subject", "O1%FF", body, "envelope_invalid", "/subject", false},
		{"header in two cases", "CE-ID", "other", body, "envelope_invalid", "/id", false},
		{"content type of a batch", "content-type", "application/cloudevents-batch+json", body, "envelope_invalid", "", true},
		{"content type of text", "content-type", "text/plain", body, "envelope_invalid", "/datacontenttype", false},
		{"time", "ce-time", "yesterday", body, "time_invalid", "/time", false},
		{"type with NUL", "ce-type", "a%00b", body, "unknown_type", "/type", false},
		{"no data", "x", "", "", "field_missing", "/data", false},
		{"malformed", "x", "", body[:40], "malformed_json", "/data", false},
		{"text behind", "x", "", body + "x", "malformed_json", "/data", false},
		{"nesting 32", "x", "", nestedMember(body, 31), "too_deep", "/data", false},
		{"2 MiB", "x", "", strings.Replace(body, "43.30", strings.Repeat("4", 2<<20), 1), "too_large", "", false},
		{"just too large", "x", "", padded(body, events.DocumentBytesMax-100), "too_large", "", false},
		{"field", "x", "", strings.Replace(body, "43.30", "43,30", 1), "amount_invalid", "/data/tenders/1/amount", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			spoilt := maps.Clone(header)
			spoilt[c.header] = []string{c.value}
			event, err := events.DecodeMessage(spoilt, []byte(c.data))
			var why *events.Rejection
			if !errors.As(err, &why) || why.Code != c.code || !strings.HasPrefix(why.Pointer, c.pointer) {
				t.Fatalf("got %v, want %s at %q", err, c.code, c.pointer)
			}
			if (event == nil) != c.withoutEvent {
				t.Fatalf("event beside the refusal: %v", event)
			}
			if event != nil && strings.ContainsRune(event.Type+event.Subject, 0) {
				t.Errorf("type %q or subject %q cannot be stored", event.Type, event.Subject)
			}
		})
	}
}

// What is accepted in binary mode can be written to a file and read again, also at the limits.
func TestLimitsAreThoseOfTheStructuredForm(t *testing.T) {
	t.Parallel()
	header, data := mustDecode(t, goodPaid).Message()
	for name, body := range map[string]string{
		"nesting 31": nestedMember(string(data), 30),
		"1 MiB":      padded(string(data), events.DocumentBytesMax-200),
	} {
		event, err := events.DecodeMessage(header, []byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkRoundTrip(t, event)
	}
}

// nestedMember adds an unknown member that nests so deep.
func nestedMember(body string, depth int) string {
	return strings.Replace(body, `"tenders"`, `"x":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`,"tenders"`, 1)
}

// padded adds an unknown member so that the body has so many bytes.
func padded(body string, bytes int) string {
	pad := strings.Repeat("x", bytes-len(body)-len(`"x":"",`))
	return strings.Replace(body, `"tenders"`, `"x":"`+pad+`","tenders"`, 1)
}

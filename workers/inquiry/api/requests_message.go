package api

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
)

const (
	// requestMethod stands in signatures in the place of HTTP's method, so that
	// what was signed for one transport proves nothing on the other.
	requestMethod = "NATS"
	// headerStatus has the status as of HTTP. "Status" is NATS's own.
	headerStatus = "Accruald-Status"
)

// inboxes are how reply subjects begin: of clients, and of requests that come
// from another account. The server may publish more than who asks, so an answer
// to any other subject would be a way to publish by its rights.
var inboxes = []string{"_INBOX", "_R_."}

// routedPrefix begins the reply subject of a request from another cluster; two
// parts of the route stand before that of the client.
const (
	routedPrefix = "_GR_."
	routedParts  = 2
)

func answerable(reply string) bool {
	if client, routed := strings.CutPrefix(reply, routedPrefix); routed {
		for range routedParts {
			_, client, _ = strings.Cut(client, ".")
		}
		reply = client
	}
	return slices.ContainsFunc(inboxes, func(prefix string) bool { return strings.HasPrefix(reply, prefix) })
}

// SignRequest proves by an access key who sends a request for an operation. The
// message is complete but for the headers that this sets.
func SignRequest(m *nats.Msg, keyID string, secret []byte, now time.Time) error {
	if m.Header == nil {
		m.Header = nats.Header{}
	}
	m.Header.Set(access.HeaderDate, now.UTC().Format(access.DateLayout))
	signed := &access.Message{Method: requestMethod, Path: "/" + m.Subject, Header: http.Header(m.Header), Body: m.Data}
	authorization, err := access.Sign(signed, keyID, secret, strings.ToLower(access.HeaderDate))
	if err != nil {
		return fmt.Errorf("sign a request on %q: %w", m.Subject, err)
	}
	m.Header.Set("Authorization", authorization)
	return nil
}

// sizeOf counts what a request holds in memory.
func sizeOf(m micro.Request) int64 {
	n := len(m.Data())
	for name, values := range m.Headers() {
		for _, value := range values {
			n += len(name) + len(value)
		}
	}
	return int64(n)
}

// headerOf takes headers by their names in any case, as HTTP does; on NATS
// they are told apart by case.
func headerOf(m micro.Request) http.Header {
	out := http.Header{}
	for name, values := range m.Headers() {
		name = textproto.CanonicalMIMEHeaderKey(name)
		out[name] = append(out[name], values...)
	}
	return out
}

// A payload is the document of a request.
type payload struct {
	Parameters map[string]jsontext.Value `json:"parameters"`
	Body       jsontext.Value            `json:"body"`
}

// inputOf reads a request. What is wrong with it is said after who sent it is
// known.
func inputOf(op *Operation, header http.Header, data []byte) Input {
	in := Input{Header: header, Query: url.Values{}}
	var p payload
	if len(data) > 0 {
		if in.Malformed = inquiry.DecodeInto(data, &p); in.Malformed != nil {
			return in
		}
	}
	in.Body = p.Body
	for name, value := range p.Parameters {
		values, err := textsOf(name, value)
		if err == nil {
			err = op.named(name, len(values))
		}
		if err != nil {
			in.Malformed = err
			return in
		}
		in.Query[name] = values
	}
	in.Path = in.Query.Get
	return in
}

// named refuses a parameter that the operation does not have: a mistake in a
// name would widen what is asked for.
func (op *Operation) named(name string, count int) error {
	for _, p := range op.Handle.Parameters {
		switch {
		case p.Name == name && p.In == InHeader:
			return parameterError("%s is sent as a header, not among the parameters", quoted(name))
		case p.Name == name && p.In == InPath && count > 1:
			return parameterError("%s has %d values: it takes one", quoted(name), count)
		case p.Name == name:
			return nil
		}
	}
	return parameterError("%s is no parameter of %s: the endpoint's path and the OpenAPI document name them", quoted(name), op.ID)
}

// textsOf is a parameter as a query would have it: numbers and truth values as
// they are written, lists as several, null as not sent.
func textsOf(name string, value jsontext.Value) ([]string, error) {
	one := func(value jsontext.Value) (string, error) {
		switch value.Kind() {
		case '"':
			text, err := jsontext.AppendUnquote(nil, value)
			return string(text), err
		case '0', 't', 'f':
			return string(value), nil
		default:
			return "", parameterError("%s is neither a text, a number, true, false nor a list of them", quoted(name))
		}
	}
	switch value.Kind() {
	case 'n':
		return nil, nil
	case '[':
	default:
		text, err := one(value)
		return []string{text}, err
	}
	var list []jsontext.Value
	if err := inquiry.DecodeInto(value, &list); err != nil {
		return nil, err
	}
	if len(list) > listCountMax {
		return nil, parameterError("%s lists too many values: list at most %d", quoted(name), listCountMax)
	}
	out := make([]string, len(list))
	for i, value := range list {
		var err error
		if out[i], err = one(value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

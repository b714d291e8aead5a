package api

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"

	"github.com/accruald/accruald/workers/inquiry"
)

// An Input is a request as a transport took it: nothing of it is judged yet.
type Input struct {
	Path   func(name string) string // the parameters of the path, unescaped
	Query  url.Values
	Header http.Header
	Body   []byte

	Malformed error // why nothing could be read; said once it is known who asks
}

// Decode reads and judges a request of an operation; the result is a pointer
// to its request type. Errors are *inquiry.Error and name the parameter.
func (h *Handler) Decode(in Input) (any, error) {
	if in.Malformed != nil {
		return nil, in.Malformed
	}
	request := reflect.New(h.Request)
	for i := range h.Parameters {
		p := &h.Parameters[i]
		values := p.sent(in)
		if len(values) == 0 && p.Default != "" {
			values = []string{p.Default}
		}
		if len(values) == 0 {
			if p.Required {
				return nil, missingError("%s is mandatory: send it in the %s", p.Name, p.In)
			}
			continue
		}
		value, err := p.parse(values)
		if err != nil {
			return nil, err
		}
		field := request.Elem().FieldByIndex(p.index)
		if p.pointer {
			pointer := reflect.New(p.Type)
			pointer.Elem().Set(value)
			value = pointer
		}
		field.Set(value)
	}
	if h.Body != nil {
		body := request.Elem().FieldByIndex(h.Body.index)
		if !h.Body.Optional || len(bytes.TrimSpace(in.Body)) > 0 {
			if err := inquiry.DecodeInto(in.Body, body.Addr().Interface()); err != nil {
				return nil, err
			}
		}
		if err := h.Body.judge(body); err != nil {
			return nil, err
		}
	}
	return request.Interface(), nil
}

// sent returns what was sent for a parameter. The empty value of a query or
// header is as if none was sent, which is what clients mean by it.
func (p *Parameter) sent(in Input) []string {
	var values []string
	switch p.In {
	case InPath:
		values = []string{in.Path(p.Name)}
	case InHeader:
		values = in.Header.Values(p.Name)
	default:
		values = in.Query[p.Name]
	}
	if len(values) == 1 && values[0] == "" {
		return nil
	}
	return values
}

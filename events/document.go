package events

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// attributesMax is how many members a structured event may have; the contract names eight.
	attributesMax = 64
	// readerDepthMax keeps far away from the JSON library's own limit of 10,000.
	readerDepthMax = 1000
)

// readAttributes reads a structured event without looking into its data. Everything wrong with a single attribute is
// left in problem; the error is for a document that is no event at all.
func readAttributes(doc []byte) (*attributes, *Rejection) {
	if nesting(doc) > readerDepthMax {
		return nil, reject(CodeTooDeep, "", "the document nests deeper than %d", DepthMax)
	}
	a := new(attributes)
	// Names are compared here, not by the library: a name twice in the data must not make the envelope unreadable.
	if err := json.Unmarshal(doc, a, jsontext.AllowDuplicateNames(true)); err != nil {
		return nil, rejectionOf(err, "")
	}
	return a, nil
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (a *attributes) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if kind := dec.PeekKind(); kind != '{' {
		if err := dec.SkipValue(); err != nil {
			return err
		}
		return reject(CodeEnvelopeInvalid, "", "an event is an object, not %s", kindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	var names []string
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if len(names) == attributesMax {
			return reject(CodeEnvelopeInvalid, "", "an event has more than %d attributes", attributesMax)
		}
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if slices.Contains(names, name) {
			a.fail(CodeDuplicateKey, name, "member is there twice")
			continue
		}
		names = append(names, name)
		a.set(name, value)
	}
	_, err := dec.ReadToken()
	return err
}

func (a *attributes) fail(code, name, message string) {
	if a.problem == nil {
		a.problem = reject(code, jsontext.Pointer("").AppendToken(name), "%s", message)
	}
}

// set takes one member. Null is as good as absent, except for data.
func (a *attributes) set(name string, value jsontext.Value) {
	switch {
	case name == "data":
		a.data, a.hasData = bytes.Clone(value), true
	case name == "data_base64":
		a.fail(CodeEnvelopeInvalid, name, "data is JSON and comes as data")
	case value.Kind() == 'n':
	case value.Kind() == '{' || value.Kind() == '[':
		a.fail(CodeEnvelopeInvalid, name, "an attribute is a single value")
	default:
		a.setAttribute(name, value)
	}
}

func (a *attributes) setAttribute(name string, value jsontext.Value) {
	field := a.field(name)
	if field == nil {
		return // an extension that does not count
	}
	if value.Kind() != '"' {
		a.fail(CodeEnvelopeInvalid, name, "want a string, have "+kindName(value.Kind()))
		return
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		a.fail(CodeEnvelopeInvalid, name, "not a JSON string")
		return
	}
	*field = string(text)
}

// field returns where an attribute of this name goes, nil for one that does not count.
func (a *attributes) field(name string) *string {
	switch name {
	case "specversion":
		return &a.specVersion
	case "id":
		return &a.id
	case "source":
		return &a.source
	case "type":
		return &a.typ
	case "time":
		return &a.time
	case "subject":
		return &a.subject
	case "partitionkey":
		return &a.partitionKey
	case "datacontenttype":
		return &a.contentType
	}
	return nil
}

// nesting returns how deep objects and lists nest in a JSON text. It looks at brackets outside strings only, so that
// a hostile document is refused before anything recurses into it.
func nesting(text []byte) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case inString && b == '\\':
			i++
		case b == '"':
			inString = !inString
		case inString:
		case b == '{' || b == '[':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']':
			depth--
		}
	}
	return deepest
}

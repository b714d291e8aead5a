package events

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Content types of a message.
const (
	contentTypeJSON       = "application/json"
	contentTypeStructured = "application/cloudevents+json"
	contentTypeFamily     = "application/cloudevents"
)

// headerPrefix marks the attributes of binary mode.
const headerPrefix = "ce-"

// DecodeMessage reads a NATS message: structured mode if its content type says so, else binary mode. Header names are
// case-insensitive and values percent-encoded. Errors are as of DecodeStructured.
func DecodeMessage(header map[string][]string, data []byte) (*Event, error) {
	a := new(attributes)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		a.takeHeader(strings.ToLower(name), header[name])
	}
	switch media := mediaType(a.contentType); {
	case media == contentTypeStructured:
		return DecodeStructured(data)
	case strings.HasPrefix(media, contentTypeFamily):
		return nil, reject(CodeEnvelopeInvalid, "", "content type %s is not read; send %s or binary mode",
			shown(media), contentTypeStructured)
	}
	a.data, a.hasData = bytes.Clone(data), len(data) > 0
	return a.decode()
}

// takeHeader takes one header whose name is in lower case.
func (a *attributes) takeHeader(name string, values []string) {
	attribute, isAttribute := strings.CutPrefix(name, headerPrefix)
	if name == "content-type" {
		attribute, isAttribute = "datacontenttype", true
	} else if attribute == "datacontenttype" {
		return // binary mode says it by content-type
	}
	field := a.field(attribute)
	if !isAttribute || field == nil {
		return
	}
	if len(values) != 1 || *field != "" {
		a.fail(CodeEnvelopeInvalid, attribute, "the header is there more than once")
		return
	}
	value, ok := percentDecode(values[0])
	if !ok || !utf8.ValidString(value) {
		a.fail(CodeEnvelopeInvalid, attribute, "the header is not percent-encoded UTF-8")
		return
	}
	*field = value
}

func isJSONContent(contentType string) bool {
	return contentType == "" || mediaType(contentType) == contentTypeJSON
}

// mediaType cuts the parameters of a content type.
func mediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

package events

import (
	"errors"
	"net/url"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of documents (event contract, section 1). All of them count the structured form; data lies one level deep.
const (
	DocumentBytesMax = 1 << 20
	DepthMax         = 32
	LinesMax         = 100
	sourceBytesMax   = 1024
	// attributeBytesMax is for type and subject.
	attributeBytesMax = 256
	// envelopeBytesMax is above what everything but data takes in the structured form, with every character of the
	// attributes escaped.
	envelopeBytesMax = 8192
)

const dataPointer = "/data"

// DecodeStructured reads one structured CloudEvent, such as one line of a file. Its error is a *Rejection; beside it
// stands a partly filled event if id, source and partition key could be read, so that the refusal can be recorded
// under them, and nil if not.
func DecodeStructured(doc []byte) (*Event, error) {
	if len(doc) > DocumentBytesMax {
		return nil, reject(CodeTooLarge, "", "the document has %d bytes, more than %d", len(doc), DocumentBytesMax)
	}
	a, r := readAttributes(doc)
	if r != nil {
		return nil, r
	}
	return a.decode()
}

// Restore returns the event of a stored envelope and payload, which were decoded before. It checks the data and
// leaves ContentHash zero: the hash is stored beside them. The event keeps payload; it is not to be changed after.
func Restore(env Envelope, payload []byte) (*Event, error) {
	e := eventOf(env, payload)
	if r := e.decodeData(); r != nil {
		return e, r
	}
	return e, nil
}

// Hash returns what identifies the content of an event, from what Restore takes: that of the event as it was decoded.
func Hash(env Envelope, payload []byte) [32]byte { return attributesOf(env, payload).contentHash() }

func eventOf(env Envelope, payload []byte) *Event {
	return &Event{
		ID: env.ID, Source: env.Source, Type: env.Type, Subject: env.Subject, PartitionKey: env.PartitionKey,
		Time: env.Time, Payload: payload,
	}
}

// attributes are a CloudEvent's attributes as text, from either mode.
type attributes struct {
	specVersion, id, source, typ, time, subject, partitionKey, contentType string

	data    []byte
	hasData bool
	// problem is the first thing wrong with the attributes' form; it is told once the event is known.
	problem *Rejection
}

func attributesOf(env Envelope, payload []byte) *attributes {
	return &attributes{
		specVersion: specVersion, id: env.ID, source: env.Source, typ: env.Type, time: env.Time.Format(timeLayout),
		subject: env.Subject, partitionKey: env.PartitionKey, data: payload, hasData: true,
	}
}

func (a *attributes) decode() (*Event, error) {
	if r := a.checkIdentity(); r != nil {
		return nil, r
	}
	// What cannot be right is left empty, so that a refused event, too, can be stored and shown.
	e := &Event{ID: a.id, Source: a.source, PartitionKey: a.partitionKey, Payload: a.data}
	if isShort(a.typ) {
		e.Type = a.typ
	}
	if isShort(a.subject) {
		e.Subject = a.subject
	}
	r := a.complete(e)
	e.ContentHash = a.contentHash()
	if r != nil {
		return e, r
	}
	return e, nil
}

// checkIdentity checks what an event must have to be recorded at all. An id or source that has the wrong JSON type is
// empty here, and the problem says it better.
func (a *attributes) checkIdentity() *Rejection {
	var r *Rejection
	switch {
	case a.id == "":
		r = missing("id")
	case a.source == "":
		r = missing("source")
	case a.partitionKey == "":
		r = missing("partitionkey")
	case !isName(a.partitionKey, "_-", idBytesMax):
		r = reject(CodeIDInvalid, "/partitionkey", "%s is not a partner id or %s", shown(a.partitionKey), AllPartners)
	case !isSource(a.source):
		r = reject(CodeEnvelopeInvalid, "/source", "%s is not a URI reference such as /orders/cn", shown(a.source))
	default:
		if r = checkEventID(a.id); r != nil {
			r.Pointer = "/id"
		}
	}
	if r != nil && a.problem != nil {
		return a.problem
	}
	return r
}

func missing(name string) *Rejection {
	at := jsontext.Pointer("").AppendToken(name)
	return reject(CodeEnvelopeInvalid, at, "attribute %q is required", name)
}

func isShort(text string) bool {
	return len(text) <= attributeBytesMax && utf8.ValidString(text) && !hasControl(text)
}

// isSource takes a URI reference, which is of printable ASCII without blanks.
func isSource(text string) bool {
	if len(text) > sourceBytesMax || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	_, err := url.Parse(text)
	return err == nil
}

// complete fills the event and tells the first thing wrong with it.
func (a *attributes) complete(e *Event) *Rejection {
	t, timeProblem := parseTime(a.time)
	if timeProblem == nil {
		e.Time, a.time = t, t.Format(timeLayout)
	}
	switch {
	case a.problem != nil:
		return a.problem
	case a.specVersion == "":
		return missing("specversion")
	case a.specVersion != specVersion:
		return reject(CodeEnvelopeInvalid, "/specversion", "%s is not %q", shown(a.specVersion), specVersion)
	case a.typ == "":
		return missing("type")
	case a.time == "":
		return missing("time")
	case timeProblem != nil:
		timeProblem.Pointer = "/time"
		return timeProblem
	case a.subject == "":
		return missing("subject")
	case e.Subject == "":
		return reject(CodeEnvelopeInvalid, "/subject", "a subject has 1 to %d bytes without control characters", attributeBytesMax)
	case !isJSONContent(a.contentType):
		return reject(CodeEnvelopeInvalid, "/datacontenttype", "%s is not %s", shown(a.contentType), contentTypeJSON)
	}
	if SectionOf(a.typ) == 0 {
		return reject(CodeUnknownType, "/type", "%s is no event type of this contract", shown(a.typ))
	}
	if r := a.checkPermitted(); r != nil {
		return r
	}
	if r := a.checkData(e); r != nil {
		return r
	}
	if r := e.decodeData(); r != nil {
		return r
	}
	return e.checkAgainstData()
}

func (a *attributes) checkPermitted() *Rejection {
	if IsInternal(a.typ) && a.source != Source {
		return reject(CodeSource, "/source", "only %s publishes %s", Source, a.typ)
	}
	if IsForAll(a.typ) && a.partitionKey != AllPartners {
		return reject(CodePartition, "/partitionkey", "%s belongs to no partner; its partition key is %s", a.typ, AllPartners)
	}
	if !IsForAll(a.typ) && a.partitionKey == AllPartners {
		return reject(CodePartition, "/partitionkey", "%s belongs to a partner; its partition key is the partner's id", a.typ)
	}
	return nil
}

// checkData checks the size and depth of data before anything reads it. Binary mode is measured by the structured
// form it has, so that every accepted event can be written to a file and read again.
func (a *attributes) checkData(e *Event) *Rejection {
	switch {
	case !a.hasData:
		return reject(CodeFieldMissing, dataPointer, "the event has no data")
	case len(a.data) > DocumentBytesMax-envelopeBytesMax && !e.fits():
		return reject(CodeTooLarge, "", "the event has more than %d bytes", DocumentBytesMax)
	case nesting(a.data) > DepthMax-1:
		return reject(CodeTooDeep, dataPointer, "the document nests deeper than %d", DepthMax)
	}
	return nil
}

// fits says whether the structured form is small enough. Data that has none is malformed, and told so later.
func (e *Event) fits() bool {
	if len(e.Payload) > DocumentBytesMax {
		return false
	}
	line, err := e.Structured()
	return err != nil || len(line) <= DocumentBytesMax
}

// checkAgainstData holds the envelope against the data it carries.
func (e *Event) checkAgainstData() *Rejection {
	partner, ok := inbound[e.Type].plan.partner(reflect.ValueOf(e.Data).Elem())
	if ok && partner != "" && partner != e.PartitionKey {
		return reject(CodePartition, "/partitionkey", "%q is not the partner of the data, %q", e.PartitionKey, partner)
	}
	if thing, ok := e.Data.(interface{ about() string }); ok && thing.about() != e.Subject {
		return reject(CodeSubject, "/subject", "%s is not the id of what the data is about, %q", shown(e.Subject), thing.about())
	}
	return nil
}

func (e *Event) decodeData() *Rejection {
	t, ok := inbound[e.Type]
	if !ok {
		return reject(CodeUnknownType, "/type", "%s is no event type of this contract", shown(e.Type))
	}
	v := reflect.New(t.payload)
	if err := json.Unmarshal(e.Payload, &planned{plan: t.plan, into: v.Elem()}); err != nil {
		return rejectionOf(err, dataPointer)
	}
	e.Data = v.Interface().(Data) // the registry holds Data only
	return nil
}

// planned reads one value by a plan, on the JSON library's pooled decoder.
type planned struct {
	plan *plan
	into reflect.Value
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (p *planned) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return p.plan.decode(dec, p.into) }

// rejectionOf turns a decoding error into the rejection it is or stands for; prefix is where the document lies.
func rejectionOf(err error, prefix string) *Rejection {
	var r *Rejection
	if errors.As(err, &r) {
		r.Pointer = prefix + r.Pointer
		return r
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return reject(CodeMalformedJSON, jsontext.Pointer(prefix), "not valid JSON: %v", err)
	}
	at := jsontext.Pointer(prefix)
	if isShort(string(syntax.JSONPointer)) { // member names are the sender's
		at += syntax.JSONPointer
	}
	if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
		return reject(CodeDuplicateKey, at, "member %s is there twice", shown(syntax.JSONPointer.LastToken()))
	}
	return reject(CodeMalformedJSON, at, "not valid JSON at byte %d: %v", syntax.ByteOffset, syntax.Err)
}

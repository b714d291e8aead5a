package events

import (
	"crypto/sha256"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// envelopeBytesUsual is what the attributes take in nearly every event; more only costs an allocation.
const envelopeBytesUsual = 512

// contentHash returns SHA-256 over the canonical JSON (RFC 8785) of
//
//	{"data":…,"id":…,"partitionkey":…,"source":…,"subject":…,"time":…,"type":…}
//
// so that blanks, the order of members and other attributes do not make another content. Data that has no canonical
// form (it is refused anyway) goes in as received, as a string. A time that could be read is in its shortest form.
func (a *attributes) contentHash() [32]byte {
	canonical := jsontext.Value(slices.Clone(a.data))
	if err := canonical.Canonicalize(); err != nil {
		canonical = appendString(nil, string(a.data))
	}
	text := make([]byte, 0, len(canonical)+envelopeBytesUsual)
	text = append(append(text, `{"data":`...), canonical...)
	text = appendMember(text, "id", a.id)
	text = appendMember(text, "partitionkey", a.partitionKey)
	text = appendMember(text, "source", a.source)
	text = appendMember(text, "subject", a.subject)
	text = appendMember(text, "time", a.time)
	text = appendMember(text, "type", a.typ)
	return sha256.Sum256(append(text, '}'))
}

func appendMember(dst []byte, name, value string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	return appendString(append(dst, `":`...), value)
}

// appendString appends value as a JSON string. AppendQuote replaces invalid UTF-8 and says so by its error; the text
// is complete all the same.
func appendString(dst []byte, value string) []byte {
	quoted, _ := jsontext.AppendQuote(dst, value)
	return quoted
}

// ContentHashOf computes the content hash of a stored envelope and payload again. It is that of the event as it came if
// nothing was written over since; a time that could not be read is not kept, so the hash of a rejected event may differ.
func ContentHashOf(env Envelope, payload []byte) [32]byte {
	return attributesOf(env, payload).contentHash()
}

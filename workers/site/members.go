package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// checkMembers refuses a document that leaves a member out or sets it to null: decoding would take either for 0, and
// "no grace days" must be said, not forgotten. decoded is what the document was read into; written again it has
// every member there is.
func checkMembers(data []byte, decoded any) error {
	complete, err := json.Marshal(decoded)
	if err != nil {
		return refuseBecause(err, "write the site profiles")
	}
	given, err := members(data)
	if err != nil {
		return err
	}
	wanted, err := members(complete)
	if err != nil {
		return err
	}
	slices.Sort(given)
	for _, member := range wanted {
		if _, found := slices.BinarySearch(given, member); !found {
			return refuse(CodeInvalidProfile, "read the site profiles: %s is missing: add it", member)
		}
	}
	return nil
}

// members returns the JSON pointers of everything in a document, which holds no null.
func members(data []byte) ([]jsontext.Pointer, error) {
	var pointers []jsontext.Pointer
	decoder := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.ReadToken()
		if errors.Is(err, io.EOF) {
			return pointers, nil
		}
		if err != nil {
			return nil, refuseBecause(err, "read the site profiles")
		}
		if token.Kind() == jsontext.KindNull {
			return nil, refuse(CodeInvalidProfile, "read the site profiles: %s is null: give it a value", decoder.StackPointer())
		}
		pointers = append(pointers, decoder.StackPointer())
	}
}

// digestBytes is how much of a digest names profiles; two that differ by mistake never share it.
const digestBytes = 8

// digestOf returns the digest of a decoded document as it is written again.
func digestOf(decoded any) (string, error) {
	document, err := json.Marshal(decoded)
	if err != nil {
		return "", refuseBecause(err, "write the site profiles")
	}
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:digestBytes]), nil
}

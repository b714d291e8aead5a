package events

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// derivedIDBytes is how much of the hash an id keeps: 128 bits, 22 characters.
const derivedIDBytes = 16

// DeriveID returns 22 characters, base64url of the first 128 bits of SHA-256 over the parts, each preceded by its
// length in bytes as eight bytes, big endian; so that ("ab", "c") and ("a", "bc") differ.
func DeriveID(parts ...string) string {
	var text []byte
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:derivedIDBytes])
}

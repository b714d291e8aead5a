package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// masterKeyBytes is the length of a master key: AES-256.
const masterKeyBytes = 32

// ErrNoMasterKey says that a secret was sealed by a master key that is not
// here.
var ErrNoMasterKey = errors.New("the master key is not given")

// Masters are the master keys that seal secrets in the database: the first
// seals, all of them open. The zero value has none.
type Masters struct {
	ids   []string
	byID  map[string]cipher.AEAD
	first cipher.AEAD
}

// ParseMasters reads master keys, one a line: an id and 32 bytes in base64.
// Empty lines and those that begin with # are passed over. Errors tell the
// line's number and nothing of it.
func ParseMasters(text string) (Masters, error) {
	m := Masters{byID: map[string]cipher.AEAD{}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 2 {
			return Masters{}, fmt.Errorf("master keys, line %d: write an id, a space, and %d random bytes in base64", number, masterKeyBytes)
		}
		key, err := base64.StdEncoding.DecodeString(fields[1])
		if err != nil || len(key) != masterKeyBytes {
			return Masters{}, fmt.Errorf("master keys, line %d: the key is not %d bytes in base64: make one by `openssl rand -base64 %d`",
				number, masterKeyBytes, masterKeyBytes)
		}
		if _, twice := m.byID[fields[0]]; twice {
			return Masters{}, fmt.Errorf("master keys, line %d: the id %q stands twice: give each key its own", number, fields[0])
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return Masters{}, fmt.Errorf("master keys, line %d: %w", number, err)
		}
		sealer, err := cipher.NewGCM(block)
		if err != nil {
			return Masters{}, fmt.Errorf("master keys, line %d: %w", number, err)
		}
		m.ids, m.byID[fields[0]] = append(m.ids, fields[0]), sealer
		if m.first == nil {
			m.first = sealer
		}
	}
	return m, nil
}

// NewMaster writes a new master key as ParseMasters reads it.
func NewMaster(id string) string {
	key := make([]byte, masterKeyBytes)
	_, _ = rand.Read(key) // never fails
	return id + " " + base64.StdEncoding.EncodeToString(key) + "\n"
}

// Sealing is the id of the master key that seals, "" without any.
func (m *Masters) Sealing() string {
	if len(m.ids) == 0 {
		return ""
	}
	return m.ids[0]
}

// seal encrypts a secret for one key of one partner, so that it opens in no
// other row.
func (m *Masters) seal(partnerID, keyID string, secret []byte) ([]byte, error) {
	if m.first == nil {
		return nil, fmt.Errorf("seal the secret of key %q: %w: name the file that the workers have by --master-keys; dev keeps its own as master-keys in its data folder", keyID, ErrNoMasterKey)
	}
	nonce := make([]byte, m.first.NonceSize(), m.first.NonceSize()+len(secret)+m.first.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return m.first.Seal(nonce, nonce, secret, rowOf(partnerID, keyID)), nil
}

func (m *Masters) open(masterID, partnerID, keyID string, sealed []byte) ([]byte, error) {
	opener := m.byID[masterID]
	if opener == nil {
		return nil, fmt.Errorf("open the secret of key %q: %w: add master key %q to the file of --master-keys", keyID, ErrNoMasterKey, masterID)
	}
	if len(sealed) < opener.NonceSize() {
		return nil, fmt.Errorf("open the secret of key %q: it is cut short: restore the row, or make another key", keyID)
	}
	nonce, rest := sealed[:opener.NonceSize()], sealed[opener.NonceSize():]
	secret, err := opener.Open(nil, nonce, rest, rowOf(partnerID, keyID))
	if err != nil {
		return nil, fmt.Errorf("open the secret of key %q: it was not sealed by master key %q for this row: %w", keyID, masterID, err)
	}
	return secret, nil
}

// rowOf names a row without ambiguity: no id has a line feed.
func rowOf(partnerID, keyID string) []byte { return []byte(partnerID + "\n" + keyID) }

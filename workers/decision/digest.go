package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/shopspring/decimal"
)

// Kinds of digested rows, in the order in which a digest takes them.
const (
	DigestOrders    = "order"
	DigestResources = "resource"
	DigestDetails   = "detail"
	DigestBills     = "bill"
	DigestHolds     = "hold"
	DigestRequests  = "payment_request"
	DigestInvoices  = "invoice"
	DigestPostings  = "posting"
)

var digestKinds = []string{DigestOrders, DigestResources, DigestDetails, DigestBills, DigestHolds, DigestRequests, DigestInvoices, DigestPostings}

// A Digest is SHA-256 over the final rows sorted by natural key (contract
// section 1): kind by kind in the order of the constants, within a kind by
// partner, then id, bytewise. Decision numbers, versions and arrival times are
// no part of a row's document, so the same facts have the same digest whatever
// the order in which they came.
type Digest struct {
	hash hash.Hash
	last string
}

// NewDigest returns the digest of nothing.
func NewDigest() *Digest { return &Digest{hash: sha256.New()} }

// Row adds one row by its document. A row out of order is an error: another
// order would be another digest.
func (g *Digest) Row(kind, partnerID, id string, doc []byte) error {
	rank := -1
	for i, k := range digestKinds {
		if k == kind {
			rank = i
		}
	}
	if rank < 0 {
		return fmt.Errorf("digest row %q of kind %q: there is no such kind", id, kind)
	}
	key := strings.Join([]string{string(rune('a' + rank)), partnerID, id}, "\x00")
	if key <= g.last {
		return fmt.Errorf("digest %s %q of partner %q: rows must come in natural order, each once", kind, id, partnerID)
	}
	g.last = key
	for _, part := range [][]byte{[]byte(key), doc} {
		fmt.Fprintf(g.hash, "%d:", len(part))
		g.hash.Write(part)
	}
	return nil
}

// Posting adds the sum of a fact's lines on one account; ids sort by fact,
// account, currency. A sum of zero is as if it had never been posted.
func (g *Digest) Posting(partnerID, fact, account, currency string, sum decimal.Decimal) error {
	if sum.IsZero() {
		return nil
	}
	return g.Row(DigestPostings, partnerID, strings.Join([]string{fact, account, currency}, "\x00"), []byte(sum.String()))
}

// Sum returns the digest in hexadecimal.
func (g *Digest) Sum() string { return hex.EncodeToString(g.hash.Sum(nil)) }

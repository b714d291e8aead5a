package decision

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A PostingHash is SHA-256 over the hash of the partner's posting before and
// the content of this one; before the first it is zero. So the last hash
// stands for all of a partner's postings in their order.
type PostingHash [sha256.Size]byte

// String returns the hash in hexadecimal.
func (h PostingHash) String() string { return hex.EncodeToString(h[:]) }

// chain returns the posting's hash: texts go in behind their length, numbers
// in eight bytes, big end first, amounts without zeros at the end. The
// migration that chained earlier postings knows this form too.
func (l *Posting) chain(partnerID string, before PostingHash) PostingHash {
	content := make([]byte, 0, 256)
	content = append(content, before[:]...)
	text := func(s string) {
		content = binary.BigEndian.AppendUint64(content, uint64(len(s)))
		content = append(content, s...)
	}
	number := func(n int64) {
		content = binary.BigEndian.AppendUint64(content, uint64(n)) //nolint:gosec // the bytes are meant, whatever the sign
	}
	text(partnerID)
	number(l.No)
	number(l.InputNo)
	text(l.Fact)
	text(l.Account)
	text(l.BillID)
	text(string(l.Currency))
	text(l.Amount.String())
	return sha256.Sum256(content)
}

// A LedgerCheck follows one partner's postings in their order and finds the
// first that is not what was posted. It holds one hash, however many there
// are.
//
// It finds an edit, a deletion, an insertion and another order. Someone who
// may write everything can compute all hashes anew from the place of the edit
// on: that shows only beside a last hash that was noted elsewhere.
type LedgerCheck struct {
	PartnerID string
	No        int64       // last posting seen
	Hash      PostingHash // its hash
}

// A BrokenLedger says where a partner's postings are not what was posted.
type BrokenLedger struct {
	PartnerID       string
	No              int64 // the first posting that is not right
	Expected, Found string
	Because         string
}

func (e *BrokenLedger) Error() string {
	return fmt.Sprintf("posting %d of partner %q is not what was posted: %s; expected %s, found %s: compare with a backup and find out who wrote to the database",
		e.No, e.PartnerID, e.Because, e.Expected, e.Found)
}

// Next takes the next posting; nil means that it continues the chain.
func (c *LedgerCheck) Next(line *Posting) *BrokenLedger {
	c.No++
	if line.No != c.No {
		return c.broken("a posting is missing or out of its place", fmt.Sprintf("number %d", c.No), fmt.Sprintf("number %d", line.No))
	}
	c.Hash = line.chain(c.PartnerID, c.Hash)
	if line.Hash != c.Hash {
		return c.broken("it was changed, moved or put in", "hash "+c.Hash.String(), "hash "+line.Hash.String())
	}
	return nil
}

// End compares the end of the chain with what the partner's counters say.
func (c *LedgerCheck) End(no int64, hash PostingHash) *BrokenLedger {
	expected, found := fmt.Sprintf("number %d as the last", no), fmt.Sprintf("number %d", c.No)
	switch {
	case c.No < no:
		c.No++
		return c.broken("postings at the end are missing", expected, found)
	case c.No > no:
		c.No = no + 1
		return c.broken("there are more postings than the partner has made", expected, found)
	case c.Hash != hash:
		return c.broken("the last hash is not the one that the partner has", "hash "+hash.String(), "hash "+c.Hash.String())
	}
	return nil
}

func (c *LedgerCheck) broken(because, expected, found string) *BrokenLedger {
	return &BrokenLedger{PartnerID: c.PartnerID, No: c.No, Because: because, Expected: expected, Found: found}
}

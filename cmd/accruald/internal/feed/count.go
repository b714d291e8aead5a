package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"

	"github.com/accruald/accruald/events"
)

// malformedMax is how many malformed lines are told at once.
const malformedMax = 20

// Counts are what a feed holds.
type Counts struct {
	Lines      int
	Duplicates int    // lines that repeat an earlier one, content included
	Shared     int    // lines for all partners that repeat none: reference data and runs of jobs
	Hash       string // of the events in their order
}

// Count reads all lines and returns what they hold. Malformed lines are told together, up to malformedMax of them.
func Count(lines iter.Seq2[Line, error]) (Counts, error) {
	var counts Counts
	var malformed []error
	seen := map[[sha256.Size]byte]bool{}
	whole := sha256.New()
	for line, err := range lines {
		var bad *LineError
		switch {
		case errors.As(err, &bad):
			if malformed = append(malformed, err); len(malformed) == malformedMax {
				return counts, errors.Join(append(malformed, fmt.Errorf("%d lines are malformed so far; the rest was not read", malformedMax))...)
			}
			continue
		case err != nil:
			return counts, err
		}
		ev := line.Event
		counts.Lines++
		key := sha256.Sum256([]byte(ev.PartitionKey + "\x00" + ev.Source + "\x00" + ev.ID + "\x00" + string(ev.ContentHash[:])))
		switch {
		case seen[key]:
			counts.Duplicates++
		case ev.PartitionKey == events.AllPartners:
			counts.Shared++
		}
		seen[key] = true
		whole.Write(key[:])
	}
	counts.Hash = hex.EncodeToString(whole.Sum(nil))
	return counts, errors.Join(malformed...)
}

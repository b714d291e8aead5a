package workers

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A record reads what a partner received, a page of turns at a time, up to the
// first input that is not as it was received: what stands behind it cannot be
// decided as it was.
type record struct {
	*replay
	partner *ReplayedPartner
	last    int64 // input number of the partner
	after   int64 // input number that was read
	ended   bool
}

func (c *record) next(ctx context.Context) ([]decision.Turn, error) {
	if c.ended {
		return nil, nil
	}
	queries := db.New(c.live)
	rows, err := queries.ReplayInputs(ctx, c.partner.PartnerID, c.after, replayPageMax)
	if err != nil {
		return nil, err
	}
	contents, err := c.contents(ctx, queries, rows)
	if err != nil {
		return nil, err
	}
	began := c.after
	var turns []decision.Turn
	for i := range rows {
		turn, sound := c.check(&rows[i], contents)
		if !sound {
			break
		}
		if !c.order.UpTo.IsZero() && turn.At.After(c.order.UpTo) {
			c.ended, c.partner.Whole = true, false
			break
		}
		turns = append(turns, turn)
		c.after = turn.InputNo
	}
	c.partner.Inputs += int64(len(turns))
	if !c.ended && len(rows) < replayPageMax {
		c.ended = true
		if c.after < c.last {
			c.broken(&reconciliation.Event{InputNo: c.last}, "inputs up to this number were received", fmt.Sprintf("none behind input %d", c.after))
		}
	}
	looks, err := queries.ReplayLooks(ctx, c.partner.PartnerID, began, c.after)
	if err != nil {
		return nil, err
	}
	return c.between(turns, looks), nil
}

// between puts the looks behind the inputs that they came after.
func (c *record) between(inputs []decision.Turn, looks []db.ReplayLooksRow) []decision.Turn {
	if len(looks) == 0 {
		return inputs
	}
	var turns []decision.Turn
	for _, in := range inputs {
		turns = append(turns, in)
		for len(looks) > 0 && looks[0].InputNo == in.InputNo {
			if look := looks[0]; c.order.UpTo.IsZero() || !look.At.After(c.order.UpTo) {
				turns = append(turns, decision.Turn{InputNo: look.InputNo, At: look.At, Version: look.ReceivedVersion})
			} else {
				c.partner.Whole = false
			}
			looks = looks[1:]
		}
	}
	return turns
}

// contents asks the inbox, which nobody may change, what was received under
// the keys of a page.
func (c *record) contents(ctx context.Context, queries *db.Queries, rows []db.Input) (map[keyHash][32]byte, error) {
	var partnerIDs []string
	var hashes [][]byte
	for i := range rows {
		for _, key := range keysOf(&rows[i]) {
			partnerIDs, hashes = append(partnerIDs, c.partner.PartnerID), append(hashes, key[:])
		}
	}
	known, err := queries.FindKeys(ctx, partnerIDs, hashes)
	if err != nil {
		return nil, err
	}
	out := make(map[keyHash][32]byte, len(known))
	for _, k := range known {
		out[keyHash(k.KeyHash)] = [32]byte(k.ContentHash)
	}
	return out, nil
}

// keysOf are the keys under which an input can have been received: its own, or
// that of a conflict.
func keysOf(row *db.Input) [2]keyHash {
	conflict := events.Event{Source: row.Source, ID: row.EventID, ContentHash: [32]byte(row.ContentHash)}
	return [2]keyHash{inputKey(row.Source, row.EventID), conflictKey(&conflict)}
}

// check makes the turn of a recorded input, and tells whether it is what was
// received.
func (c *record) check(row *db.Input, contents map[keyHash][32]byte) (decision.Turn, bool) {
	at := &reconciliation.Event{InputNo: row.InputNo, Type: row.Type, Source: row.Source, ID: row.EventID}
	if row.InputNo != c.after+1 {
		c.broken(&reconciliation.Event{InputNo: c.after + 1}, "an input of this number was received", fmt.Sprintf("the next one is input %d, %s of %s", row.InputNo, row.EventID, row.Source))
		return decision.Turn{}, false
	}
	content, received := [32]byte(row.ContentHash), false
	for _, key := range keysOf(row) {
		known, ok := contents[key]
		received = received || ok && known == content
	}
	if !received {
		c.broken(at, "the inbox knows the source, id and content", "content "+hex.EncodeToString(content[:]))
		return decision.Turn{}, false
	}
	in, err := restoreInput(row)
	if err != nil && row.Refusal == "" {
		c.broken(at, "an event that can be read", err.Error())
		return decision.Turn{}, false
	}
	if found := events.Hash(envelopeOf(in.Event), row.Payload); row.Refusal == "" && found != content {
		c.broken(at, "content "+hex.EncodeToString(content[:]), "content "+hex.EncodeToString(found[:])+": "+shortened(string(row.Payload)))
		return decision.Turn{}, false
	}
	return in.Turn(), true
}

func envelopeOf(ev *events.Event) events.Envelope {
	return events.Envelope{ID: ev.ID, Source: ev.Source, Type: ev.Type, Subject: ev.Subject, PartitionKey: ev.PartitionKey, Time: ev.Time}
}

// broken ends the record before an input.
func (c *record) broken(at *reconciliation.Event, expected, found string) {
	c.ended, c.partner.Whole = true, false
	c.partner.Broken(at, expected, found)
}

// shownMax bounds what of a payload is shown.
const shownMax = 400

func shortened(text string) string {
	if len(text) <= shownMax {
		return text
	}
	return strings.ToValidUTF8(text[:shownMax], "") + "…"
}

// sharedReference compares the common part of the reference log with what the
// inbox knows of it: every partner is decided by it.
func (r *replay) sharedReference(ctx context.Context) (ReplayedPartner, error) {
	p := ReplayedPartner{Replayed: reconciliation.Replayed{PartnerID: events.AllPartners}, Whole: true}
	queries := db.New(r.live)
	c := &record{replay: r, partner: &p}
	for after := int64(0); ; {
		rows, err := queries.ReferenceLogAfter(ctx, after, referenceChunkMax)
		if err != nil {
			return p, fmt.Errorf("replay: read the reference log: %w", err)
		}
		var partnerIDs []string
		var hashes [][]byte
		for i := range rows {
			key := inputKey(rows[i].Source, rows[i].EventID)
			partnerIDs, hashes = append(partnerIDs, events.AllPartners), append(hashes, key[:])
		}
		known, err := queries.FindKeys(ctx, partnerIDs, hashes)
		if err != nil {
			return p, fmt.Errorf("replay: ask the inbox for the reference log: %w", err)
		}
		received := map[keyHash][32]byte{}
		for _, k := range known {
			received[keyHash(k.KeyHash)] = [32]byte(k.ContentHash)
		}
		for _, row := range rows {
			after = row.Version
			found := events.Hash(events.Envelope{ID: row.EventID, Source: row.Source, Type: row.Type, Subject: row.Subject,
				PartitionKey: events.AllPartners, Time: atOffset(row.Time, row.TimeOffset)}, row.Payload)
			if want := received[inputKey(row.Source, row.EventID)]; found != want {
				c.broken(&reconciliation.Event{InputNo: row.Version, Type: row.Type, Source: row.Source, ID: row.EventID},
					"content "+hex.EncodeToString(want[:]), "content "+hex.EncodeToString(found[:])+" in the reference log: "+shortened(string(row.Payload)))
			}
		}
		if len(rows) < referenceChunkMax {
			return p, nil
		}
	}
}

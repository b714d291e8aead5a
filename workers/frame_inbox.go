package workers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
)

// keyHashBytes is how much of a hash names an input within its partner: 128
// bits, so that two of a partner's inputs never meet.
const keyHashBytes = 16

type keyHash [keyHashBytes]byte

// hashKey hashes parts, each behind its length, so that ("ab", "c") is not
// ("a", "bc").
func hashKey(parts ...string) keyHash {
	var text []byte
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return keyHash(sum[:keyHashBytes])
}

// KeyHash names what came under a source and an id in its partner's inbox.
func KeyHash(source, id string) []byte {
	key := inputKey(source, id)
	return key[:]
}

// inputKey names what came under a source and an id; conflictKey names one
// content that came under them when they were taken.
func inputKey(source, id string) keyHash { return hashKey(source, id) }

func conflictKey(ev *events.Event) keyHash {
	return hashKey(ev.Source, ev.ID, string(ev.ContentHash[:]))
}

type inboxID struct {
	partnerID string
	key       keyHash
}

// inbox is what the inbox knows of the keys of a batch.
type inbox struct {
	partnerIDs []string
	hashes     [][]byte
	known      map[inboxID][32]byte // content
}

func (b *inbox) ask(partnerID string, key keyHash) {
	b.partnerIDs, b.hashes = append(b.partnerIDs, partnerID), append(b.hashes, key[:])
}

// inbox lists the keys of every delivery of the batch.
func (r *run) inbox() *inbox {
	b := &inbox{known: make(map[inboxID][32]byte, len(r.tasks))}
	for _, t := range r.tasks {
		if t.tick.IsZero() {
			t.key = inputKey(t.delivery.Event.Source, t.delivery.Event.ID)
			b.ask(t.partnerID, t.key)
		}
	}
	return b
}

// read takes what was received in earlier batches.
func (b *inbox) read(rows pgx.Rows) error {
	var partnerID string
	var key, content []byte
	_, err := pgx.ForEachRow(rows, []any{&partnerID, &key, &content}, func() error {
		b.known[inboxID{partnerID, keyHash(key)}] = [32]byte(content)
		return nil
	})
	return err
}

// judge says of every delivery, in order, whether it is new, and remembers it
// for those after it. A conflict has a key of its own, by which it is refused
// only once; it is so rare that it is asked for by itself.
func (r *run) judge(ctx context.Context, b *inbox) error {
	var conflicts []*task
	for _, t := range r.tasks {
		if !t.tick.IsZero() {
			continue
		}
		id, hash := inboxID{t.partnerID, t.key}, t.delivery.Event.ContentHash
		switch content, received := b.known[id]; {
		case !received:
			b.known[id] = hash
		case content == hash:
			t.verdict = isDuplicate
		default:
			t.verdict, t.key = isConflict, conflictKey(t.delivery.Event)
			conflicts = append(conflicts, t)
		}
	}
	if len(conflicts) == 0 {
		return nil
	}
	refused := &inbox{known: map[inboxID][32]byte{}}
	for _, t := range conflicts {
		refused.ask(t.partnerID, t.key)
	}
	rows, err := r.tx.Query(ctx, db.FindKeys, refused.partnerIDs, refused.hashes)
	if err == nil {
		err = refused.read(rows)
	}
	if err != nil {
		return fmt.Errorf("look for %d conflicts: %w", len(conflicts), err)
	}
	for _, t := range conflicts {
		id := inboxID{t.partnerID, t.key}
		if _, again := refused.known[id]; again {
			t.verdict = isDuplicate
		}
		refused.known[id] = t.delivery.Event.ContentHash
	}
	return nil
}

package decision

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// A Table holds the rows of one kind that a partner's working set knows.
// Rows are immutable: a change replaces the row, so the old row serves as the
// image before the event, and a batch is thrown away by forgetting what lies
// over the loaded rows.
type Table[R any] struct {
	base    map[string]entry[R] // as loaded, or as last kept
	over    map[string]entry[R] // changed since; a nil row is a deleted one
	images  map[string]entry[R] // as before the current event, for touched rows
	undone  []undo[R]           // changes of the current event, to be taken back
	changed []difference[R]     // of the current event, nil when they have to be listed again
	journal *journal
	indexes []index[R]
}

type entry[R any] struct {
	row     *R
	version int64
}

type undo[R any] struct {
	id  string
	old entry[R]
}

// A journal says which tables the current event changed, in order, and so takes
// the changes back, newest first.
type journal struct{ tables []table }

func (j *journal) mark() int { return len(j.tables) }

func (j *journal) rollback(mark int) {
	for len(j.tables) > mark {
		last := len(j.tables) - 1
		j.tables[last].takeBack()
		j.tables = j.tables[:last]
	}
}

func newTable[R any](j *journal, values ...func(*R) string) *Table[R] {
	t := &Table[R]{journal: j}
	for _, v := range values {
		t.indexes = append(t.indexes, index[R]{value: v})
	}
	return t
}

func (t *Table[R]) entry(id string) entry[R] {
	if e, ok := t.over[id]; ok {
		return e
	}
	return t.base[id]
}

// Get returns the row, or nil when there is none. It must not be changed.
func (t *Table[R]) Get(id string) *R { return t.entry(id).row }

// Version counts the changes of a row, one an input event at the most.
func (t *Table[R]) Version(id string) int64 { return t.entry(id).version }

// Put replaces the row; nil deletes it. The version goes on counting when a
// deleted row comes back.
func (t *Table[R]) Put(id string, row *R) {
	old := t.entry(id)
	if old.row == nil && row == nil {
		return
	}
	image, touched := t.images[id]
	if !touched {
		image = old
		put(&t.images, id, old)
	}
	t.undone = append(t.undone, undo[R]{id, old})
	t.journal.tables = append(t.journal.tables, t)
	t.set(id, entry[R]{row: row, version: image.version + 1})
}

// takeBack undoes the last Put of the current event.
func (t *Table[R]) takeBack() {
	last := len(t.undone) - 1
	t.set(t.undone[last].id, t.undone[last].old)
	t.undone = t.undone[:last]
}

func (t *Table[R]) set(id string, e entry[R]) {
	old := t.entry(id).row
	for i := range t.indexes {
		t.indexes[i].move(id, old, e.row)
	}
	put(&t.over, id, e)
	t.changed = nil
}

// put writes into a map that is made only when it is needed: most tables see
// nothing of most events.
func put[V any](m *map[string]V, id string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[id] = v
}

// Load puts a stored row under the changes of the batch; a row known already
// stays as it is.
func (t *Table[R]) Load(id string, row *R, version int64) {
	if _, known := t.base[id]; known {
		return
	}
	put(&t.base, id, entry[R]{row: row, version: version})
	if _, changed := t.over[id]; changed {
		return
	}
	for i := range t.indexes {
		t.indexes[i].move(id, nil, row)
	}
}

// LoadGone puts under the changes of the batch that a row was there and is
// not any more, so that its version goes on counting when it comes back.
func (t *Table[R]) LoadGone(id string, version int64) {
	if _, known := t.base[id]; !known {
		put(&t.base, id, entry[R]{version: version})
	}
}

// By returns the rows whose index i has the value, ordered by id.
func (t *Table[R]) By(i int, value string) []*R {
	ids := t.indexes[i].ids[value]
	if len(ids) == 0 {
		return nil
	}
	rows := make([]*R, len(ids))
	for k, id := range ids {
		rows[k] = t.Get(id)
	}
	return rows
}

// IDs lists the ids of every known row, in order.
func (t *Table[R]) IDs() []string {
	ids := make(map[string]struct{}, len(t.base)+len(t.over))
	for id, e := range t.base {
		if _, changed := t.over[id]; !changed && e.row != nil {
			ids[id] = struct{}{}
		}
	}
	for id, e := range t.over {
		if e.row != nil {
			ids[id] = struct{}{}
		}
	}
	return sortedKeys(ids)
}

// All returns every known row, ordered by id.
func (t *Table[R]) All() []*R {
	ids := t.IDs()
	rows := make([]*R, 0, len(ids))
	for _, id := range ids {
		rows = append(rows, t.Get(id))
	}
	return rows
}

// A Changed row is what a batch has to save; a nil Row means delete.
type Changed[R any] struct {
	ID      string
	Row     *R
	Version int64
}

// Changed lists what differs from the loaded rows, ordered by id.
func (t *Table[R]) Changed() []Changed[R] {
	out := make([]Changed[R], 0, len(t.over))
	for _, id := range sortedKeys(t.over) {
		if e := t.over[id]; e.row != t.base[id].row {
			out = append(out, Changed[R]{ID: id, Row: e.row, Version: e.version})
		}
	}
	return out
}

// difference is one row as it was before the event and as it is now.
type difference[R any] struct {
	id            string
	before, after *R
	version       int64
}

// differences lists the rows that the current event changed, ordered by id.
func (t *Table[R]) differences() []difference[R] {
	if len(t.images) == 0 || t.changed != nil {
		return t.changed
	}
	out := make([]difference[R], 0, len(t.images))
	for id, image := range t.images {
		if e := t.entry(id); image.row != e.row {
			out = append(out, difference[R]{id: id, before: image.row, after: e.row, version: e.version})
		}
	}
	slices.SortFunc(out, func(a, b difference[R]) int { return strings.Compare(a.id, b.id) })
	t.changed = out
	return out
}

// collapse puts back the old row where the event came to the same one again,
// so that what did not change is neither saved nor reported.
func (t *Table[R]) collapse(same func(a, b *R) bool) {
	for _, d := range t.differences() {
		if d.before != nil && d.after != nil && same(d.before, d.after) {
			t.set(d.id, t.images[d.id])
		}
	}
}

// begin starts an event: from here on changes are counted and undone together.
func (t *Table[R]) begin() {
	clear(t.images)
	t.undone, t.changed = t.undone[:0], nil
}

// reset forgets every change since the rows were loaded or kept.
func (t *Table[R]) reset() {
	for id := range t.over {
		t.set(id, t.base[id])
	}
	clear(t.over)
	t.begin()
}

// keep makes the changes the new base.
func (t *Table[R]) keep() {
	for id, e := range t.over {
		put(&t.base, id, e)
	}
	clear(t.over)
	t.begin()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := slices.AppendSeq(make([]string, 0, len(m)), maps.Keys(m))
	slices.Sort(keys)
	return keys
}

// sameDocument compares rows by their stored form.
func sameDocument[R any](a, b *R) bool {
	if a == b {
		return true
	}
	was, err := Document(a)
	if err != nil {
		return false
	}
	is, err := Document(b)
	return err == nil && bytes.Equal(was, is)
}

package decision

import (
	"bytes"
	"slices"
)

// A Table holds the rows of one kind that a partner's working set knows.
// Rows are immutable: a change replaces the row, so the old row serves as the
// image before the event, and a batch is thrown away by forgetting what lies
// over the loaded rows.
type Table[R any] struct {
	base    map[string]entry[R] // as loaded, or as last kept
	over    map[string]entry[R] // changed since; a nil row is a deleted one
	images  map[string]entry[R] // as before the current event, for touched rows
	journal *journal
	indexes []*index[R]
}

type entry[R any] struct {
	row     *R
	version int64
}

// A journal undoes the changes of the current event, newest first.
type journal struct{ undo []func() }

func (j *journal) mark() int { return len(j.undo) }

func (j *journal) rollback(mark int) {
	for len(j.undo) > mark {
		last := len(j.undo) - 1
		j.undo[last]()
		j.undo = j.undo[:last]
	}
}

func newTable[R any](j *journal, values ...func(*R) string) *Table[R] {
	t := &Table[R]{base: map[string]entry[R]{}, over: map[string]entry[R]{}, images: map[string]entry[R]{}, journal: j}
	for _, v := range values {
		t.indexes = append(t.indexes, &index[R]{value: v, ids: map[string]map[string]struct{}{}})
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
		t.images[id] = old
	}
	t.journal.undo = append(t.journal.undo, func() { t.set(id, old) })
	t.set(id, entry[R]{row: row, version: image.version + 1})
}

func (t *Table[R]) set(id string, e entry[R]) {
	if old := t.entry(id).row; old != nil {
		for _, ix := range t.indexes {
			ix.remove(ix.value(old), id)
		}
	}
	t.over[id] = e
	if e.row != nil {
		for _, ix := range t.indexes {
			ix.add(ix.value(e.row), id)
		}
	}
}

// Load puts a stored row under the changes of the batch; a row known already
// stays as it is.
func (t *Table[R]) Load(id string, row *R, version int64) {
	if _, known := t.base[id]; known {
		return
	}
	t.base[id] = entry[R]{row: row, version: version}
	if _, changed := t.over[id]; changed {
		return
	}
	for _, ix := range t.indexes {
		ix.add(ix.value(row), id)
	}
}

// By returns the rows whose index i has the value, ordered by id.
func (t *Table[R]) By(i int, value string) []*R {
	ids := sortedKeys(t.indexes[i].ids[value])
	rows := make([]*R, 0, len(ids))
	for _, id := range ids {
		rows = append(rows, t.Get(id))
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
	out := make([]difference[R], 0, len(t.images))
	for _, id := range sortedKeys(t.images) {
		if before, e := t.images[id].row, t.entry(id); before != e.row {
			out = append(out, difference[R]{id: id, before: before, after: e.row, version: e.version})
		}
	}
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
func (t *Table[R]) begin() { clear(t.images) }

// reset forgets every change since the rows were loaded or kept.
func (t *Table[R]) reset() {
	for id := range t.over {
		t.set(id, t.base[id])
	}
	clear(t.over)
	clear(t.images)
}

// keep makes the changes the new base.
func (t *Table[R]) keep() {
	for id, e := range t.over {
		t.base[id] = e
	}
	clear(t.over)
}

type index[R any] struct {
	value func(*R) string
	ids   map[string]map[string]struct{}
}

func (ix *index[R]) add(value, id string) {
	if ix.ids[value] == nil {
		ix.ids[value] = map[string]struct{}{}
	}
	ix.ids[value][id] = struct{}{}
}

func (ix *index[R]) remove(value, id string) {
	delete(ix.ids[value], id)
	if len(ix.ids[value]) == 0 {
		delete(ix.ids, value)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// sameDocument compares rows by their stored form.
func sameDocument[R any](a, b *R) bool {
	was, err := Document(a)
	if err != nil {
		return false
	}
	is, err := Document(b)
	return err == nil && bytes.Equal(was, is)
}

package decision

import "slices"

// An index lists the ids of the rows that have a value, in order. Rows without
// a value are not in it.
type index[R any] struct {
	value func(*R) string
	ids   map[string][]string
}

// move takes a row that was replaced from its old value to its new one.
func (ix *index[R]) move(id string, old, now *R) {
	var from, to string
	if old != nil {
		from = ix.value(old)
	}
	if now != nil {
		to = ix.value(now)
	}
	if from == to {
		return
	}
	if from != "" {
		ids := ix.ids[from]
		if i, found := slices.BinarySearch(ids, id); found {
			ids = slices.Delete(ids, i, i+1)
		}
		if ix.ids[from] = ids; len(ids) == 0 {
			delete(ix.ids, from)
		}
	}
	if to != "" {
		ids := ix.ids[to]
		i, _ := slices.BinarySearch(ids, id)
		put(&ix.ids, to, slices.Insert(ids, i, id))
	}
}

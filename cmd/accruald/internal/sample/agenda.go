package sample

import (
	"container/heap"
	"time"
)

// An agenda holds what is going to happen, and gives it out by time, then in the order it was put in.
type agenda struct {
	items items
	put   int
}

type item struct {
	at    time.Time
	order int
	do    func()
}

// add puts something into the agenda.
func (a *agenda) add(at time.Time, do func()) {
	a.put++
	heap.Push(&a.items, item{at: at, order: a.put, do: do})
}

// next takes out what happens first, or says that nothing is left.
func (a *agenda) next() (item, bool) {
	if len(a.items) == 0 {
		return item{}, false
	}
	first, ok := heap.Pop(&a.items).(item)
	return first, ok
}

type items []item

func (s items) Len() int { return len(s) }
func (s items) Less(i, j int) bool {
	if !s[i].at.Equal(s[j].at) {
		return s[i].at.Before(s[j].at)
	}
	return s[i].order < s[j].order
}
func (s items) Swap(i, j int) { s[i], s[j] = s[j], s[i] }

// Push implements heap.Interface.
func (s *items) Push(x any) {
	if i, ok := x.(item); ok {
		*s = append(*s, i)
	}
}

// Pop implements heap.Interface.
func (s *items) Pop() any {
	last := len(*s) - 1
	popped := (*s)[last]
	*s = (*s)[:last]
	return popped
}

package decision

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type row struct{ group, text string }

// A model of a table: what stands, by id.
type model map[string]row

func testTable() (*Table[row], *journal) {
	j := &journal{}
	return newTable(j, func(r *row) string { return r.group }), j
}

func (m model) check(t *rapid.T, table *Table[row], when string) {
	t.Helper()
	if got, want := table.IDs(), slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) {
		t.Fatalf("%s: ids %v, want %v", when, got, want)
	}
	groups := map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if got := table.Get(id); *got != m[id] {
			t.Fatalf("%s: row %s is %v, want %v", when, id, *got, m[id])
		}
		groups[m[id].group] = append(groups[m[id].group], m[id].text)
	}
	for _, group := range []string{"a", "b", ""} {
		var got []string
		for _, r := range table.By(0, group) {
			got = append(got, r.text)
		}
		want := groups[group]
		if group == "" {
			want = nil // rows without a value are in no index
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: index %q lists %v, want %v", when, group, got, want)
		}
	}
}

// A table behaves as a map with an index, whatever is put, undone, collapsed,
// thrown away and kept; what changed since the load and within the event is
// exactly what differs.
func TestTableIsAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table, j := testTable()
		base := model{}
		for i := range rapid.IntRange(0, 4).Draw(t, "loaded") {
			id := fmt.Sprint(i)
			base[id] = row{rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "group"), id}
			r := base[id]
			table.Load(id, &r, 7)
		}
		now, before := maps.Clone(base), maps.Clone(base)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				table.begin()
				j.tables = j.tables[:0]
				before = maps.Clone(now)
			case 1:
				j.rollback(0)
				now = maps.Clone(before)
			case 2:
				table.reset()
				j.tables = nil
				now, before = maps.Clone(base), maps.Clone(base)
			case 3:
				table.keep()
				j.tables = nil
				base, before = maps.Clone(now), maps.Clone(now)
			case 4:
				table.collapse(func(a, b *row) bool { return *a == *b })
			default:
				id := fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "id"))
				if rapid.Bool().Draw(t, "delete") {
					table.Put(id, nil)
					delete(now, id)
				} else {
					r := row{rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "group"), id}
					table.Put(id, &r)
					now[id] = r
				}
			}
			now.check(t, table, "after a step")
			checkDifferences(t, table, before, now)
		}
		table.reset()
		base.check(t, table, "after a reset")
		if n := len(table.Changed()); n != 0 {
			t.Fatalf("%d rows to save after a reset", n)
		}
	})
}

func checkDifferences(t *rapid.T, table *Table[row], before, now model) {
	t.Helper()
	last := ""
	told := map[string]bool{}
	for _, d := range table.differences() {
		if d.id <= last {
			t.Fatalf("differences come out of order: %s after %s", d.id, last)
		}
		last, told[d.id] = d.id, true
		was, had := before[d.id]
		is, has := now[d.id]
		if had != (d.before != nil) || has != (d.after != nil) || had && *d.before != was || has && *d.after != is {
			t.Fatalf("difference of %s: %v -> %v, want %v -> %v", d.id, d.before, d.after, was, is)
		}
	}
	for id := range now {
		if now[id] != before[id] && !told[id] {
			t.Fatalf("the change of %s is not told", id)
		}
	}
}

// A row's version goes up by one an event, however often the event puts it,
// goes back with the event, and goes on counting after a deletion.
func TestVersions(t *testing.T) {
	t.Parallel()
	table, j := testTable()
	put := func(r *row) { table.Put("x", r) }
	expect := func(what string, want int64) {
		t.Helper()
		if got := table.Version("x"); got != want {
			t.Errorf("%s: version %d, want %d", what, got, want)
		}
	}
	put(&row{})
	put(&row{})
	expect("two changes of one event", 1)
	table.begin()
	j.tables = j.tables[:0]
	put(nil)
	expect("deleted", 2)
	j.rollback(0)
	expect("taken back", 1)
	put(nil)
	table.keep()
	put(&row{})
	expect("back again", 3)

	gone, _ := testTable()
	gone.LoadGone("x", 9)
	gone.Put("x", &row{})
	if v := gone.Version("x"); v != 10 {
		t.Errorf("a stored row that was gone comes back at version %d, want 10", v)
	}
	gone.Load("x", &row{text: "stored"}, 3)
	if got := gone.Get("x").text; got != "" {
		t.Errorf("loading it again brings %q back", got)
	}
}

func TestDigestRefusesDisorder(t *testing.T) {
	t.Parallel()
	type add struct{ kind, partner, id string }
	for _, c := range []struct {
		name string
		rows []add
		says string
	}{
		{"a kind after a later one", []add{{DigestBills, "P1", "b"}, {DigestOrders, "P1", "o"}}, "natural order"},
		{"a partner after a later one", []add{{DigestBills, "P2", "b"}, {DigestBills, "P1", "b"}}, "natural order"},
		{"an id after a later one", []add{{DigestBills, "P1", "b"}, {DigestBills, "P1", "a"}}, "natural order"},
		{"a row twice", []add{{DigestBills, "P1", "b"}, {DigestBills, "P1", "b"}}, "natural order"},
		{"an unknown kind", []add{{"planet", "P1", "b"}}, "no such kind"},
	} {
		g := NewDigest()
		var err error
		for _, r := range c.rows {
			err = g.Row(r.kind, r.partner, r.id, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

// An id that is a hash may begin with a hyphen and is no flag.
func TestIDsThatBeginWithAHyphen(t *testing.T) {
	t.Parallel()
	parser, err := newParser(&console{out: io.Discard, err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	const id, other = "-vaU70T2fddN5H9VVVkaxQ", "--ZUtJnMzYIyMaDVfY1pAg"
	cases := []struct{ name, args, want string }{
		{"an argument", "bill show " + id, "bill show -- " + id},
		{"before flags", "bill show " + id + " --json", "bill show --json -- " + id},
		{"two hyphens", "bill show " + other, "bill show -- " + other},
		{"the value of a flag", "bill show X --partner " + id, "bill show X --partner=" + id},
		{"behind a switch", "bill show --json " + id, "bill show --json -- " + id},
		{"behind a double hyphen", "bill show -- " + id, "bill show -- " + id},
		{"a flag of the length of an id", "worker --stream-replicas 3", "worker --stream-replicas 3"},
		{"another hash", "bill show yc03d3UbxE0_RGOMIAvFag --json", "bill show yc03d3UbxE0_RGOMIAvFag --json"},
		{"too short", "bill show -vaU70", "bill show -vaU70"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := tellIDs(parser, strings.Fields(c.args)); !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("%q became %q, not %q", c.args, got, c.want)
			}
		})
	}
}

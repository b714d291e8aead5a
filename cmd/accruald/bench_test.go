package main

import (
	"testing"
)

func TestBenchRefusesWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--orders", "0"}, {"--rounds", "1000"}, {"--orders", "10", "--partners", "11"}} {
		if got := call(t, "", append([]string{"bench"}, args...)...); got.status != statusRefused {
			t.Errorf("%q: status %d", args, got.status)
		}
	}
}

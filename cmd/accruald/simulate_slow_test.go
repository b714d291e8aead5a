//go:build slow

package main

import (
	"strings"
	"testing"
)

func TestSimulateIsDeterministic(t *testing.T) {
	t.Parallel()
	first, second := call(t, "", "simulate", samplePath), call(t, "", "simulate", samplePath)
	if first.status != statusDone || first.out != second.out {
		t.Errorf("two runs differ, status %d", first.status)
	}
	if lines := strings.Count(first.out, "\n"); lines < 5000 {
		t.Errorf("%d lines came out of the sample", lines)
	}
}

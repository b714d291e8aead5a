package main

import (
	"bytes"
	"strings"
	"time"
)

// devWaitMax bounds a whole run of `accruald dev --exit`, on a machine that has much else to do.
const devWaitMax = 3 * time.Minute

// tellTale closes a channel when a text was written so many times.
type tellTale struct {
	want  string
	times int
	text  bytes.Buffer
	seen  chan struct{}
}

// Write implements io.Writer; exec calls it from one goroutine.
func (w *tellTale) Write(p []byte) (int, error) {
	before := strings.Count(w.text.String(), w.want)
	w.text.Write(p)
	if after := strings.Count(w.text.String(), w.want); before < w.times && after >= w.times {
		close(w.seen)
	}
	return len(p), nil
}

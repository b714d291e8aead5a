package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	progressRedrawMillis = 100
	progressLineSeconds  = 2 // between two lines where there is no terminal
)

// A progress shows how much of something is done: a bar on a terminal, now and then a line elsewhere.
type progress struct {
	c       *console
	what    string
	unit    string
	total   int
	bar     *progressbar.ProgressBar
	told    time.Time
	current int
}

func newProgress(c *console, what string, total int) *progress {
	return startProgress(c, what, total, "events", progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("events"))
}

// newPartnerProgress shows how many partners are through.
func newPartnerProgress(c *console, what string, total int) *progress {
	return startProgress(c, what, total, "partners", progressbar.OptionShowCount())
}

// newByteProgress shows how much of a file is read.
func newByteProgress(c *console, what string, size int64) *progress {
	return startProgress(c, what, int(size), "bytes", progressbar.OptionShowBytes(true))
}

func startProgress(c *console, what string, total int, unit string, options ...progressbar.Option) *progress {
	p := &progress{c: c, what: what, unit: unit, total: total, told: time.Now()}
	if c.terminal {
		p.bar = progressbar.NewOptions(total, append(options, progressbar.OptionSetWriter(c.err), progressbar.OptionSetDescription(what),
			progressbar.OptionThrottle(progressRedrawMillis*time.Millisecond), progressbar.OptionClearOnFinish())...)
		_ = p.bar.Set(0) // it measures its rate from here on, and not from the first hundreds that are told at once
	}
	return p
}

// set says how much is done.
func (p *progress) set(done int) {
	p.current = min(done, p.total) // runs of jobs count once for each partner
	if p.bar != nil {
		_ = p.bar.Set(p.current) // a bar that cannot be drawn is no reason to stop
		return
	}
	if time.Since(p.told) >= progressLineSeconds*time.Second {
		p.told = time.Now()
		p.line()
	}
}

func (p *progress) line() {
	fmt.Fprintf(p.c.err, "%s: %d of %d %s\n", p.what, p.current, p.total, p.unit)
}

// close takes the bar off the screen.
func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Clear() // likewise
	}
}

// done says that all is done.
func (p *progress) done() {
	p.current = p.total
	p.line()
}

package workers

import "time"

// A Wall is a clock on the wall: what time it is, and a bell. The scheduler
// alone looks at it; what is decided takes its time from events.
type Wall interface {
	Now() time.Time
	// After returns a channel that receives once a time has passed, and what
	// frees it before.
	After(wait time.Duration) (rings <-chan time.Time, stop func())
}

// systemWall is the clock of this machine.
type systemWall struct{}

func (systemWall) Now() time.Time { return time.Now() }

func (systemWall) After(wait time.Duration) (<-chan time.Time, func()) {
	timer := time.NewTimer(wait)
	return timer.C, func() { timer.Stop() }
}

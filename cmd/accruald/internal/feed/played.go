package feed

import (
	"iter"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// clockFile is what lines are said to come from that the clock put between those of the files.
const clockFile = "the clock"

// Played reads the events of all sources as Lines does, and lets time pass with them: where no line fires a job itself,
// the runs that fall due stand before the first event of a later time. Malformed lines are given out as by Lines.
func Played(sources []Source, sites site.Profiles) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		clock := schedule.NewClock(sites)
		if firesItself(sources) {
			clock = nil
		}
		for line, err := range Lines(sources) {
			if err == nil && clock != nil && !fire(clock, line.Event, yield) {
				return
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// fire gives out the runs that stand before an event.
func fire(clock *schedule.Clock, ev *events.Event, yield func(Line, error) bool) bool {
	runs, err := clock.Before(ev)
	if err != nil {
		return yield(Line{}, err) && false
	}
	for _, run := range runs {
		if !yield(Line{File: clockFile, Event: run}, nil) {
			return false
		}
	}
	return true
}

// firesItself tells whether a line of the sources runs a job. What cannot be read is told when it is read for good.
func firesItself(sources []Source) bool {
	for line, err := range Lines(sources) {
		if err == nil && line.Event.Type == events.TypeScheduleFired {
			return true
		}
	}
	return false
}

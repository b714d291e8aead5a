package workers

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A lane decides the partitions that are assigned to it, one transaction
// after the other. It lives in sessions: each has a fixed set of leases and
// begins at the positions in the database. Whatever disturbs it (a lease that
// comes or goes, a lost database, an owner elsewhere) ends the session, and
// the next one reads on from what is stored; so there is one way to begin and
// nothing in memory has to be mended.
type lane struct {
	*Worker
	number int
	ticks  chan []string // partners whose open events are to be looked at
	state  laneState

	// raised are the leases under which attempts were counted: once in each,
	// since only the end of a process, not a lost database, is held against
	// the events it was deciding.
	raised map[lease]bool
}

func newLane(w *Worker, number int) *lane {
	return &lane{Worker: w, number: number, ticks: make(chan []string, 1), raised: map[lease]bool{}}
}

func (l *lane) name() string { return fmt.Sprintf("lane-%d", l.number) }

// run leads sessions until ctx ends. It returns an error only if reading on
// would pass over events.
func (l *lane) run(ctx context.Context) error {
	log := l.log.With("lane", l.number)
	var wait backoff
	var used []lease
	for ctx.Err() == nil {
		leases, changed := l.keeper.assigned(l.number)
		used = l.giveUp(ctx, used, leases)
		l.health.beat(l.name())
		if len(leases) == 0 {
			l.state.set(nil) // whoever has them now answers for them
			pauseOr(ctx, heartbeatInterval, changed)
			continue
		}
		used = leases
		began := time.Now()
		err := l.session(ctx, leases, changed)
		if err == nil {
			continue
		}
		class := classify(ctx, err)
		if class == classLost || class == classUnknownCommit {
			l.pool.Reset() // connections of a server that is gone would fail one by one
		}
		if class == classPassesOver {
			return err
		}
		if class == classStopping {
			l.log.Info("lane stopped before everything was stored and published; the next owner goes on there", "lane", l.number, "err", err)
			continue
		}
		l.metrics.failures.WithLabelValues(string(class)).Inc()
		if time.Since(began) > backoffMillisMax*time.Millisecond {
			wait.reset()
		}
		next := wait.next()
		log.Warn("lane begins again from the stored positions", "class", class, "err", err, "next_try_in", next)
		l.state.set(err)
		pauseOr(ctx, next, changed)
	}
	return nil
}

// giveUp releases the partitions that are no longer assigned, after their last
// batch, and returns the leases that stay in use. One that is assigned under
// another epoch stays: the keeper has it already, and giving it up would have
// it taken under yet another epoch, and so on without end. At the end all are
// released together by keeper.leave.
func (l *lane) giveUp(ctx context.Context, used, assigned []lease) []lease {
	var leaving []int
	for _, u := range used {
		if !slices.ContainsFunc(assigned, func(a lease) bool { return a.partition == u.partition }) {
			leaving = append(leaving, u.partition)
		}
	}
	if len(leaving) == 0 || ctx.Err() != nil {
		return used
	}
	if err := l.keeper.release(ctx, leaving); err != nil {
		l.log.Warn("partitions not given up yet", "lane", l.number, "err", err)
		return used
	}
	return assigned
}

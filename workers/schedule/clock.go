package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

// meteredAheadMax is how far ahead of its event usage is looked for: no window
// of usage is longer than a month.
const meteredAheadMax = 31 * 24 * time.Hour

// source names who injects runs.
const source = "/accruald/clock"

// A Clock lets time pass with the events: before the first event of a later
// time it gives out the runs that fell due until then, for every site that a
// partner was enrolled in. Runs exist from the first order fact on; late
// events do not turn it back.
type Clock struct {
	sites   site.Profiles
	active  []*site.Profile
	highest time.Time
	metered time.Time // when the last usage that no hourly run has settled can be, zero without any
}

// NewClock returns a clock that has not started.
func NewClock(sites site.Profiles) *Clock { return &Clock{sites: sites} }

// Before returns the runs that stand before the event, in the order in which
// they are due.
func (c *Clock) Before(ev *events.Event) ([]*events.Event, error) {
	switch data := ev.Data.(type) {
	case *events.PartnerEnrolled:
		c.enrol(data.Site)
		return nil, nil
	case *events.UsageMetered:
		defer c.meter(ev.Time, data.Window.To)
	}
	if c.highest.IsZero() && !events.IsOrderFact(ev.Type) || !ev.Time.After(c.highest) {
		return nil, nil
	}
	from := c.highest
	c.highest = ev.Time
	if from.IsZero() {
		return nil, nil
	}
	runs, err := c.due(from, ev.Time)
	if err != nil {
		return nil, err
	}
	out := make([]*events.Event, len(runs))
	for i, r := range runs {
		out[i] = r.ev
	}
	return out, nil
}

// A run is one job of one site that fell due.
type run struct {
	at   time.Time
	rank int
	ev   *events.Event
}

// due lists the runs after one time, up to and with another, in the order in
// which they are due. What falls on the same instant of one job is one run.
func (c *Clock) due(from, upTo time.Time) ([]run, error) {
	hourly := c.hourlyUpTo(from, upTo)
	settled := false
	var runs []run
	for _, profile := range c.active {
		jobs, err := JobsOf(profile)
		if err != nil {
			return nil, err
		}
		for rank, job := range jobs {
			if job.Whole {
				continue
			}
			last, hourlyUsage := upTo, job.Hourly && job.Name == settleUsage
			if hourlyUsage {
				last = hourly
			}
			due, err := job.Due(from, last, profile.Zone())
			if err != nil {
				return nil, err
			}
			if n := len(due); hourlyUsage && n > 0 && !due[n-1].Before(c.metered) {
				settled = true
			}
			for _, at := range due {
				fired, err := Fired(job.Name, profile, at)
				if err != nil {
					return nil, err
				}
				runs = append(runs, run{at, rank, fired})
			}
		}
	}
	if settled {
		c.metered = time.Time{}
	}
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	return slices.CompactFunc(runs, func(a, b run) bool { return a.ev.ID == b.ev.ID }), nil
}

// hourlyUpTo returns until when usage is settled by the hour: up to the
// first one behind the usage seen so far and its last hour. Without usage there
// are none: a year of events would bring thousands that do nothing. What one
// leaves over, since the hours of the site begin at another minute, the daily
// run settles.
func (c *Clock) hourlyUpTo(from, upTo time.Time) time.Time {
	if c.metered.IsZero() {
		return from
	}
	last := c.metered
	if last.Before(from) {
		last = from
	}
	if last = last.Add(time.Hour); last.After(upTo) {
		return upTo
	}
	return last
}

// meter notes usage: what was used until a time is settled by the hour once the
// hour has ended.
func (c *Clock) meter(seen, to time.Time) {
	if most := seen.Add(meteredAheadMax); to.After(most) {
		to = most
	}
	end := to.Truncate(time.Hour)
	if end.Before(to) {
		end = end.Add(time.Hour)
	}
	if end.After(c.metered) {
		c.metered = end
	}
}

// enrol makes the site's jobs run. An unknown site is refused where the
// enrolment is decided.
func (c *Clock) enrol(code string) {
	profile, err := c.sites.Get(code)
	if err != nil || slices.Contains(c.active, profile) {
		return
	}
	c.active = append(c.active, profile)
	slices.SortFunc(c.active, func(a, b *site.Profile) int { return cmp.Compare(a.Site, b.Site) })
}

// Fired is the event of one run. Its id is made of job, site and key, so that
// the run happens once whoever fires it.
func Fired(job string, profile *site.Profile, at time.Time) (*events.Event, error) {
	key, local, err := Key(job, profile, at)
	if err != nil {
		return nil, err
	}
	return events.New(events.Envelope{
		ID: "schedule.fired/" + job + "/" + profile.Site + "/" + key, Source: source,
		Type: events.TypeScheduleFired, Subject: job, PartitionKey: events.AllPartners, Time: local,
	}, &events.ScheduleFired{Job: job, Site: profile.Site, ScheduledFor: local})
}

// Layouts of keys.
const (
	keyLayout        = "2006-01-02T15:04"
	keySecondsLayout = "2006-01-02T15:04:05.999999"
)

// Key names a run within its job and site, and returns its time in the zone
// that the key reads it in: the site's, but UTC for a job that runs more often
// than daily, whose local time may come twice. Where a run that somebody fires
// has the second of two equal readings, the offset tells it from the first.
func Key(job string, profile *site.Profile, at time.Time) (string, time.Time, error) {
	jobs, err := JobsOf(profile)
	if err != nil {
		return "", time.Time{}, err
	}
	local, layout, end := at.In(profile.Zone()), keyLayout, ""
	if slices.ContainsFunc(jobs, func(j Job) bool { return j.Name == job && j.Hourly }) {
		local, end = at.UTC(), "Z"
	} else if !calendar.ExactInstant(local, profile.Zone()).Equal(at) {
		end = "-07:00"
	}
	if local.Second() != 0 || local.Nanosecond() != 0 {
		layout = keySecondsLayout
	}
	return local.Format(layout + end), local, nil
}

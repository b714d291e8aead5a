package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/site"
)

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
}

// NewClock returns a clock that has not started.
func NewClock(sites site.Profiles) *Clock { return &Clock{sites: sites} }

// Before returns the runs that stand before the event, in the order in which
// they are due.
func (c *Clock) Before(ev *events.Event) ([]*events.Event, error) {
	if enrolled, ok := ev.Data.(*events.PartnerEnrolled); ok {
		c.enrol(enrolled.Site)
		return nil, nil
	}
	if c.highest.IsZero() && !events.IsOrderFact(ev.Type) || !ev.Time.After(c.highest) {
		return nil, nil
	}
	from := c.highest
	c.highest = ev.Time
	if from.IsZero() {
		return nil, nil
	}
	type run struct {
		at   time.Time
		rank int
		ev   *events.Event
	}
	var runs []run
	for _, profile := range c.active {
		for rank, job := range Jobs() {
			due, err := job.Due(from, ev.Time, profile.Zone())
			if err != nil {
				return nil, err
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
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	out := make([]*events.Event, len(runs))
	for i, r := range runs {
		out[i] = r.ev
	}
	return out, nil
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

// Fired is the event of one run. Its id is made of job, site and scheduled
// local time, so that the run happens once whoever fires it.
func Fired(job string, profile *site.Profile, at time.Time) (*events.Event, error) {
	local := at.In(profile.Zone())
	return events.New(events.Envelope{
		ID: "schedule.fired/" + job + "/" + profile.Site + "/" + local.Format("2006-01-02T15:04"), Source: source,
		Type: events.TypeScheduleFired, Subject: job, PartitionKey: events.AllPartners, Time: local,
	}, &events.ScheduleFired{Job: job, Site: profile.Site, ScheduledFor: local})
}

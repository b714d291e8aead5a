package sample

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// clock puts the runs of the jobs into the agenda: the close of every month, and the daily runs on the days of a month
// around which they have something to do: after the third, when customers repay, and after the deadline to confirm.
func (q *quarter) clock() {
	for month := time.February; month <= time.April; month++ {
		q.run(decision.JobCloseCycle, month, 1, 10*time.Minute)
		for day := 1; day <= 6; day++ {
			q.run(decision.JobReleaseHolds, month, day, 30*time.Minute)
		}
		for day := 11; day <= 14; day++ {
			q.run(decision.JobAutoConfirm, month, day, time.Hour)
		}
	}
}

// run fires a job at both sites. The source is the story's own: the same run in another file is a run for its partners too,
// and no repetition.
func (q *quarter) run(job string, month time.Month, day int, clock time.Duration) {
	at := time.Date(2026, month, day, 0, 0, 0, 0, zone).Add(clock)
	for _, site := range []string{siteChina, siteInternational} {
		q.later(at, func(at time.Time) {
			id := fmt.Sprintf("%s/%s/%s", job, site, at.Format("2006-01-02T15:04"))
			q.emit(fact{source: "/quarter/scheduler", id: id, subject: job, partner: events.AllPartners, at: at,
				data: &events.ScheduleFired{Job: job, Site: site, ScheduledFor: at}})
		})
	}
}

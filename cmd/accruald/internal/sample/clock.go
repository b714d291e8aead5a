package sample

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// clock puts the runs of the jobs into the agenda: those of the month, and the daily runs on the days of a month around
// which they have something to do: after the third, when customers repay, after the deadline to confirm, and after bills
// are issued.
func (q *quarter) clock() {
	for month := time.February; month <= time.April; month++ {
		q.run(decision.JobSettleUsage, month, 1, 5*time.Minute)
		q.run(decision.JobCloseCycle, month, 1, 10*time.Minute)
		q.run(decision.JobExpire, month, 1, 20*time.Minute)
		q.run(decision.JobStatement, month, 5, 10*time.Hour)
		for day := 1; day <= 6; day++ {
			q.run(decision.JobReleaseHolds, month, day, 30*time.Minute)
		}
		for day := 11; day <= 14; day++ {
			q.run(decision.JobAutoConfirm, month, day, time.Hour)
		}
		q.run(decision.JobOpportunityWindows, month, 13, 40*time.Minute)
		for day := 13; day <= 15; day++ {
			q.run(decision.JobAutoRenew, month, day, 3*time.Hour)
		}
		q.run(decision.JobAutoRequest, month, 16, 2*time.Hour)
	}
}

// run fires a job at both sites. The source is the story's own: the same run in another file is a run for its partners too,
// and no repetition.
func (q *quarter) run(job string, month time.Month, day int, clock time.Duration) {
	at := time.Date(2026, month, day, 0, 0, 0, 0, zone).Add(clock)
	for _, site := range []string{siteChina, siteInternational} {
		q.runAt(job, site, at)
	}
}

func (q *quarter) runAt(job, site string, at time.Time) {
	q.later(at, func(at time.Time) {
		id := fmt.Sprintf("%s/%s/%s", job, site, at.Format("2006-01-02T15:04"))
		if q.fired[id] {
			return
		}
		q.fired[id] = true
		q.emit(fact{source: "/quarter/scheduler", id: id, subject: job, partner: events.AllPartners, at: at,
			data: &events.ScheduleFired{Job: job, Site: site, ScheduledFor: at}})
	})
}

// Package schedule knows when the jobs are due: which instants a job's
// schedule names between two times, in the zone of a site.
//
// A schedule is evaluated on the reading of the wall clock, in UTC, and only
// then placed into the zone. A library's own arithmetic over zones skips or
// doubles runs on the days when clocks change (F35, F36); this way a reading
// that does not exist runs at the first instant after the gap, and one that
// exists twice runs at its first.
//
// A job that runs more often than daily is due by the hours of UTC, where none
// comes twice, and is known by its time in UTC. Hourly runs that settle usage
// are injected while there is usage that none has settled yet, and else not.
//
// Owns: the table of jobs with their default times (Settlement rules, section
// 8) and what a site's profile makes of it, the instants they are due, the
// names of runs, the injection of due runs into events that bring none of their
// own.
//
// Does not own: what a job does (decision), publishing runs (the worker).
//
// It is pure: time and zone are arguments.
//
// Failure handling: a job whose expression cannot be read is an error when the
// table is asked (Check, before anything starts), not a job that never runs. A
// stretch of time with more runs than dueCountMax is an error: a clock that
// jumps by years is a mistake in the events.
package schedule

// Package feed brings files of events to where they are decided: it reads JSON Lines, judges every line before anything
// is sent, and publishes in the order of the file.
//
// # Owns
//
//   - Reading (Files): plain, compressed (.gz) or from standard input (-); a bound on the length of a line; which line of
//     which file an error is about.
//   - Counting (Count): lines, those that repeat an earlier one, and the hash by which a file is known again.
//   - The clock of files (Played): where no line runs a job itself, the runs that fall due by the times of the events stand
//     between them. Servers have a clock of their own, so publish sends files as they are.
//   - The barrier (Publisher): the order of a file has to hold between two streams. What governs has to be applied before
//     what it governs is published: so before the first event of a partner that follows reference data or a run of a job,
//     the publisher waits until the workers have applied that, and sent the run to the partners. And what stands in front
//     of reference data has to be decided before that is published. A run of a job needs no such wait: the workers hold
//     it back until the input before it is decided.
//   - Going on after a crash (Resume): one publisher sends a file in its order, so the number of messages stored tells
//     which line is next, and nothing is sent twice.
//
// # Does not own
//
// What an event means (package events), streams and batches (package bus), what is decided of it.
//
// # Failure handling
//
// A malformed line is a *LineError; nothing of the file is published then. An error of the broker is returned with the
// number of events that are stored: publishing again is safe, since the inbox knows what came. A wait at the barrier is
// bounded by barrierWaitMax and says what to start.
package feed

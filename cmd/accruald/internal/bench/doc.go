// Package bench measures one worker on servers of its own.
//
// # What is measured
//
//   - Throughput. The stream is loaded with all events first. The time runs from the start of the worker until everything
//     is decided, stored and published; starting and taking the partitions are part of it.
//   - Latency. After that, orders come at a steady rate. A message's latency is the time from when the producer began to
//     publish it until the broker had stored the first event that follows from it. Both are read from this machine's
//     clock. Sending at the set times does not wait for answers, so a stall is seen by every message that came into it.
//   - Processor time of this process, which is the worker and the broker, and of PostgreSQL with all of its processes.
//   - The write-ahead log, rows, messages, transactions and batches, an event.
//
// # What is not
//
// A network between the parts, other load on the machine, old data: the tables are empty at the start of every round.
//
// Everything is durable as in production: fsync and synchronous_commit on, the broker syncs every write. A round's
// folders are removed at its end.
package bench

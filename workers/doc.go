// Package workers is the imperative shell: it reads the streams, decides
// events in batches, each in one transaction, and publishes what comes of it.
//
// # Owns
//
//   - the batch frame (frame*.go): lock, inbox, load, decide, save, commit;
//   - the mapping between working sets and tables (load*.go, save*.go,
//     store*.go, reader*.go), the digest over the database, and the
//     verification of the ledger (ledger.go);
//   - reconciliation (reconcile*.go): a partner is read at one moment, without
//     locks, and what differs is stored with the run's cursor;
//   - the runtime around it: lanes that read partitions (lane*.go), leases, the
//     reference reader (reference_*.go), the relay, the sweeper, health and
//     metrics, and the classes of failures (failure.go).
//
// # Does not own
//
// What an event means (package decision and the rules below it), the wire
// (package events), streams (package bus), tables and statements (package
// schema: every statement lies in schema/queries and is generated).
//
// # The way of one event
//
//	stream -> reader of its partition -> batch: decode      lane_fetch.go
//	  -> reference data up to the end of its stream applied lane_commit.go
//	  -> begin, lock partners, ask the inbox                frame_run.go
//	  -> load, decide in memory, again if something lacked
//	  -> save rows, ledger, outbox and position, commit     save*.go
//	  -> acknowledge; relay publishes the outbox in order   relay.go
//
// Batch k+1 is fetched while k is decided and k-1 published. The transactions
// of a lane are serial; lanes and replicas work side by side.
//
// # Why a log that is read in order, and no redelivery
//
// Each of the 64 partitions has one owner, by a lease in PostgreSQL, who reads
// it in stream order from a position that is stored with the batch. So a batch
// and how far it was read cannot come apart, a restored backup reads again
// exactly what it lacks, and a partner's events are decided in the order of
// the stream: with redelivery by the broker a client saw 6..20, 2, 3, 4, 5, 1.
// Acknowledgements are for operators and flow control. The lease's epoch is
// compared when the position moves; an owner that lost it stores nothing.
//
// # The frame
//
// READ COMMITTED. The first statements lock the batch's partners in sorted
// order; everything else is loaded later, so it sees what the holder of the
// lock before has committed. Otherwise an order and its payment in two batches
// at once would miss each other for ever (F20).
//
// What decisions will look at is foreseen and loaded with one statement a
// table: six round trips for a batch of 2 and of 256. A decision that lacks
// something says so, and its partner's part is decided again: foreseeing is a
// matter of speed. Plans that read whole tables are not offered (PlanForKeys):
// statistics of tables that have just grown prefer them.
//
// Invariants:
//
//   - inbox, rows, ledger, reference log, outbox, numbers and position are
//     stored together or not at all;
//   - numbers of inputs, decisions and postings have no gaps per partner, those
//     of the outbox none per partition; a gap seen by the relay is rows that it
//     has not read yet, and they go first;
//   - a row is saved as the document that memory has of it, and read back to
//     the same one, so the digest is that of the events folded in memory;
//   - the version of an order, a detail or a bill goes on counting when it was
//     taken away and comes back: consumers order what they hear by it;
//   - postings are a chain of hashes per partner, whose end the partner's row
//     has: what was changed around the triggers is found;
//   - another content under a known source and id is refused once, on record.
//
// # Reference data and jobs
//
// The owner of partition 64 turns the reference stream into the reference log;
// memory is the fold of that log everywhere. A batch waits until all that the
// reference stream held when it was fetched is applied.
//
// A job that fires is recorded with a barrier, the end of the input at that
// moment, and waits until every partition is decided up to there. Only then
// are its partners known; one event for each goes through the input stream
// and stands there behind what was queued before. It goes out page by page,
// and the run's row notes the last partner, so a run that is killed goes on
// there. When the input is decided up to the last part, the run is finished
// and its refused parts are counted (runs.go). A part is known by job, site,
// time and partner: another event for a run goes to partners enrolled since.
//
// Every replica looks at the clock (scheduler.go). Under the lock of a site's
// schedules it puts down what is due behind where they stand, which is kept in
// the database and not in a process (F86), then publishes what is put down and
// not published, in order. A crash between publishes again, under the same id.
//
// # Failure handling
//
// A refusal of a rule, or a panic in one, concerns one event and is recorded
// with it. An error of the database ends the batch; its class (failure.go)
// says what is done:
//
//	permanent       split; alone and refused again: rejected as poison
//	later           somebody was in the way: the same batch, at once
//	lost            database or broker away: wait, read on from the position
//	unknown_commit  as lost; the inbox knows what stands
//	not_owner       give the partition up
//	passes_over     events would be left out: stop, a person decides
//	stopping        drain: finish, commit, publish, give up leases
//
// An event that ends the process is counted before it is tried; after three
// times it goes alone, after five it is poison.
//
// # Limits
//
// Batches, queues, retries and waits have named constants; DrainTimeout bounds
// the end. Too much unpublished (OutboxLagMax) stops fetching. A partner's own
// reference data stays folded between batches, within referenceEventCountMax.
//
// The book of a partner (debts, repayments, credit holds) is loaded whole by
// what touches it, and nothing of it can be left out: what a repayment settles
// follows from all of them in key order, and a late order, refund or repayment
// may belong before any other and move each allocation after it, also in a
// cycle that is closed. Its cost grows with the partner's credit orders.
package workers

// Package workers is the imperative shell: it takes deliveries, decides them
// in batches, each in one transaction, and hands on what comes out.
//
// # Owns
//
//   - the batch frame (frame*.go): lock, inbox, load, decide, save, commit;
//   - the mapping between working sets and tables (load*.go, save*.go,
//     store*.go), and the digest over the database;
//   - the runtime around it: lanes that read partitions, leases, the reference
//     reader, the relay, the sweeper, and the classes of failures.
//
// # Does not own
//
// What an event means (package decision and the rules below it), the wire
// (package events), streams (package bus), tables and statements (package
// schema: every statement lies in schema/queries and is generated).
//
// # The frame
//
// One transaction a batch, READ COMMITTED. Its first statements lock the rows
// of the batch's partners in sorted order and ask the inbox who was received;
// everything else is loaded by later statements, so it sees what the holder of
// the lock before has committed. Otherwise an order and its payment in two
// batches at once would miss each other for ever (F20).
//
// What the decisions will look at is foreseen from the events and loaded with
// one statement a table, whatever the size of the batch: six round trips for a
// batch of 2 and of 256. A decision that lacks something says so; it is loaded
// and the partner's part of the batch is decided again. Foreseeing is only a
// matter of speed: what was overlooked costs a round.
//
// Invariants:
//
//   - inbox, rows, ledger, reference log, outbox, numbers and position are
//     stored together or not at all;
//   - numbers of inputs, decisions and postings have no gaps per partner, those
//     of the outbox none per partition; they are given under the lock that the
//     batch holds;
//   - a row is saved as the document that memory would have of it, and read
//     back to the same one: times in microseconds with their offset, decimals
//     without trailing zeros. The digest over the database is that of the
//     same events folded in memory;
//   - the version of an order, a detail or a bill goes on counting when it was
//     taken away and comes back: consumers order what they hear by it;
//   - a content that comes under a known source and id is refused once, on
//     record, and changes nothing.
//
// Statements are not offered plans that read whole tables (PlanForKeys): on
// tables that have just grown, statistics prefer them, and a lookup of 256
// keys then takes four times as long, later much longer.
//
// The partners' own reference data is kept folded between batches, bounded by
// its events; the partner's number of its last reference event says whether it
// is current, so another process may have decided between.
//
// # Failure handling
//
// A refusal of a rule, or a panic in one, concerns one event and is recorded
// with it. An error of the database ends the batch, which is rolled back;
// failure.go says what is done then. A commit whose answer was lost is
// ErrCommitUnknown: the batch is processed again and the inbox knows what
// stands. A lease that was lost is ErrNotOwner: the position is moved in the
// same transaction under the owner's epoch, so nothing of the batch is stored.
package workers

// Package bus is the adapter to NATS JetStream: the three streams, readers of
// the input's partitions, the reference log, and publishing in order.
//
// It does not own the content of events (package events), the position (the
// database stores it with what was decided), who owns which partition (leases
// in the database), or the server (package embedded).
//
// # Streams
//
// BILLING_IN takes `billing.in.<partner>.<type>` and stores it as
// `billing.part.<n>.<partner>.<type>`, n being a hash of the partner out of
// 64. BILLING_REF holds reference data, kept for ever. BILLING_OUT holds what
// was decided. Only the output drops the oldest when a limit of space is set
// and reached; the other two refuse new messages, so that the producer knows.
// An existing stream is verified and never altered.
//
// # Invariants
//
//   - A PartitionReader gives out its partition in strictly ascending stream
//     sequence without leaving out any stored message. The consumer's own
//     count of deliveries, in which a lost one is a gap, proves it.
//   - What is acknowledged at the server is never ahead of what the caller
//     acknowledged, and that is called after the commit. The converse does
//     not hold, and need not: the position in the database decides.
//   - A position the stream cannot serve is refused: messages after it are
//     gone, or it lies beyond the end, or the stream was made anew.
//   - PublishBatch stores in the order given (F64): the next batch goes out
//     after the last was acknowledged, nothing is buffered while the
//     connection is down, and an error stops everything behind it.
//   - The server's word `duplicate` is believed only if the message stored at
//     that sequence carries the id (after a purge it is said all the same).
//
// # Readers
//
// Each partition has a durable consumer `p-<n>` with acknowledgement of all
// before, for the operator's eyes (`nats consumer report BILLING_IN`), for
// lag, and so that the server stops sending to an owner that does not commit.
// An existing durable does not send again what it has sent, so one that does
// not stand exactly at the position is deleted and made anew.
//
// Nothing depends on redelivery. Whatever disturbs a reader (a new
// connection, a gap, a deleted consumer, heartbeats missing, a stored message
// that is not sent (F79)) ends its session, and the consumer is made anew
// behind the acknowledged position; what was seen beyond is sent again and
// dropped. Reopening is logged, counted, and repeated with backoff for ever.
// Two owners of one partition make the consumer anew under each other until
// the loser learns from the database that its lease is over; both see all.
//
// Consumers live in the server's memory. On disk, each writes its state up to
// ten times a second, with sync always each time to the disk: 64 of them took
// half of the reading rate (36,000 instead of 78,000 messages of 600 B a
// second, two cores, server included) and the database's disk with it. What
// it buys is a position that is stored elsewhere anyway. After a restart of a
// single server the consumers are made anew by their readers; a metric that
// finds none must say so and not say zero (F84).
//
// One consumer for all partitions of a process would spare the server the
// search for each partition's next message, and was not needed: all 64 open
// within 25 ms, against 130 to 430 ms on disk.
//
// Pull requests are made here and not by the client library's iterator: that
// one has room for the asked messages only, and with a limit in bytes the
// server's status messages push deliveries out of it under load.
//
// # Reference log
//
// ReadReference reads through a throw-away consumer. What is applied is the
// acknowledged position of the durable consumer `reference`, from which
// nobody reads data: AckReference fetches headers up to the sequence and
// acknowledges the last with all before. That only moves forward, whoever
// calls; making the consumer anew at the sequence, the other way, can move it
// back when two call at once. A process that died between fetching and
// acknowledging delays the next by a second.
//
// # Publishing
//
// Atomic batches of up to 1,000 messages: 49,000 messages of 600 B a second
// with sync always, against 3,700 with asynchronous publishing in windows of
// 512, which does not hold the order per partner either. They work on the
// input stream too, through its transform, so there is one way for producers
// and relay. A refused batch (an id is already stored, or atomic batches are
// off) goes one by one.
//
// # Failure handling
//
// Temporary tells what heals by waiting. Everything else is for a person, and
// its text says what to do; codes are the Err values. Every request has a
// time limit; only reconnecting and reopening repeat for ever, both visible
// in Healthy, ReaderStats and the log.
//
// # Grants
//
// Besides its subjects the user needs `$JS.API.INFO`, `$JS.API.STREAM.INFO`,
// `STREAM.CREATE`, `STREAM.MSG.GET`, `CONSUMER.CREATE`, `CONSUMER.DELETE`,
// `CONSUMER.INFO`, `CONSUMER.LIST` and `CONSUMER.MSG.NEXT` of the three streams,
// `$JS.ACK.>`, and its inbox. Dial needs none of these, only what its users say
// and hear.
package bus

// Package decision decides: it takes one partner's events, one after the
// other, and turns them into orders, resources, incentive details, bills,
// holds, payment requests, invoices, ledger postings and outgoing events.
//
// It is pure. It takes no context, reads no clock, does no I/O; the time of
// everything is the event's own. The same code runs over PostgreSQL (the
// worker) and in memory (simulate, tests), so both end in the same digest.
//
// # The way of one event
//
//	Receive -> apply the rule of its type -> settle -> accept | reject | wait
//
//	apply   order facts are folded into their chain, reference data into the
//	        partner's reference, everything else changes its own rows
//	settle  what the event changed is carried on, stage by stage:
//	        orders -> debts and repayments -> coupons and quotas -> details -> holds
//	        -> bills -> postings
//	report  the differences become outgoing events
//
// Every stage looks only at what the stages before it changed, and computes
// what is true now, never what to add. What is posted and reported is always
// the difference between the rows before and after the event. That is why the
// sum of all postings of a fact is what the fact comes to, in whatever order
// its events arrived, and why one mechanism serves the new event, the late
// one, and the one that changes what others meant.
//
// # Chains
//
// Orders and resources that shared orders connect are one chain. A fact newer
// than the chain's last is applied to the rows as they stand. An older one
// makes the chain forget its rows and fold all of its inputs again in key
// order (time, source, id), each under the reference data of its first
// decision. A chain is bounded (chainEventsMax), so folding from the start
// costs at most what a thousand events cost, and no snapshot per order has to
// be kept and trusted. Rejections that rest on the chain's state keep their
// place in it, because an earlier fact may yet make them good; those that rest
// on reference data stay out of it and are retried when that changes.
//
// # Where the rest is told
//
// At the top of the file that owns it: automatic renewals (renewals.go,
// renewal_coupons.go), conversions (convert.go), moves (moves.go), usage
// (usage.go), closed periods (late.go), money that is gone (bills.go), holds
// (holds.go), statements (statements.go), coupons (coupons.go), newness
// (newness.go), the common cap (caps.go), leaving (expiry.go), opportunities
// (opportunities.go), owed invoices (owed.go), replay (turns.go).
//
// # Working set
//
// Partner holds tables of immutable rows over what was loaded. A decision that
// needs a scope which is not loaded ends with ErrNeeds; the caller loads it and
// decides the batch again from the loaded rows. So loading ahead is only a
// matter of speed: a wrong guess costs time, never a wrong result.
//
// Owns: the fold, the differences, ids of details, bills and holds, the digest.
//
// Does not own: the rules (pricing, incentive, settlement), the wire (events),
// transactions, numbering of the outbox, delivery.
//
// Invariants: an event has all of its effects or none; a bill's identity holds
// after every event; postings of one input and fact sum to zero, and each hashes
// all before it (LedgerCheck finds what was changed since); any order and
// duplication of order facts between two cut-offs ends in the same rows
// (law_test.go); the recorded turns, handed in again, make every decision again
// under its number, with the same postings and hashes (turns_test.go).
//
// Failure handling: a rule's refusal becomes a rejected input with its code and
// pointer; a panic in a rule rejects that one event with code internal; a
// missing predecessor makes the event wait, at most predecessorWaitMax by
// arrival; a retryable rejection is decided again when newer reference data is
// there, as long. An input that is decided again counts its outgoing events on,
// so that no id goes out twice.
//
// Judged once, at the first decision, outside the law of arrival (contract
// section 1), and noted on the input for later folds: the five-day quota, the
// first-order limit of coupons, the invoices that stand against a return.
//
// The laws are tried on a few random histories with every change, and on many
// with ACCRUALD_LAW_SCENES=2000 go test -timeout 3h -run Law ./workers/decision,
// which is for the night.
package decision

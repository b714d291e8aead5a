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
//	        orders -> debts and repayments -> details -> holds -> bills -> postings
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
// # Closed periods
//
// A detail knows what the facts come to (Ideal) and what stands in its bill
// (Amount). While the period runs both are the same. After the close nothing
// issued is edited: the final calculation runs again over the ideal amounts,
// and the difference that one event makes becomes one corrective detail of the
// open period, linked by LateOf.
//
// # Money that is gone
//
// A detail knows what holds cover of it, its bill what of that is frozen. Both
// are the same until a request takes money from the bill: from then on a hold
// finds only what was left there, and the rest stands as Uncovered, until the
// request gives the money back or the hold closes. Bounds, fixed when something
// is taken, make that independent of the order in which holds come and go.
//
// # Leaving, and what is left
//
// Bills of a partner that left expire the day after their validity; enrolled
// again in time it has left nothing. From then on what a hold releases, or a
// cancelled request gives back, expires at once, without making up for
// negatives: that is done by the run alone. What was released into expired is
// frozen again when the hold is, so that facts after the run may come in any
// order.
//
// # Opportunities
//
// They are reference data, with rows for their states. An order earns by the
// policy that its opportunity was closed with when the order was paid; an order
// under an opportunity that is not known, or not closed, is an order like any
// other. A policy that opportunities were closed with is for their orders alone,
// from the first closing on; published with a category that no service has, it
// never earns elsewhere before that either. Without an end of the project the
// incentive is recovered whenever its order is refunded.
//
// # Owed invoices
//
// The owner is the partner: its account got the money. What an incentive paid
// into the account is owed at the site's output tax rate, per currency. An
// invoice to the customer is the chosen consumption less that; one that comes
// to nothing is refused, so that what is owed is never used up without an
// invoice. An invoice that is rejected, cancelled or returned owes it again.
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
// after every event; postings of one input and fact sum to zero; any order and
// duplication of order facts between two cut-offs ends in the same rows
// (law_test.go).
//
// Failure handling: a rule's refusal becomes a rejected input with its code and
// pointer; a panic in a rule rejects that one event with code internal; a
// missing predecessor makes the event wait, at most predecessorWaitMax by
// arrival; a retryable rejection is decided again when newer reference data is
// there, as long. An input that is decided again counts its outgoing events on,
// so that no id goes out twice.
//
// Not decided yet, and rejected as not_supported: usage, conversions, renewal
// settings, milestones, cycles settled elsewhere, accounts overdue, operations'
// holds, adjustments, moved resources, changed or reclaimed coupons and quotas,
// and the jobs settle_usage, statement, auto_renew and reconcile. The five-day quota is judged once, at the
// first decision, outside the law of arrival (contract section 1).
package decision

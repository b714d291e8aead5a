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
// # Usage
//
// A metered usage is a fact of its own and belongs to no chain: a month of hours
// alone would fill one. It is priced when it comes, so that it is refused at
// once, and waits in its settlement window: all usage of a customer, resource
// and factor within the hour, date or month that its product is settled by,
// under one association and one way to settle, since an order has one of each.
// settle_usage is no cut-off: what a window comes to follows from the set of its
// usage, and only the highest time that was settled counts. A settled window is
// an order of one line without an order type, priced and settled in one
// order.settled; it stands at the beginning of its first usage, earns as any
// order, and is folded again when usage comes late. Two events of one window are
// two facts of their producer, and both count.
//
// Tiers that run over a month keep a total: what stands behind its last usage
// goes on from it, anything else has the group rated again in key order. They
// are provisional until the month is closed, which the order tells by naming the
// month; the close finds nothing left to correct. A total that becomes cheaper
// gives back, by the customer's own tender; on credit it repays the customer's
// oldest debt. Under a policy by order such a settlement earns nothing.
//
// What a resource contradicts (a change of its specification within the window,
// another owner) is refused, and judged again whenever the resource's changes or
// owner come out otherwise, in both directions. A resource that nobody ordered
// is made of the usage with the lowest key, refused or not, and orders see it by
// that it is there alone; so usage rests on orders, and never orders on what
// became of usage. An order about a pay-per-use resource is refused by name and
// keeps its place in the chain, and is good once the resource is ordered.
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
// Not decided yet, and rejected as not_supported: conversions, renewal
// settings, milestones, cycles settled elsewhere, accounts overdue, operations'
// holds, adjustments, opportunities, customer registrations, moved resources,
// changed or reclaimed coupons and quotas, and the jobs beyond close_cycle,
// release_holds, auto_confirm and settle_usage. The five-day quota is judged
// once, at the first decision, outside the law of arrival (contract section 1).
package decision

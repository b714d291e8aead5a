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
// # Automatic renewals
//
// The job auto_renew is a cut-off, but what it orders has to outlive the next
// fold of the chain. So the job does not write rows: it makes an order.renewed
// and an order.paid (source SourceAutoRenew, time of the run, order id of
// resource and old expiry), and receives them behind itself like any other
// input: numbered, kept, folded with their chain in key order, refused by the
// same rules. Issued tells the shell of them, so that the inbox knows them, and
// a replay of the record, which has the run and what it made, meets the second
// as a duplicate. What a rule refuses is found out before anything is ordered,
// on the rows as they stand: it leaves only a RenewalAttempt, which is no part
// of the digest, and the next run tries again. A late fact may still take a
// renewal back, which is told as a rejection, and the next run orders it anew
// under the same order id. A setting that comes late does not.
//
// # Conversions, trials, moves
//
// A conversion to pay-per-use (order type 10) is an order at price 0: it takes
// along what is attached, and has details without a bill, outside every policy.
// From the expiry on the resource counts as pay-per-use by the time of whoever
// asks. Orders of type 11 and 14 block the resource whose place they take, and
// replace its row when they are paid.
//
// A move (customer.associated with previous_partner_id) is told to the previous
// partner as customer.disassociated with next_partner_id; that one sends the
// live resources on as resources.moved, which the new one folds as facts. Both
// go through the outbox onto the input. What was paid and earned stays where it
// was, so a return gives back only what the new partner was paid; unpaid
// orders, and changes at renewal that have not begun, are not carried.
//
// # Verdicts of the first decision
//
// Whether a marketplace invoice stands against an unsubscription is noted on its
// input, like the five-day quota: a later fold must not see other invoices. One
// is pending only while it waits for its resource.
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
// and the differences go to the open period as corrective details, one for each
// late fact and bill, linked by LateOf.
//
// Which late fact a difference is put down to must not depend on the order in
// which they came. So details of closed bills remember how they stood at the
// last cut-off (Stated), and whenever something changes there, every corrective
// detail since then is computed anew: a detail whose own facts changed goes to
// the last of those that are about its order or resources; one that only the
// bands moved goes to the last such fact before it in key order.
//
// # Money that is gone
//
// A detail knows what holds cover of it, its bill what of that is frozen. Both
// are the same until a request takes money from the bill: from then on a hold
// finds only what was left there, and the rest stands as Uncovered, until the
// request gives the money back or the hold closes. Bounds, fixed when something
// is taken, make that independent of the order in which holds come and go.
//
// # Holds
//
// Every hold says what it covers, and a slice is frozen while an open one does:
// those of operations as they say, and those that follow from facts. An order
// paid by a milestone contract is held until that is delivered. What a flexi
// coupon on credit paid is a debt of its order, owed after what is owed on
// credit and no part of the cycle's due; its slices are frozen whole until it is
// repaid. A cycle that is settled with authority counts as a repayment, at that
// time, of whatever is due of it then. What takes from a slice or corrects it in
// a later bill is covered where the slice is.
//
// An overdue account freezes nothing: while one is open, the partner's or a
// customer's, nothing may be applied for.
//
// # Statements
//
// What resale customers consume is summed by cycle as orders change. A statement
// tells what no statement has told of its cycle and those before it, so that
// what comes late stands in the next one.
//
// # Coupons
//
// A payment with coupons is judged by what stands before it in its chain: the
// coupon as it was issued, in its state at the time of the payment as known at
// its first decision, after what the orders that resources connect with this
// one until then did with it. That is less than what is one chain by now: a
// later order that connects two resources does not undo what was paid, and a
// refused one connects nothing. So the verdict follows from the facts before
// it in key order, whatever came first, and no chain has to know another one's.
//
// What became of a coupon's face value is a row of its own: a fold of all its
// payments and refunds in key order, wherever they are. There payments that did
// not know of one another show as a negative balance. Reclaimed or expired, it
// gives its quota what is left at that point; a late payment takes that back,
// and a late refund to it is lost. A quota's row is the sum over its coupons.
//
// Whether a payment pays the customer's first order is judged once, in decision
// order, outside the law of arrival (contract section 1).
//
// A quota that is granted again is granted more; validity and limits of the
// last grant are those of what is issued from then on. The vendor's coupons,
// without a quota, go to customers of any association, and nobody can reclaim
// them; when they expire, their balance stays with them.
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
// after every event; postings of one input and fact sum to zero, and each hashes
// all before it (LedgerCheck finds what was changed since); any order and
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
// Not decided: the job reconcile, which changes nothing of a partner's. The
// five-day quota is judged once, at the first decision, outside the law of
// arrival (contract section 1).
package decision

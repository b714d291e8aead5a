// Package pricing computes what orders cost and what comes back for them: subscriptions, renewals, changes of
// specification, unsubscriptions and pay-per-use, each with the steps that explain it. Events, inquiries and simulation
// call the same functions, so what is quoted is what is charged.
//
// # Owns
//
//   - the catalogue: products with their price lists, service types, conversions, each row with the reference version
//     it came with, and the price in force at a time
//   - discounts: validity, scope, specific before general, best offer, the automatic choice, the 609 adjustment
//   - coupons and the quotas they are issued from: who may use which, for which lines and how much; issue, reclaim,
//     expiry; the automatic choice
//   - the layout of tenders over lines, which makes the slices
//   - the life of a yearly/monthly resource: its paid intervals, what paid them, and what is left of each payment
//   - fees, refunds and supplements for parts of a period
//   - pay-per-use: conversion and metering of usage, tiers, its settlements and what is erased of them
//
// # Does not own
//
// The uses of a coupon and draws of a quota elsewhere (both may be overdrawn by facts that do not know of one another;
// Overdrawn says by how much), whether an order is a customer's first, the account's yearly quota of the five-day rule
// (FiveDayInstances counts, the caller keeps the balance), which usages there are, orders and their states, and the
// debts that refunds of credit reduce. Time, zone and site rules are arguments: the package has no clock, no I/O and
// no state beside the catalogue, which only grows.
//
// # One order's way
//
//	Subscribe, Renew, Change  ->  Quote      list price, candidates, why each lost; frozen at its time
//	Quote.Adjust              ->  Quote      with a 609, which alone may then be charged
//	Quote.Charge              ->  Charge     one discount or none
//	JudgeCoupons, EligibleLines              may these coupons pay, and which lines
//	Allocate                  ->  []Slice    one line x one tender
//	Provision, ApplyRenewal, ApplyChange, ApplyDowngrade  ->  Resource
//	Unsubscribe               ->  Refund     per paying order and tender
//	ApplyRefund               ->  Resource
//
// Pay-per-use:
//
//	OnDemand                  ->  OnDemandQuote        what usage would cost
//	RateUsage                 ->  UsageCost            one usage after the month's total before it
//	RateMonth                 ->  []UsageCost          all of them in the order of facts
//	SettleUsage               ->  []UsageSettlement    one bill line per resource, factor and hour, date or month
//
// Functions that apply something return a changed copy; what they were given stays as it was. Quotes, charges, refunds
// and resources are documents: plain fields, no maps, slices in a fixed order.
//
// # Invariants
//
//   - amount = official - discount for every line, candidate and charge; lines sum to the order; nothing is below 0
//   - official = discount + erase + consumed for every settlement of usage, whatever order its usages came in
//   - slices sum to the tenders and to the lines
//   - face value = balance + spent + forfeited + given back for every coupon; granted = balance + issued - given back for
//     every quota
//   - paid = consumed + fee + amount + kept for every refund, order and tender; refunds never exceed what was paid
//   - fractions stay fractions until one named rounding stage of package money cuts them; nothing here divides decimals
//
// # Decisions where the rules are silent
//
//   - A product without a zone is sold in every zone. Withdrawn products do not make a lookup ambiguous; a product that
//     is published again later is back on sale.
//   - A remaining period whose rounded-up length has neither a row of its own nor a single-unit row takes the next
//     longer row.
//   - A fixed price above the list price leaves the line at its list price. In a change or a supplement it takes the
//     place of the same share of the list price.
//   - In the candidate of a general discount a line that several specific ones of its type cover takes the cheapest; a
//     line that only the specific one covers takes it as well.
//   - A partner's pay ratio of 1 removes that reseller's partner discounts granted no later than it from the lines in
//     its scope. allow_discount NO keeps 607 away; 605 and 606 are commercial and stay.
//   - Under prefer_commercial the best of 605 and 606 wins; without one the best price among the rest does.
//   - An upgrade paid over several intervals is split over them by list price, so that a renewal that is returned
//     before it began takes its part of the upgrade along. The payment's interval starts when it was paid, since
//     then the resource is what it paid for.
//   - The share really paid of an interval, q, is of all its orders as they were paid, so that an earlier downgrade
//     does not change it. Going back at the very instant of an upgrade returns at most what the way there cost:
//     otherwise the rounding of two orders could gain a cent.
//   - A change now takes the place of a change at renewal that waits.
//   - A list price until an end date (Subscription.Until) is the one of the whole periods that fit, plus the dates after
//     them as the supplement of a unified expiry: until a date on which n periods end it costs what n periods cost.
//   - An adjustment stands first among the candidates of the order it adjusts, the only one that can be chosen.
//   - The bound of a way back is of the specification that was left at that instant. A way back to another, smaller one
//     is an ordinary downgrade, by the share that was really paid of all orders of the interval. So it may return more
//     than the upgrade cost: A (100) at full price, up to C (300) at a tenth for 19.98, at once down to B (200) returns
//     39.98, since 119.98 of 299.78 was paid. That is section 5 to the letter, bounded by what was paid.
//   - A refund goes to the tenders pro rata first; fee and consumption share what is left of each, so that every tender
//     adds up.
//   - A coupon is valid from its first instant until before its last. Its minimum amount is of the eligible lines after
//     the discount. A line's pay ratio is below the minimum only when no ratio from it on rounds to the line's amount.
//   - A coupon of version 1 forfeits what its one use leaves over; what comes back of it can be used once more. Limits
//     that a coupon leaves out are its quota's. A quota takes balances back in every state.
//   - Allocate lays flexi coupons over all lines; their limits bound the amount. An automatic renewal uses its coupon also
//     where the rest goes to monthly settlement.
//   - Whole hours are those of a usage's length, wherever on the clock it begins; they count where the price's measure
//     is a time. A product that does not say how it is metered is metered by second and settled by hour, without a total.
//   - Tiers of usage run over the usage of a customer and product in a month; size and quantity multiply what they make.
//     A usage costs its total less the total before it, each cut: parts sum to the whole. So a volume price that becomes
//     cheaper gives back, and a settlement below 0 is truncated in the customer's favour.
//   - A usage takes the discount in force when its window begins, each by itself: the best commercial one, else the
//     partner's best, whatever automatic payment prefers. Promotions, amounts off and discounts on periods are of orders.
//   - A settlement is cut once, also where the resource changed within it; its lines carry the uncut parts. A usage is
//     settled in the window its own begins in. A withdrawn product keeps billing its running resources at its last price.
//   - One-off periods have an empty interval: nothing to renew, to change or to return.
//
// # Failures
//
// A rule's no is a *Refusal: a stable code (codes.go), a sentence that says what to do, and the JSON pointer of the
// field. Retryable ones name reference data that may still come. Coded errors of money, calendar and site come through
// as refusals with their code. Any other error is a defect of the caller's data and is returned as it is.
package pricing

// Package incentive holds what a partner earns: which policies apply to a fact, what counts as performance, the
// provisional and the final amount of a detail, what a refund takes back, and what of it is frozen.
//
// # Owns
//
//   - policies as versioned, effective-dated data, and the choice among them (Policies, PolicyView.Select);
//   - performance by tender and service type, and the international resale formula;
//   - Provisional and Final amounts, the spreading over slices, Clawback with cumulative rounding;
//   - holds: their reasons, what they cover, and how much of a slice they freeze;
//   - windows: rebind exclusion, newness, account manager, opportunity recovery, registration, acceptance.
//
// # Does not own
//
// Bills, requests and invoices (package settlement), the grouping of details into orders and periods, when a hold
// opens or closes, and storage: those belong to whoever folds the events. It imports neither settlement nor pricing.
//
// # Decisions where the rules leave room
//
//   - The version in force is the highest one that has become effective; when it expires, no older one comes back.
//   - Empty categories match every service, with the lowest rank; empty levels and order kinds do not restrict.
//     A policy of association none matches every association.
//   - A base policy in one of its exclusion windows still is the policy of the fact, which earns nothing; the next best
//     one does not step in.
//   - In mode marginal F is zero below the threshold, so the detail that crosses it takes what lay below. In mode whole
//     the rate that the total reaches holds for every detail, threshold included.
//   - base_cap limits the performance of the group before its band is looked up. A special policy stays within the
//     reward cap of its base policy unless it is marked outside_cap (Policy.Within).
//   - International resale: flexi coupons that do not count are taken off like coupons.
//   - Windows in days and months are counted in dates of the site's zone and include their last date.
//   - Cents that a clawback's shares do not find where the refund went are taken from the first slices with room.
//
// # Invariants
//
//   - No clock, no input or output: time and site come as arguments, and equal arguments give equal results.
//   - Final amounts sum to round2(F(total)), shares to their amount, clawbacks to at most the original and to exactly
//     it once everything is refunded; a credit slice is frozen at exactly zero once everything is settled.
//   - A PolicyView never changes: a decision made again with its reference version sees the policies it saw.
//   - Structs that are stored have no maps, and their slices keep the order they came in.
//
// # Failure handling
//
// Unknown tender kinds, incentive policy codes, hold reasons and enum values of a policy are errors of type *Error with
// a stable Code; nothing falls to a default. A policy is checked once, in Add; evaluating a checked one cannot fail.
// Errors of money and calendar come through as they are.
package incentive

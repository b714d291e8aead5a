// Package reconciliation compares: two views of the same thing in, findings out (Settlement rules, section 9).
//
// # Owns
//
// The kinds of findings, what makes two findings the same one, the comparisons, and which rows a finding rests on.
//
// # Does not own
//
// Where the views and the rows come from and where findings are kept (package workers); corrections, which are events like
// any other.
//
// # Invariants
//
//   - a finding's id follows from its kind, partner and keys, so the next run that sees it updates it and opens no other
//   - a comparison reports each difference once and nothing where the views agree
//   - every kind stands in the table behind Kinds, with its pair, severity, keys and how it is mended
//   - every finding shows rows of both sides, where a side has none says so, and where it has more than EvidenceRowsMax how
//     many more; by which keys they are found stands in the table of sides, or the comparison has them at hand
//
// It is pure: no clock, no I/O.
//
// # Decisions where the rules leave room
//
//   - What is of no single partner, as a number of the outbox that nothing stands under, is kept with '_all'. An outgoing
//     event that waits for too long is kept with the partner that it is of.
//   - What was judged once, in the order of arrival, stands as it was decided: the five-day quota and the limit to first
//     orders. That the order of events judges it otherwise is a notice. It stands for good; an adjustment that refers to it
//     closes it.
//   - A customer whom moves at one instant led in a circle is a finding of each partner of the circle: each has lost it.
//   - Repayments are compared by currency: debts of a cycle that was said to be settled as a whole are left out, because
//     what was received does not bound them.
//
// # Failure handling
//
// What cannot be compared, as two amounts of different currencies, is a finding of its own kind and not an error.
package reconciliation

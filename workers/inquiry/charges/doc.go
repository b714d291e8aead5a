// Package charges tells line by line what customers were charged and what a statement sums: what was consumed, what was
// given back, and what was adjusted.
//
// It owns which line is of which statement. A statement keeps sums and no lines, and tells what was decided before it and
// told by none before: so a line is of the first statement of its cycle or a later one that was decided after it. What no
// statement has told yet is of the next one, which is open. What customers were charged in a cycle follows the same rule,
// so that their bills sum to the partner's; those of referral customers too, who pay for themselves and stand in no
// statement.
//
// # Invariants
//
// The lines of a statement sum to it, to the cent, in every currency and in each of consumption, refunds and adjustments.
// Rows are as they are now. Where a late fact changed a line after its statement, the line has its new amount in the old
// statement, and a change in both statements says by how much the sums differ from the lines: without it
// either statement would not come to what was issued. It can be said of a statement only, not of the line, and it is no
// customer's.
//
// A line's amount is the sum of what paid for it, but for adjustments, which no tender pays.
//
// It does not own decisions or the rows, and changes nothing. What a line cost at list price stands in the order; of a
// refund it is the share of the original's list price that the refund is of its amount.
package charges

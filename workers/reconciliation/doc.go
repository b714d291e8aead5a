// Package reconciliation compares: two views of the same thing in, findings out (Settlement rules, section 9).
//
// # Owns
//
// The kinds of findings, what makes two findings the same one, and the comparisons.
//
// # Does not own
//
// Where the views come from and where findings are kept (package workers); corrections, which are events like any other.
//
// # Invariants
//
//   - a finding's id follows from its kind, partner and keys, so the next run that sees it updates it and opens no other
//   - a comparison reports each difference once and nothing where the views agree
//   - every kind stands in the table behind Kinds, with its pair, severity, keys and how it is mended
//
// It is pure: no clock, no I/O.
//
// # Failure handling
//
// What cannot be compared, as two amounts of different currencies, is a finding of its own kind and not an error.
package reconciliation

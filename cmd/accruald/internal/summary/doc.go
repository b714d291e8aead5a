// Package summary turns final rows into what `accruald dev` and `accruald simulate --summary` print: one screen that
// tells a person what became of the events.
//
// It owns which figures there are, how they are counted and how they are set. It does not own where rows come from:
// memory hands in its tables (Memory), the database its documents (package records), both through a Collector, so that
// the same rows give the same figures wherever they were decided. It decides nothing: amounts are sums of what stands in
// the rows.
//
// A Summary is the same for every order in which rows are collected. The example of a rejection is the first by partner
// and number of arrival. Only Run differs from one run to the next.
package summary

// Package report writes what finance people and operators file: the statement of a partner's cycle, and what a reconciliation
// came to; as workbooks, comma-separated values and JSON, the reconciliation as a page as well.
//
// # The statement
//
// It has the sums that were issued (or, of a cycle whose statement is not issued yet, that stand), the charges line by line,
// the incentive bills of the cycle with their identity, the details of these with what freezes them, and the payment
// requests and invoices that belong to the cycle: requests that take from its bills, the invoices that cover those, and the
// invoices of its orders.
//
// Everything that can be checked is checked, and the checks stand in the document: the lines sum to the statement, the
// statement's parts to the bill amount, the amounts of a bill to its total, and the details of a bill to it. In the
// workbook these sums are formulas too.
//
// # The run
//
// The page of a reconciliation is one file that loads nothing and runs nothing, so it can be filed, sent and printed, and
// a policy in it forbids the rest. Ids and reasons are chosen by others: the template escapes them, and links and places
// in the page are counted, never named after them. Charts are drawings in the page, bars with their figures beside them:
// a library would bring scripts, which do not print and which the policy forbids. Charts are described for those who do
// not see them, tables say what their headers are of, and colours follow the reader's choice of light and dark.
//
// It has what was compared by pair of views and currency, how much of it agrees, and every finding that the run opened,
// saw again or closed, with the rows of both sides. A finding keeps the first run that saw it and the last, so the report
// of an older run lacks those that a later one saw again: file the page when the run is through.
//
// It owns which columns there are. It computes no amount but sums: figures stand in the rows, and which line is of which
// statement is told by package charges. How cells look is package table's and package sheet's.
package report

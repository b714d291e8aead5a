// Package report writes what finance people and operators file: the statement of a partner's cycle, as a workbook, as
// comma-separated values and as JSON.
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
// It owns which columns there are. It computes no amount but sums: figures stand in the rows, and which line is of which
// statement is told by package charges. How cells look is package table's and package sheet's.
package report

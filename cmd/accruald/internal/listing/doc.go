// Package listing shows what stands in the books: a bill with its details, the holds, what of a partner's bills may be
// applied for, payment requests, invoices, and the ledger's trial balance; as tables for people, as comma-separated values
// for spreadsheets, and as JSON.
//
// It owns which columns there are and what is left out. It computes no amount but sums: the figures stand in the rows, and
// what may be applied for is the answer of the rules that a request is judged by.
//
// A list keeps as many rows as its limit lets through and counts the others, so that what is printed stays within bounds
// and says that it was cut.
package listing

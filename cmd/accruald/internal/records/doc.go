// Package records reads the database for the command line: the final rows that summaries count and digests are taken
// of, what stands on the accounts of the ledger, and what operators look for by hand.
//
// It owns no statement (schema/queries) and changes nothing: what an operator does about a rejection is published as an
// event like any other. Everything is read partner by partner, so memory does not grow with the number of partners.
package records

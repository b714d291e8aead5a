// Package laws holds the rules of this repository that are tests and not habits. It has no code besides its tests.
//
// # Owns
//
//   - the import law: which package may import which, by a table (imports_test.go);
//   - purity: rule packages and the wire contract know no clock, no context, no input or output, no randomness and no
//     floating point, and only workers/money divides or rounds a decimal (purity_test.go);
//   - shape: the length of files and functions, a doc.go in every package, tests that never skip (shape_test.go);
//   - text: no open marks, SQL in .sql files only, no words that belong to one machine or one workplace (text_test.go).
//
// # Does not own
//
// Style that a linter knows already (.golangci.yaml) and whether generated code is current (.ci/check-generated).
//
// # Invariants
//
//   - Every law has a second test, named ...CanFail, that feeds its checker small bad sources; a checker that finds
//     nothing anywhere is not a law.
//   - A package without a row in the import table breaks the law: a new package says where it stands before it is used.
//   - Laws look at what the compiler sees: types come from export data, so time.Time.Truncate is told from
//     decimal.Decimal.Truncate, and a renamed import changes nothing.
//
// # Failure handling
//
// A finding names file, line and what to do instead. A package that does not compile is a finding too, since a law that
// could not look has not been kept.
package laws

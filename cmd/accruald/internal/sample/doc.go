// Package sample makes events by program: the quarter of business that is shipped as
// events/samples/quarter.jsonl, and the load of the benchmark.
//
// # Owns
//
//   - The story of the quarter (Quarter): a catalogue of three partners' products in two currencies, twenty-one customers,
//     what they order, change, renew, convert, use, return and pay between January and April 2026, the jobs that run
//     meanwhile, what operations do by hand, the mistakes producers make, and what becomes of the bills of the first months.
//   - The load (Load): one product, many partners, orders that are placed and paid, in any number.
//
// # Does not own
//
// Prices, refunds, incentives: the story is told to the rules themselves (decision.Memory) while it is made, and what a
// payment has to sum to, which bill there is and what is still owed is read from them.
//
// # Invariants
//
//   - The same program makes the same bytes, on every machine: one seeded source of random numbers, no clock, no maps in
//     the order of their keys' hashes. A test compares with the shipped file.
//   - Partners, customers, regions, policies and levels are none of the worked example's (worked-example.jsonl), so that it
//     may be published beside the quarter.
//   - Reference data comes first. A run of a job comes after every event that it governs.
//   - Nothing waits at the end. Every rejection is one that the story means (mistakes.go); another one is an error.
//
// # Failure handling
//
// The first error ends the story: a rule that changed so that the story cannot be told any more is found here first.
package sample

//go:generate go test -run ^TestShippedFileIsCurrent$ -update .

// Command accruald is the billing daemon and everything around it: `accruald dev` runs it with servers of its own,
// `accruald worker` against yours, and the other commands publish, simulate, look and measure.
//
// # Owns
//
// Flags and their environment variables, wiring, the order of starting and stopping, signals, exit statuses, and what is
// printed. One small file per command; what several commands need lies below internal/.
//
// # Does not own
//
// Rules, statements, the wire: `accruald simulate` and `accruald worker` hand the same events to the same code.
//
// # Exit status
//
// 0: done, or drained after SIGINT or SIGTERM. 1: refused or given up; one line on standard error says why and what to
// do. 2: the command line is wrong. `accruald dev --exit` is 0 only when nothing is left over: nothing waits, nothing is
// undecided, nothing is unpublished.
//
// # Output
//
// Results go to standard output, progress and logs to standard error, so that results can be piped.
package main

//go:generate go generate ./internal/sample
//go:generate go test -run ^(TestReadmeIsCurrent|TestHelp|TestBillsOfTheShippedSample|TestLists|TestLedgerOfTheWorkedExample|TestStatementFiles|TestLateChargesStandInTheNextStatement|TestFocusOfLateFacts|TestFocusFile|TestSimulateSummaryOfTheShippedSample|TestSimulateReadsEveryForm|TestShippedStatement)$ -update .

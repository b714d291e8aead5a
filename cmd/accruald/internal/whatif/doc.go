// Package whatif decides a history twice, as it is and under other policies and prices, and compares what partners earn.
//
// It owns what "the same history under another policy or price list" means (change.go), how an order whose price changes is
// paid (payments.go), and the table of differences (table.go). It does not own deciding, reading files, or printing.
//
// # The change
//
// A policy or product of the change replaces the one of its id from the beginning of the window until its end; what
// happened before and after is decided as in the history. One with an id that the history does not know is added for that
// time. Policies have numbered versions of which the highest wins, so the versions of a replaced policy are numbered anew
// in the order of their times. A policy that is in force in the whole window as the change has it is left alone. Bands that
// run over a period are counted by version, so a window should begin and end with periods.
//
// # Payments
//
// Recorded tenders sum to the recorded price. Where a price changes, coupons and cards pay what they paid, at most the new
// price; the other tenders share the rest in proportion, by largest remainder; where there are none, the rest is cash. A
// payment that did not fit its order in the history is left as it is. Repayments, requests and everything else that
// somebody decided stay as recorded, so what is bought dearer on credit stays frozen for the difference.
//
// # Failure handling
//
// A change of another type, or one that is not in force in the window, is refused by name. Events that the history accepts
// and the change refuses are counted: their partner's figures do not compare.
package whatif

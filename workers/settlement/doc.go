// Package settlement holds what happens to a partner's incentive after it was earned: bills, payment requests and
// invoices as state machines, the amount identity, netting and expiry, debts and repayments, payout methods, and the
// double-entry lines of each fact.
//
// # Owns
//
//   - state machines as data (Tables): bill, payment request, invoice, opportunity, customer registration. Diagrams and
//     the database's checks are generated from the tables, Next... answers from the same ones;
//   - Amounts: total = frozen + payable + requested + paid_out + expired + offset, and every move between them;
//   - Applicable and what blocks it, NetRequest, OffsetOnExpiry;
//   - AllocateRepayments, the due of a cycle and of a statement;
//   - methods of payment, the invoice amount, owed invoices, cover, returns, deadlines and validity;
//   - the chart of ledger accounts (Chart) and the lines of a fact.
//
// # Does not own
//
// What is earned and frozen (package incentive), who may do what, the ids of bills, the clock, and storage. Timing and
// rates are the site profile's; its ConfirmationDeadline is that of a closed period.
//
// # Decisions where the rules leave room
//
//   - A bill with negative payable does not expire: it stays issued, so that it can still be netted.
//   - A negative amount that is released in an expired bill becomes payable, where negatives stay.
//   - blocked_by lists every reason that applies, in a fixed order.
//   - Repayments that list orders settle those and nothing else; they come before the ones that list none, so that
//     these do not take what was meant for others. What is left over stays with the repayment.
//   - An invoice to the vendor can be applied for once its request awaits one.
//   - A digital invoice that is used or booked is refused at return_request and at return_done alike until the red
//     letter is confirmed. After payment a return is possible; only a request in paying forbids it.
//   - A registered opportunity may be closed, a shared one only after it was accepted.
//
// # Ledger
//
// One set of accounts per partner and currency, debit positive. Earning debits incentive_expense and credits one
// account per part of the identity; moves are credits and debits between these, so each account's balance, negated, is
// the sum of that column over the bills. A payout discharges what partner_paid_out shows (incentive_discharged) with
// what was given by the method; tax_difference takes the rest. Consumption debits one account per tender; money
// received for credit has two of its own, because what it settles changes with later facts. Chart says of
// every account what its balance means and on which side it normally stands.
//
// # Invariants
//
//   - Every state x trigger is an edge or a Refusal with a code of its own; nothing is changed by a refusal.
//   - Every method of Amounts keeps the identity; applicable is never negative; the offsets of a plan sum to zero.
//   - AllocateRepayments depends on the sets of debts and repayments alone, not on their order.
//   - The lines of a fact sum to zero, and lines of zero are left out.
//
// # Failure handling
//
// A refusal is a *Refusal with a stable snake_case Code and a sentence that says what to do. Unknown states, triggers,
// media, channels, directions and methods are refused by name. Errors of money, calendar and site come through as
// they are.
package settlement

// Package account gives account of what stands in the books, for people and for machines alike: commands print it, the
// partner API answers with it.
//
//   - how an order came to its price and what it earned: every step with its rule, its reference, its formula with the
//     numbers, and the amounts before and after; the discounts that were weighed and why each lost; the payment with its
//     slices; what was given back; the incentive details with what is frozen of them and why (Explain);
//   - an incentive bill with its amounts and what stands against applying for it (BillOf), its details with what each hold
//     freezes of them (DetailsOf);
//   - payment requests (RequestOf), and invoices with the steps that they took and those that they can take (InvoiceOf).
//
// Owns: what is told and in which order.
//
// Does not own: how it is set for people (the commands), who may see it (package api), amounts: all of them stand in the
// rows or come out of the rules that made them.
//
// The steps of a price are those of the discount that was paid with; of an order that is not paid, those of the discount
// that an automatic payment would take. Discounts out of scope are listed by the reference data of today. The states of
// an invoice's steps follow from its triggers by the state table, which every accepted trigger went through.
//
// Invariants: amounts have the digits of their currency; lists are never null; what a hold freezes of a detail sums to
// what is frozen of it.
//
// Failure handling: rows that the rules cannot explain are an error that names them; nothing is left out silently.
package account

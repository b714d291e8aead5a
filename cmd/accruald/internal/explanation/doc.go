// Package explanation tells how an order came to its price and what it earned: every step with its rule, its reference,
// its formula with the numbers, and the amounts before and after; the discounts that were weighed and why each lost; the
// payment with its slices; what was given back; the incentive details with what is frozen of them and why.
//
// It owns what is told, in which order and how it is set for people and for machines. It computes no amount: all of them
// stand in the rows or come out of the rules that made them.
//
// The steps are those of the discount that was paid with; of an order that is not paid, those of the discount that an
// automatic payment would take. Discounts out of scope are listed by the reference data of today.
package explanation

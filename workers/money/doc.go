// Package money holds amounts: currencies and their minor units, exact fractions, the named rounding stages, and the
// splitting of amounts that must sum to the cent.
//
// It owns every division and every rounding of an amount in the project. Other packages compute with decimals and
// Fractions and come here to cut: with Round (one fraction), RoundProduct (amount*part/whole, the hot form),
// Apportion (a total over lines or tenders) or CumulativeShare (a total taken in parts over time). Each cut names its
// Stage, so places and mode stand in one table. It does not own prices, discounts or any rule that says which
// amount is meant, nor the reading of amounts from the wire with its limits on digits and exponents.
//
// Invariants:
//
//   - Values are immutable and safe to share; zero values are usable (Fraction{} is 0).
//   - What is cut has exactly the stage's places as its exponent; there is no negative zero and no float.
//   - Half up means half away from zero, for negative amounts too.
//   - Shares sum to their total exactly, none has the wrong sign, and input order alone breaks ties.
//   - Fixed and Valid never round: an amount that is too fine is shown or refused, not repaired.
//
// Failures: an unknown currency or stage, a division by zero, an amount finer than its minor unit, negative or empty
// weights, and a part outside its whole are errors of type *Error with a stable Code. Frac with a denominator of 0 is
// a mistake in the code and panics.
//
// Decimals are expected to be bounded (the event contract allows 20 digits before and 10 after the point); within
// that bound no operation is expensive.
package money

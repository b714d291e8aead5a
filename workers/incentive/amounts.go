package incentive

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Provisional returns the rate and amount a detail posts with during the period: a policy by order applies its whole
// function to the detail's own performance, one by period the rate of its first band. It is an estimate; threshold
// and caps of a period count at its close. (Settlement rules, section 2.)
func Provisional(p *Policy, performance decimal.Decimal) (rate, amount decimal.Decimal, err error) {
	if p.Basis == BasisOrder {
		amounts, reached, err := Final(p, []decimal.Decimal{performance})
		if err != nil {
			return decimal.Decimal{}, decimal.Decimal{}, err
		}
		return reached, amounts[0], nil
	}
	rate = p.Bands[0].Rate
	amount, err = money.RoundProduct(performance, rate, one, money.StageIncentive, p.Currency)
	return rate, amount, err
}

// Final returns the final amount of each detail of one group, in key order, and the rate the group reached:
// detail_i = round2(F(cum_i)) - round2(F(cum_i-1)), F being the policy with bands, threshold and caps. The group is
// one order's details for a policy by order, one period's for a policy by period. In mode whole F has the reached
// rate everywhere. Performances are net of refunds that fall into the group's own period; a sum below zero earns
// nothing. The amounts sum to round2(F(total)). (Settlement rules, section 2.)
func Final(p *Policy, performances []decimal.Decimal) (amounts []decimal.Decimal, reached decimal.Decimal, err error) {
	total := decimal.Zero
	for _, performance := range performances {
		total = total.Add(performance)
	}
	f := newFunction(p, total)
	amounts = make([]decimal.Decimal, len(performances))
	sum, before := decimal.Zero, decimal.Zero
	for i, performance := range performances {
		sum = sum.Add(performance)
		after, err := money.Round(money.FromDecimal(f.at(sum)), money.StageIncentive, p.Currency)
		if err != nil {
			return nil, decimal.Decimal{}, err
		}
		amounts[i], before = after.Sub(before), after
	}
	return amounts, f.rate, nil
}

// Shares spreads a detail's incentive over its slices by their eligible amounts, largest remainder; the shares sum to
// the amount. Slices that do not count have eligible amount zero and get nothing.
func Shares(amount decimal.Decimal, eligible []decimal.Decimal, c money.Currency) ([]decimal.Decimal, error) {
	return money.Apportion(amount, eligible, c)
}

// Clawback returns the negative detail of a refund that falls into a later period than its original:
// original x refunded / eligible, rounded cumulatively over the refunds so that the last one takes the remainder.
// original is the final incentive, eligible the original's eligible tenders, refundedBefore and refundedNow eligible
// tenders given back. What exceeds eligible takes nothing more, so that the sum is never more than the original.
// (Settlement rules, section 2.)
func Clawback(original, eligible, refundedBefore, refundedNow decimal.Decimal, c money.Currency) (decimal.Decimal, error) {
	if original.IsNegative() || eligible.IsNegative() || refundedBefore.IsNegative() || refundedNow.IsNegative() {
		return decimal.Decimal{}, refuse(CodeInvalidAmount, "claw back %s of %s after %s from %s: none of them may be negative",
			refundedNow, eligible, refundedBefore, original)
	}
	if original.IsZero() {
		return decimal.Zero, nil
	}
	before := decimal.Min(refundedBefore, eligible)
	now := decimal.Min(refundedNow, eligible.Sub(before))
	taken, err := money.CumulativeShare(original, before, now, eligible, money.StageIncentive, c)
	return taken.Neg(), err
}

// ClawbackShares spreads a negative detail over the slices of its original. weights are the eligible tenders given
// back per slice, left is what each slice still has of the original's incentive after earlier clawbacks. The shares
// are negative or zero, sum to the amount, and take from no slice more than it has left: cents that do not fit where
// the refund went are taken from the first slices with room. Errors: invalid_amount (amount positive, or more than
// all slices have left).
func ClawbackShares(amount decimal.Decimal, weights, left []decimal.Decimal, c money.Currency) ([]decimal.Decimal, error) {
	room := decimal.Zero
	for _, each := range left {
		room = room.Add(each)
	}
	if amount.IsPositive() || amount.Neg().GreaterThan(room) || len(weights) != len(left) {
		return nil, refuse(CodeInvalidAmount, "take %s from %d slices with %s left, weighted by %d amounts: it must be negative and fit",
			amount, len(left), room, len(weights))
	}
	shares, err := money.Apportion(amount.Neg(), weights, c)
	if err != nil {
		return nil, err
	}
	over := decimal.Zero
	for i := range shares {
		fitting := decimal.Min(shares[i], left[i])
		over, shares[i] = over.Add(shares[i]).Sub(fitting), fitting
	}
	for i := range shares {
		more := decimal.Min(over, left[i].Sub(shares[i]))
		over, shares[i] = over.Sub(more), shares[i].Add(more).Neg()
	}
	return shares, nil
}

// FrozenShare returns what of a credit slice's incentive is still frozen: amount - round2(amount x settled / credit),
// settled being repaid + refunded; the last repayment releases the remainder. (Settlement rules, section 4.)
func FrozenShare(amount, credit, settled decimal.Decimal, c money.Currency) (decimal.Decimal, error) {
	if credit.IsNegative() || settled.IsNegative() {
		return decimal.Decimal{}, refuse(CodeInvalidAmount, "freeze the outstanding share of %s with %s of %s settled: neither may be negative",
			amount, settled, credit)
	}
	if settled.GreaterThanOrEqual(credit) {
		return decimal.Zero, nil
	}
	released, err := money.RoundProduct(amount, settled, credit, money.StageIncentive, c)
	return amount.Sub(released), err
}

package pricing

import (
	"testing"

	"github.com/shopspring/decimal"
)

// cashCoupon is a coupon of the customer with a balance, valid all of 2026.
func cashCoupon(id, face string) Coupon {
	return Coupon{
		ID: id, QuotaID: "Q", CustomerID: customer1, Type: CouponCash, Version: CouponBalance, Currency: cny, FaceValue: dec(face),
		ValidTime: at("2026-01-01 00:00"), ExpireTime: at("2027-01-01 00:00"), State: CouponNormal,
	}
}

// couponQuota is a quota valid all of 2026.
func couponQuota(amount string) *CouponQuota {
	return &CouponQuota{
		ID: "Q", PartnerID: "P100", Currency: cny, Amount: dec(amount),
		EffectiveTime: at("2026-01-01 00:00"), ExpireTime: at("2027-01-01 00:00"), State: QuotaNormal,
	}
}

// couponUse is a payment of a new order with a server of 100.00 (line 1) and a disk of 40.00 (line 2), both for a month.
func couponUse(t testing.TB, discounts ...Discount) CouponUse {
	s := newShop(t)
	s.discounts = discounts
	quote := s.subscribe("2026-03-08 10:00", lineFor(1, s.server("vm", monthly("100")), months(1)), lineFor(2, s.disk("disk", monthly("1")), months(1)))
	chosen := ""
	if len(discounts) > 0 {
		chosen = discounts[0].ID
	}
	charge, err := quote.Charge(chosen)
	s.must(err)
	return CouponUse{CustomerID: customer1, OrderID: "O1", At: at("2026-03-08 10:05"), Quote: quote, Charge: charge}
}

func (u CouponUse) with(coupon, amount string) CouponUse {
	u.Tender = Tender{Kind: TenderCoupon, Reference: coupon, Amount: dec(amount)}
	return u
}

func sumSlices(slices []Slice, matches func(Slice) bool) decimal.Decimal {
	sum := decimal.Zero
	for _, slice := range slices {
		if matches(slice) {
			sum = sum.Add(slice.Amount)
		}
	}
	return sum
}

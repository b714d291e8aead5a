package pricing

import (
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Bounds of the pay ratio a partner may set (Pricing rules, section 3).
var partnerRatioMin = decimal.New(8, -1)

const partnerRatioDigits = 2

// ValidateDiscount refuses a grant that the rules do not allow: discount_invalid, discount_ratio_out_of_range.
func ValidateDiscount(d Discount) error {
	switch d.Type {
	case DiscountCommercial, DiscountDistributor, DiscountPartner, DiscountPromotion, DiscountPromotionOffer:
	default:
		return refuse(CodeDiscountInvalid, "/discount_type", "grant discount %q of type %d: use 605, 606, 607, 200 or 700", d.ID, d.Type)
	}
	if d.ExpireTime != nil && !d.ExpireTime.After(d.EffectiveTime) {
		return refuse(CodeDiscountInvalid, "/expire_time", "grant discount %q that expires before it begins: let expire_time be after effective_time", d.ID)
	}
	for _, periodType := range d.Scope.PeriodTypes {
		if !periodType.Known() {
			return refuse(CodeDiscountInvalid, "/scope/period_types", "grant discount %q for period type %d: use 0 to 5", d.ID, int(periodType))
		}
	}
	if d.Type == DiscountPartner {
		return d.checkPartnerRatio()
	}
	return d.checkValue()
}

func (d *Discount) checkPartnerRatio() error {
	if d.Mode != ModeRatio {
		return refuse(CodeDiscountInvalid, "/mode", "grant partner discount %q with mode %q: a partner sets a %q", d.ID, string(d.Mode), string(ModeRatio))
	}
	if d.Value.LessThan(partnerRatioMin) || d.Value.GreaterThan(one) || !hasDigits(d.Value, partnerRatioDigits) {
		return refuse(CodeDiscountRatioOutOfRange, "/value", "grant partner discount %q with pay ratio %s: use 0.80 to 1 with at most two decimals; 1 removes it", d.ID, d.Value)
	}
	return nil
}

func (d *Discount) checkValue() error {
	if d.Mode == ModeRatio {
		if d.Value.IsNegative() || d.Value.GreaterThan(one) {
			return refuse(CodeDiscountRatioOutOfRange, "/value", "grant discount %q with pay ratio %s: use 0 to 1", d.ID, d.Value)
		}
		return nil
	}
	if _, err := d.Currency.Digits(); err != nil {
		return refuse(CodeDiscountInvalid, "/currency", "grant discount %q: %v", d.ID, err)
	}
	switch d.Mode {
	case ModeFixedPrice:
		if d.Value.IsNegative() {
			return refuse(CodeDiscountInvalid, "/value", "grant discount %q with a fixed price of %s: use 0 or more", d.ID, d.Value)
		}
		return nil
	case ModeAmountOff:
		if !d.Value.IsPositive() {
			return refuse(CodeDiscountInvalid, "/value", "grant discount %q with %s off: use more than 0", d.ID, d.Value)
		}
		if err := money.Valid(d.Value, d.Currency); err != nil {
			return refuse(CodeDiscountInvalid, "/value", "grant discount %q: %v", d.ID, err)
		}
		return nil
	default:
		return unknownMode(d)
	}
}

func unknownMode(d *Discount) error {
	return refuse(CodeDiscountInvalid, "/mode", "apply discount %q of mode %q: use %q, %q or %q",
		d.ID, string(d.Mode), string(ModeRatio), string(ModeFixedPrice), string(ModeAmountOff))
}

// hasDigits reports whether d has at most n decimals, trailing zeros not counted.
func hasDigits(d decimal.Decimal, n int32) bool { return d.Shift(n).IsInteger() }

package events

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"
)

// Rules between the fields of reference data. Pointers are relative to the struct; none is tried before every field
// by itself is right.

func (n *Names) check() *Rejection {
	if n.ZhCN == "" && n.EnUS == "" {
		return reject(CodeFieldMissing, "", "a name in zh_CN or en_US is required")
	}
	return nil
}

func (p *ProductPublished) check() *Rejection {
	if p.Linear && p.SizeMeasureID == 0 {
		return reject(CodeFieldMissing, "/size_measure_id", "a linear product is priced by size and needs its measure")
	}
	return nil
}

// check completes a period row: one period unless the row says how many.
func (r *PriceRow) check() *Rejection {
	if r.ChargingMode == ChargingPeriod {
		return r.checkPeriod()
	}
	switch {
	case r.UsageFactor == "":
		return reject(CodeFieldMissing, "/usage_factor", "an on-demand row needs its usage factor")
	case r.UsageMeasureID == 0:
		return reject(CodeFieldMissing, "/usage_measure_id", "an on-demand row needs the measure of its usage")
	case r.PeriodType != nil || r.PeriodNum != 0:
		return reject(CodeConflict, "/period_type", "an on-demand row has no period")
	case r.Amount == nil && len(r.Bands) == 0:
		return reject(CodeFieldMissing, "/amount", "a row needs an amount, or a mode with bands")
	case r.Amount != nil && (r.Mode != "" || len(r.Bands) != 0):
		return reject(CodeConflict, "/amount", "a row has an amount, or a mode with bands, not both")
	case r.Amount == nil && r.Mode == "":
		return reject(CodeFieldMissing, "/mode", "bands are graduated or volume")
	}
	return checkBands(len(r.Bands), func(i int) *decimal.Decimal { return r.Bands[i].UpTo })
}

func (r *PriceRow) checkPeriod() *Rejection {
	switch {
	case r.PeriodType == nil:
		return reject(CodeFieldMissing, "/period_type", "a period row needs its period type")
	case r.Amount == nil:
		return reject(CodeFieldMissing, "/amount", "a period row needs its amount")
	case r.UsageFactor != "" || r.UsageMeasureID != 0 || r.Mode != "" || len(r.Bands) != 0:
		return reject(CodeConflict, "/charging_mode", "a period row has no usage and no bands")
	}
	if r.PeriodNum == 0 {
		r.PeriodNum = 1
	}
	return nil
}

// checkBands wants upper ends that ascend and no open band but the last.
func checkBands(count int, upTo func(i int) *decimal.Decimal) *Rejection {
	for i := range count {
		end := upTo(i)
		if end == nil && i < count-1 {
			return reject(CodeBandsInvalid, pointerTo("bands", i, "up_to"), "only the last band may be open")
		}
		if i > 0 && end != nil && end.Cmp(*upTo(i - 1)) <= 0 {
			return reject(CodeBandsInvalid, pointerTo("bands", i, "up_to"), "%s does not lie above the band before", end)
		}
	}
	return nil
}

func (p *IncentivePolicyPublished) check() *Rejection {
	if r := checkBands(len(p.Bands), func(i int) *decimal.Decimal { return p.Bands[i].UpTo }); r != nil {
		return r
	}
	return checkExpiry(p.EffectiveTime, p.ExpireTime)
}

func (w *ExclusionWindow) check() *Rejection { return checkSpan(w.From, w.To) }

func (w *Window) check() *Rejection { return checkSpan(w.From, w.To) }

func checkSpan(from, to time.Time) *Rejection {
	if !from.Before(to) {
		return reject(CodeWindowInvalid, "/to", "the window ends before or when it begins")
	}
	return nil
}

// checkExpiry takes a zero expiry as none.
func checkExpiry(effective, expire time.Time) *Rejection {
	if !expire.IsZero() && !effective.Before(expire) {
		return reject(CodeWindowInvalid, "/expire_time", "it expires before or when it takes effect")
	}
	return nil
}

func (p *PartnerEnrolled) check() *Rejection {
	if p.Tier == 2 && p.IndirectPartnerID == "" {
		return reject(CodeFieldMissing, "/indirect_partner_id", "a tier-2 enrolment names the reseller")
	}
	if p.Tier == 1 && p.IndirectPartnerID != "" {
		return reject(CodeConflict, "/indirect_partner_id", "a tier-1 enrolment is about the partner itself")
	}
	return nil
}

func (c *CustomerAssociated) check() *Rejection {
	if c.PreviousPartnerID != "" && c.PreviousPartnerID == c.PartnerID {
		return reject(CodeConflict, "/previous_partner_id", "a move comes from another partner")
	}
	return nil
}

func (d *DiscountGranted) check() *Rejection {
	if d.Mode == DiscountRatio {
		if r := checkRatio(d.Value); r != nil {
			r.Pointer = "/value"
			return r
		}
	} else if d.Currency == "" {
		return reject(CodeCurrencyMissing, "/currency", "a discount of mode %s is an amount and needs its currency", d.Mode)
	}
	return checkExpiry(d.EffectiveTime, d.ExpireTime)
}

func (q *CouponQuotaGranted) check() *Rejection { return checkExpiry(q.EffectiveTime, q.ExpireTime) }

func (c *CouponIssued) check() *Rejection {
	if (c.FaceValue == nil) == (c.Ratio == nil) {
		return reject(CodeConflict, "/face_value", "a coupon has a face value or a ratio, exactly one")
	}
	if c.CouponType != CouponDiscount && c.FaceValue == nil {
		return reject(CodeFieldMissing, "/face_value", "a cash or flexi coupon needs its face value")
	}
	return checkExpiry(c.ValidTime, c.ExpireTime)
}

func pointerTo(list string, index int, field string) jsontext.Pointer {
	return jsontext.Pointer("").AppendToken(list).AppendToken(itoa(index)).AppendToken(field)
}

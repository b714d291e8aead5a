package pricing

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// check refuses a product that could not be priced unambiguously (product_invalid).
func (p *Product) check() error {
	if p.ID == "" {
		return refuse(CodeProductInvalid, "/product_id", "publish a product without an id: give it one")
	}
	if _, err := p.Currency.Digits(); err != nil {
		return refuse(CodeProductInvalid, "/currency", "publish product %q: %v", p.ID, err)
	}
	if p.Linear && p.SizeMeasure == 0 {
		return refuse(CodeProductInvalid, "/size_measure_id", "publish linear product %q without size_measure_id: name the measure its size is counted in", p.ID)
	}
	for i := range p.Prices {
		row, pointer := &p.Prices[i], fmt.Sprintf("/prices/%d", i)
		if err := row.check(p.ID, pointer); err != nil {
			return err
		}
		for k := range p.Prices[:i] {
			if other := &p.Prices[k]; row.sameKey(other) {
				return refuse(CodeProductInvalid, pointer, "publish product %q with prices %d and %d for the same thing: give one price for each", p.ID, k, i)
			}
		}
	}
	return nil
}

// sameKey reports whether two rows price the same term or usage.
func (r *PriceRow) sameKey(other *PriceRow) bool {
	return r.ChargingMode == other.ChargingMode && r.Period == other.Period &&
		r.UsageFactor == other.UsageFactor && r.UsageMeasure == other.UsageMeasure
}

func (r *PriceRow) check(productID, pointer string) error {
	switch r.ChargingMode {
	case ChargingPeriod:
		if !r.Period.Type.Known() || r.Period.Num < 1 {
			return refuse(CodeProductInvalid, pointer+"/period_type", "publish product %q with a price for %s: use period types 0 to 5 and a number from 1", productID, r.Period)
		}
	case ChargingOnDemand:
		if r.UsageFactor == "" {
			return refuse(CodeProductInvalid, pointer+"/usage_factor", "publish product %q with an on-demand price without usage_factor: name the factor", productID)
		}
	default:
		return refuse(CodeProductInvalid, pointer+"/charging_mode", "publish product %q with charging mode %q: use %q or %q",
			productID, string(r.ChargingMode), string(ChargingPeriod), string(ChargingOnDemand))
	}
	if r.Amount != nil {
		if len(r.Bands) > 0 || r.Amount.IsNegative() {
			return refuse(CodeProductInvalid, pointer+"/amount", "publish product %q with amount %s and %d bands: give either an amount from 0 or bands", productID, r.Amount, len(r.Bands))
		}
		return nil
	}
	return r.checkBands(productID, pointer)
}

func (r *PriceRow) checkBands(productID, pointer string) error {
	if r.Mode != BandGraduated && r.Mode != BandVolume {
		return refuse(CodeProductInvalid, pointer+"/mode", "publish product %q with band mode %q: use %q or %q, or give an amount", productID, string(r.Mode), string(BandGraduated), string(BandVolume))
	}
	if len(r.Bands) == 0 {
		return refuse(CodeProductInvalid, pointer+"/bands", "publish product %q with a tiered price without bands: give at least one", productID)
	}
	below := decimal.Zero
	for i, band := range r.Bands {
		last := i == len(r.Bands)-1
		if last != (band.UpTo == nil) || !last && !band.UpTo.GreaterThan(below) || band.Amount.IsNegative() {
			return refuse(CodeProductInvalid, fmt.Sprintf("%s/bands/%d", pointer, i),
				"publish product %q with band %d of a tiered price: bounds must rise, only the last band is open, amounts are from 0", productID, i)
		}
		if !last {
			below = *band.UpTo
		}
	}
	return nil
}

package inquiry

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
)

// measureCurrency is the measure of all amounts: the currency's main unit (1 yuan).
const measureCurrency = 1

// A Number is an exact amount that is written as a JSON number.
type Number struct{ decimal.Decimal }

// MarshalJSONTo writes all digits and no exponent.
func (n Number) MarshalJSONTo(enc *jsontext.Encoder) error {
	return enc.WriteValue(jsontext.Value(n.String()))
}

// numbers is a price as the inquiries without text amounts give it: Amount = Official - Discount.
type numbers struct {
	Amount                Number `json:"amount"`
	OfficialWebsiteAmount Number `json:"official_website_amount"`
	DiscountAmount        Number `json:"discount_amount"`
	MeasureID             int    `json:"measure_id"`
}

func numbersOf(official, discount, amount decimal.Decimal) numbers {
	return numbers{Amount: Number{amount}, OfficialWebsiteAmount: Number{official}, DiscountAmount: Number{discount}, MeasureID: measureCurrency}
}

// instalments are the members about fees paid in parts, which stay null.
type instalments struct {
	InstallmentOfficialWebsiteAmount *string `json:"installment_official_website_amount"`
	InstallmentPeriodType            *int    `json:"installment_period_type"`
}

// discountedInstalments are the same of a result with a discount.
type discountedInstalments struct {
	instalments                       `json:",inline"`
	InstallmentOfficialDiscountAmount *string `json:"installment_official_discount_amount"`
	InstallmentAmount                 *string `json:"installment_amount"`
}

// A Discount names the discount of a result; BestOffer is 1 for the best of the commercial and partner ones, else 0.
type Discount struct {
	DiscountID   string `json:"discount_id"`
	DiscountType int    `json:"discount_type"`
	DiscountName string `json:"discount_name"`
	BestOffer    int    `json:"best_offer"`
}

func discountOf(c *pricing.Candidate) Discount {
	d := Discount{DiscountID: c.DiscountID, DiscountType: c.DiscountType, DiscountName: c.Name}
	if c.BestOffer {
		d.BestOffer = 1
	}
	return d
}

// selectable lists the candidates that the customer may choose.
func selectable(q *pricing.Quote) []*pricing.Candidate {
	var out []*pricing.Candidate
	for i := range q.Candidates {
		if q.Candidates[i].Selectable {
			out = append(out, &q.Candidates[i])
		}
	}
	return out
}

// text is an amount as renewals give it, with the digits of its currency.
func text(amount decimal.Decimal, c money.Currency) string { return money.Fixed(amount, c) }

// sizeOf turns a size as sent into the one that is priced; nil where none was sent.
func sizeOf(size *int) *decimal.Decimal {
	if size == nil {
		return nil
	}
	d := decimal.NewFromInt(int64(*size))
	return &d
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

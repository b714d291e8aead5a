package pricing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// Precisions of an on-demand inquiry (Pricing rules, section 2).
const (
	PrecisionCut6   = 0 // amounts are cut at 6 decimals
	PrecisionKeep10 = 1 // amounts keep 10
)

// OnDemandInquiry asks what usage would cost.
type OnDemandInquiry struct {
	CustomerID, IndirectPartnerID string
	At                            time.Time
	Precision                     int // PrecisionCut6 or PrecisionKeep10
	Lines                         []OnDemandLine
}

// OnDemandLine is one usage of a number of equal resources.
type OnDemandLine struct {
	LineID string
	Consumption
	Quantity int
}

// OnDemandQuote is the one final price of an inquiry; Amount = Official - Discount here and on every line.
type OnDemandQuote struct {
	Currency                   money.Currency
	At                         time.Time
	Official, Discount, Amount decimal.Decimal // sums of the lines
	Lines                      []OnDemandPrice
}

// OnDemandPrice is a line with the one discount it takes, "" for none, and why the others lost.
type OnDemandPrice struct {
	LineID, ProductID          string
	Official, Discount, Amount decimal.Decimal
	DiscountID                 string
	DiscountType               int
	Candidates                 []Candidate
	Steps                      []Step
}

// OnDemand prices usage by the price in force at a time, by the rules that RateUsage bills by except for the places
// amounts are cut at. With several discounts the commercial one wins. (Pricing rules, section 2.)
// Refusals: no_lines, too_many_lines, inquiry_precision_invalid, duplicate_line_id, quantity_out_of_range, currency_mix,
// and by line those of products, sizes, usage factors and measures.
func OnDemand(b Book, in OnDemandInquiry) (*OnDemandQuote, error) {
	stage, err := checkOnDemand(&in)
	if err != nil {
		return nil, err
	}
	quote := &OnDemandQuote{At: in.At, Lines: make([]OnDemandPrice, 0, len(in.Lines))}
	for i := range in.Lines {
		line, err := b.onDemandLine(&in, i, stage, quote)
		if err != nil {
			return nil, err
		}
		quote.Lines = append(quote.Lines, line)
		quote.Official = quote.Official.Add(line.Official)
		quote.Discount = quote.Discount.Add(line.Discount)
		quote.Amount = quote.Amount.Add(line.Amount)
	}
	return quote, nil
}

func checkOnDemand(in *OnDemandInquiry) (money.Stage, error) {
	if len(in.Lines) == 0 {
		return 0, refuse(CodeNoLines, "/lines", "price usage without lines: send 1 to %d", lineCountMax)
	}
	if len(in.Lines) > lineCountMax {
		return 0, refuse(CodeTooManyLines, "/lines", "price %d lines of usage: send at most %d, the rest as another inquiry", len(in.Lines), lineCountMax)
	}
	ids := make(map[string]bool, len(in.Lines))
	for i := range in.Lines {
		line := &in.Lines[i]
		if ids[line.LineID] {
			return 0, refuse(CodeDuplicateLine, linePointer(i, "line_id"), "line id %q stands twice in the inquiry: give every line its own", line.LineID)
		}
		ids[line.LineID] = true
		if line.Quantity < 1 || line.Quantity > quantityMax {
			return 0, refuse(CodeQuantityOutOfRange, linePointer(i, "subscription_num"), "line %q: quantity %d is out of range: use 1 to %d", line.LineID, line.Quantity, quantityMax)
		}
	}
	switch in.Precision {
	case PrecisionCut6:
		return money.StageInquiryCut6, nil
	case PrecisionKeep10:
		return money.StageInquiryCut10, nil
	default:
		return 0, refuse(CodeInquiryPrecision, "/inquiry_precision", "price usage with precision %d: use 0 for 6 decimals or 1 for 10", in.Precision)
	}
}

// onDemandLine prices line i. The first line decides the quote's currency.
func (b *Book) onDemandLine(in *OnDemandInquiry, i int, stage money.Stage, quote *OnDemandQuote) (OnDemandPrice, error) {
	input := &in.Lines[i]
	metered, field, err := b.meter(&input.Consumption, b.Prices.Product, in.At)
	if err != nil {
		return OnDemandPrice{}, onLine(err, input.LineID, linePointer(i, field))
	}
	product := metered.product
	if quote.Currency == "" {
		quote.Currency = product.Currency
	}
	if product.Currency != quote.Currency {
		mix := refuse(CodeCurrencyMix, "", "product %q is priced in %s and the line before in %s: ask for them apart", product.ID, product.Currency, quote.Currency)
		return OnDemandPrice{}, onLine(mix, input.LineID, linePointer(i, "resource_spec"))
	}
	price, err := b.priceUse(metered, usePrice{quantity: input.Quantity, stage: stage}, customer{in.CustomerID, in.IndirectPartnerID}, in.At)
	if err != nil {
		return OnDemandPrice{}, onLine(err, input.LineID, linePointer(i, "usage_value"))
	}
	return OnDemandPrice{
		LineID: input.LineID, ProductID: product.ID,
		Official: price.official, Discount: price.official.Sub(price.amount), Amount: price.amount,
		DiscountID: price.discountID, DiscountType: price.discountType, Candidates: price.candidates, Steps: price.steps,
	}, nil
}

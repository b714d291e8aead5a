package inquiry

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/pricing"
)

// OnDemandRequest asks what usage costs. InquiryPrecision 0, the default, cuts amounts at 6 decimals, 1 keeps 10.
type OnDemandRequest struct {
	ProjectID        string            `json:"project_id"`
	InquiryPrecision *int              `json:"inquiry_precision,omitzero"`
	ProductInfos     []OnDemandProduct `json:"product_infos"`
}

// OnDemandProduct is one usage: UsageValue of UsageFactor in UsageMeasureID (4 hour, 10 GB, 11 MB).
type OnDemandProduct struct {
	ID               string           `json:"id"`
	CloudServiceType string           `json:"cloud_service_type"`
	ResourceType     string           `json:"resource_type"`
	ResourceSpec     string           `json:"resource_spec"`
	Region           string           `json:"region"`
	AvailableZone    *string          `json:"available_zone,omitzero"`
	ResourceSize     *int             `json:"resource_size,omitzero"`
	SizeMeasureID    *int             `json:"size_measure_id,omitzero"`
	UsageFactor      string           `json:"usage_factor"`
	UsageValue       *decimal.Decimal `json:"usage_value"`
	UsageMeasureID   int              `json:"usage_measure_id"`
	SubscriptionNum  int              `json:"subscription_num"`
}

// OnDemandResponse is the one final price, with the discount that each line takes.
type OnDemandResponse struct {
	numbers              `json:",inline"`
	Currency             string           `json:"currency"`
	ProductRatingResults []OnDemandResult `json:"product_rating_results"`
}

// OnDemandResult is one line of it.
type OnDemandResult struct {
	ID                    string `json:"id"`
	ProductID             string `json:"product_id"`
	numbers               `json:",inline"`
	DiscountRatingResults []OnDemandDiscount `json:"discount_rating_results"`
}

// OnDemandDiscount says how much a discount takes off a line.
type OnDemandDiscount struct {
	DiscountID   string `json:"discount_id"`
	DiscountType int    `json:"discount_type"`
	Amount       Number `json:"amount"`
	MeasureID    int    `json:"measure_id"`
	DiscountName string `json:"discount_name"`
}

// OnDemand prices usage by the rules that metered usage is billed by.
func OnDemand(b pricing.Book, who Asker, request *OnDemandRequest) (*OnDemandResponse, error) {
	in := pricing.OnDemandInquiry{CustomerID: who.CustomerID, IndirectPartnerID: who.IndirectPartnerID, At: who.At,
		Precision: value(request.InquiryPrecision)}
	for i := range request.ProductInfos {
		line, err := request.ProductInfos[i].line(b.Prices, who.At, i)
		if err != nil {
			return nil, err
		}
		in.Lines = append(in.Lines, line)
	}
	quote, err := pricing.OnDemand(b, in)
	if err != nil {
		return nil, ErrorOf(err)
	}
	out := &OnDemandResponse{numbers: numbersOf(quote.Official, quote.Discount, quote.Amount), Currency: string(quote.Currency)}
	for i := range quote.Lines {
		line := &quote.Lines[i]
		result := OnDemandResult{ID: line.LineID, ProductID: line.ProductID, numbers: numbersOf(line.Official, line.Discount, line.Amount),
			DiscountRatingResults: []OnDemandDiscount{}}
		for k := range line.Candidates {
			if c := &line.Candidates[k]; line.DiscountID != "" && c.DiscountID == line.DiscountID {
				result.DiscountRatingResults = append(result.DiscountRatingResults, OnDemandDiscount{DiscountID: c.DiscountID,
					DiscountType: c.DiscountType, Amount: Number{line.Discount}, MeasureID: measureCurrency, DiscountName: c.Name})
			}
		}
		out.ProductRatingResults = append(out.ProductRatingResults, result)
	}
	return out, nil
}

func (p *OnDemandProduct) line(prices pricing.View, at time.Time, i int) (pricing.OnDemandLine, error) {
	if err := missing("product_infos", i, member{"id", p.ID}, member{"cloud_service_type", p.CloudServiceType},
		member{"resource_type", p.ResourceType}, member{"resource_spec", p.ResourceSpec}, member{"region", p.Region},
		member{"usage_factor", p.UsageFactor}); err != nil {
		return pricing.OnDemandLine{}, err
	}
	if p.UsageValue == nil {
		return pricing.OnDemandLine{}, wrong("product_infos[%d] has no usage_value: it is mandatory", i)
	}
	key := pricing.ProductKey{ServiceType: p.CloudServiceType, ResourceType: p.ResourceType, Spec: p.ResourceSpec,
		Region: p.Region, Zone: value(p.AvailableZone)}
	return pricing.OnDemandLine{LineID: p.ID, Quantity: p.SubscriptionNum, Consumption: pricing.Consumption{
		Key: key, Size: sizeOf(p.ResourceSize), SizeMeasure: value(p.SizeMeasureID),
		UsageFactor: factorOf(prices, key, at, p.UsageFactor), UsageValue: *p.UsageValue, UsageMeasure: p.UsageMeasureID,
	}}, nil
}

// factorOf writes a usage factor as the product's price list does, since inquiries compare it without regard to case. One
// that is not there stays as it is and is refused with the product's own.
func factorOf(prices pricing.View, key pricing.ProductKey, at time.Time, factor string) string {
	product, err := prices.Product(key, at)
	if err != nil {
		return factor
	}
	for i := range product.Prices {
		if row := &product.Prices[i]; row.ChargingMode == pricing.ChargingOnDemand && strings.EqualFold(row.UsageFactor, factor) {
			return row.UsageFactor
		}
	}
	return factor
}

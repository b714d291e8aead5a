package inquiry

import (
	"time"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// An Asker is for whom and for which time a price is asked.
type Asker struct {
	CustomerID, IndirectPartnerID string
	At                            time.Time
}

// SubscribeRequest asks for the price of a yearly/monthly subscription: 1 to 100 products, each with its own id.
type SubscribeRequest struct {
	ProjectID    string          `json:"project_id"`
	ProductInfos []PeriodProduct `json:"product_infos"`
}

// PeriodProduct is one line: PeriodType 0 day, 2 month, 3 year or 4 hour; SubscriptionNum 1 to 10000; a size and its
// measure (14 pieces, 15 Mbps, 17 GB) where the product is priced by size.
type PeriodProduct struct {
	ID                 string  `json:"id"`
	CloudServiceType   string  `json:"cloud_service_type"`
	ResourceType       string  `json:"resource_type"`
	ResourceSpec       string  `json:"resource_spec"`
	Region             string  `json:"region"`
	AvailableZone      *string `json:"available_zone,omitzero"`
	ResourceSize       *int    `json:"resource_size,omitzero"`
	SizeMeasureID      *int    `json:"size_measure_id,omitzero"`
	PeriodType         int     `json:"period_type"`
	PeriodNum          int     `json:"period_num"`
	SubscriptionNum    int     `json:"subscription_num"`
	FeeInstallmentMode *string `json:"fee_installment_mode,omitzero"`
}

// SubscribeResponse has the list price and one group per discount that may be chosen instead.
type SubscribeResponse struct {
	OfficialWebsiteRatingResult   OfficialResult   `json:"official_website_rating_result"`
	OptionalDiscountRatingResults []OptionalResult `json:"optional_discount_rating_results"`
	Currency                      string           `json:"currency"`
}

// OfficialResult is the price without any discount.
type OfficialResult struct {
	OfficialWebsiteAmount Number `json:"official_website_amount"`
	instalments           `json:",inline"`
	MeasureID             int               `json:"measure_id"`
	ProductRatingResults  []OfficialProduct `json:"product_rating_results"`
}

// OfficialProduct is one line of it, under the id of the request.
type OfficialProduct struct {
	ID                    string `json:"id"`
	ProductID             string `json:"product_id"`
	OfficialWebsiteAmount Number `json:"official_website_amount"`
	MeasureID             int    `json:"measure_id"`
	instalments           `json:",inline"`
}

// OptionalResult is the whole order under one discount.
type OptionalResult struct {
	Discount              `json:",inline"`
	numbers               `json:",inline"`
	discountedInstalments `json:",inline"`
	ProductRatingResults  []OptionalProduct `json:"product_rating_results"`
}

// OptionalProduct is one line under it.
type OptionalProduct struct {
	ID                    string `json:"id"`
	ProductID             string `json:"product_id"`
	numbers               `json:",inline"`
	discountedInstalments `json:",inline"`
}

// noInstalments is the only fee instalment mode there is.
const noInstalments = "NA"

// Subscribe prices a new subscription by the rules that an order with the same lines is charged by.
func Subscribe(b pricing.Book, who Asker, request *SubscribeRequest) (*SubscribeResponse, error) {
	in := pricing.Subscription{CustomerID: who.CustomerID, IndirectPartnerID: who.IndirectPartnerID, At: who.At}
	for i := range request.ProductInfos {
		line, err := request.ProductInfos[i].line(i)
		if err != nil {
			return nil, err
		}
		in.Lines = append(in.Lines, line)
	}
	quote, err := pricing.Subscribe(b, in)
	if err != nil {
		return nil, ErrorOf(err)
	}
	return subscribeResponse(quote), nil
}

func (p *PeriodProduct) line(i int) (pricing.LineInput, error) {
	if err := missing("product_infos", i, member{"id", p.ID}, member{"cloud_service_type", p.CloudServiceType},
		member{"resource_type", p.ResourceType}, member{"resource_spec", p.ResourceSpec}, member{"region", p.Region}); err != nil {
		return pricing.LineInput{}, err
	}
	switch calendar.PeriodType(p.PeriodType) {
	case calendar.Day, calendar.Month, calendar.Year, calendar.Hour:
	default:
		return pricing.LineInput{}, wrong("line %q: period_type %d is not offered: use 0 day, 2 month, 3 year or 4 hour", p.ID, p.PeriodType)
	}
	if mode := value(p.FeeInstallmentMode); mode != "" && mode != noInstalments {
		return pricing.LineInput{}, wrong("line %q: fee_installment_mode %q is not offered: leave it out or use %q", p.ID, mode, noInstalments)
	}
	return pricing.LineInput{
		LineID: p.ID,
		Key: pricing.ProductKey{ServiceType: p.CloudServiceType, ResourceType: p.ResourceType, Spec: p.ResourceSpec,
			Region: p.Region, Zone: value(p.AvailableZone)},
		Size: sizeOf(p.ResourceSize), SizeMeasure: value(p.SizeMeasureID), Quantity: p.SubscriptionNum,
		Period: calendar.Period{Type: calendar.PeriodType(p.PeriodType), Num: p.PeriodNum},
	}, nil
}

func subscribeResponse(q *pricing.Quote) *SubscribeResponse {
	out := &SubscribeResponse{
		OfficialWebsiteRatingResult:   OfficialResult{OfficialWebsiteAmount: Number{q.Official}, MeasureID: measureCurrency},
		OptionalDiscountRatingResults: []OptionalResult{}, Currency: string(q.Currency),
	}
	for i := range q.Lines {
		line := &q.Lines[i]
		out.OfficialWebsiteRatingResult.ProductRatingResults = append(out.OfficialWebsiteRatingResult.ProductRatingResults,
			OfficialProduct{ID: line.LineID, ProductID: line.ProductID, OfficialWebsiteAmount: Number{line.Official}, MeasureID: measureCurrency})
	}
	for _, c := range selectable(q) {
		group := OptionalResult{Discount: discountOf(c), numbers: numbersOf(q.Official, c.Discount, c.Amount)}
		for i, price := range c.Lines {
			group.ProductRatingResults = append(group.ProductRatingResults, OptionalProduct{ID: price.LineID,
				ProductID: q.Lines[i].ProductID, numbers: numbersOf(price.Official, price.Discount, price.Amount)})
		}
		out.OptionalDiscountRatingResults = append(out.OptionalDiscountRatingResults, group)
	}
	return out
}

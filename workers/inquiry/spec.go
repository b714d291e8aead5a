package inquiry

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// Charging modes of a price by specification.
const (
	chargingPeriod   = 0
	chargingOnDemand = 1
	chargingOneOff   = 2
)

// SpecRequest asks for the list price of catalogue specifications: ChargingMode 0 yearly/monthly, 1 pay-per-use, 2 one-off.
// PeriodType 5 prices what is added to a resource up to the date on which that one ends.
// The published names are written as they are.
type SpecRequest struct {
	TenantID        string        `json:"tenantId"`
	RegionID        string        `json:"regionId"`
	AvailableZoneID *string       `json:"avaliableZoneId,omitzero"`
	ChargingMode    *int          `json:"chargingMode"`
	PeriodType      *int          `json:"periodType,omitzero"`
	PeriodNum       *int          `json:"periodNum,omitzero"`
	PeriodEndDate   *string       `json:"periodEndDate,omitzero"`              // of PeriodType 5, in UTC
	UntilPeriodType *int          `json:"relativeResourcePeriodType,omitzero"` // of PeriodType 5: 2 month (default), 3 year
	SubscriptionNum *int          `json:"subscriptionNum,omitzero"`
	InquiryTime     *string       `json:"inquiryTime,omitzero"`
	ProductInfos    []SpecProduct `json:"productInfos"`
}

// SpecProduct is one specification; pay-per-use needs the usage as well.
type SpecProduct struct {
	ID               string           `json:"id"`
	CloudServiceType string           `json:"cloudServiceType"`
	ResourceType     string           `json:"resourceType"`
	ResourceSpecCode string           `json:"resourceSpecCode"`
	ResourceSize     *int             `json:"resourceSize,omitzero"`
	SizeMeasureID    *int             `json:"resouceSizeMeasureId,omitzero"`
	UsageFactor      *string          `json:"usageFactor,omitzero"`
	UsageValue       *decimal.Decimal `json:"usageValue,omitzero"`
	UsageMeasureID   *int             `json:"usageMeasureId,omitzero"`
	ExtendParams     *string          `json:"extendParams,omitzero"`
}

// SpecResponse is the list price.
type SpecResponse struct {
	Code         string     `json:"error_code"`
	Message      string     `json:"error_msg"`
	RatingResult SpecResult `json:"ratingResult"`
}

// oldNumbers is a price in the old inquiries' names.
type oldNumbers struct {
	Amount         Number `json:"amount"`
	DiscountAmount Number `json:"discountAmount"`
	OriginalAmount Number `json:"originalAmount"`
	MeasureID      int    `json:"measureId"`
}

func listed(official decimal.Decimal) oldNumbers {
	return oldNumbers{Amount: Number{official}, OriginalAmount: Number{official}, MeasureID: measureCurrency}
}

// SpecResult is the sum and each product.
type SpecResult struct {
	oldNumbers          `json:",inline"`
	Currency            string              `json:"currency"`
	ProductRatingResult []SpecProductResult `json:"productRatingResult"`
	ExtendParams        *string             `json:"extendParams"`
}

// SpecProductResult is one product under the id of the request.
type SpecProductResult struct {
	ID           string `json:"id"`
	ProductID    string `json:"productId"`
	oldNumbers   `json:",inline"`
	ExtendParams *string `json:"extendParams"`
}

// At returns the time that is asked about, which selects the price list.
func (r *SpecRequest) At(asked time.Time) (time.Time, error) { return timeOf(r.InquiryTime, asked) }

// Spec prices specifications at list price, whoever asks. Reserved instances are refused.
func Spec(b pricing.Book, asked time.Time, request *SpecRequest) (*SpecResponse, error) {
	at, err := request.At(asked)
	if err != nil {
		return nil, err
	}
	if request.RegionID == "" || request.ChargingMode == nil {
		return nil, wrong("regionId and chargingMode are mandatory")
	}
	for i := range request.ProductInfos {
		p := &request.ProductInfos[i]
		if err := missing("productInfos", i, member{"id", p.ID}, member{"cloudServiceType", p.CloudServiceType},
			member{"resourceType", p.ResourceType}, member{"resourceSpecCode", p.ResourceSpecCode}); err != nil {
			return nil, err
		}
	}
	var result SpecResult
	switch *request.ChargingMode {
	case chargingPeriod:
		result, err = request.period(b, at)
	case chargingOneOff:
		result, err = request.subscribe(b, pricing.Subscription{At: at}, calendar.Period{Type: calendar.OneOff, Num: 1})
	case chargingOnDemand:
		result, err = request.onDemand(b, at)
	default:
		return nil, wrong("chargingMode %d is unknown: use 0 yearly/monthly, 1 pay-per-use or 2 one-off", *request.ChargingMode)
	}
	if err != nil {
		return nil, ErrorOf(err)
	}
	return &SpecResponse{Code: CodeSuccess, Message: messageSuccess, RatingResult: result}, nil
}

func (r *SpecRequest) period(b pricing.Book, at time.Time) (SpecResult, error) {
	if r.PeriodType != nil && calendar.PeriodType(*r.PeriodType) == periodUntil {
		return r.until(b, at)
	}
	if r.PeriodType == nil || r.PeriodNum == nil {
		return SpecResult{}, wrong("a yearly/monthly price needs periodType and periodNum: send both")
	}
	unit := calendar.PeriodType(*r.PeriodType)
	switch unit {
	case calendar.Day, calendar.Month, calendar.Year, calendar.Hour:
	default:
		return SpecResult{}, wrong("periodType %d is not priced by specification: use 0 day, 2 month, 3 year, 4 hour, or 5 with periodEndDate", *r.PeriodType)
	}
	return r.subscribe(b, pricing.Subscription{At: at}, calendar.Period{Type: unit, Num: *r.PeriodNum})
}

// periodUntil is how this inquiry reads period type 5, which of orders is one-off: until an absolute end date.
const periodUntil = calendar.OneOff

func (r *SpecRequest) until(b pricing.Book, at time.Time) (SpecResult, error) {
	if value(r.PeriodEndDate) == "" {
		return SpecResult{}, wrong("periodType 5 is a price until an end date: send periodEndDate")
	}
	end, err := utc("periodEndDate", *r.PeriodEndDate)
	if err != nil {
		return SpecResult{}, err
	}
	unit := calendar.Month
	if r.UntilPeriodType != nil {
		unit = calendar.PeriodType(*r.UntilPeriodType)
	}
	if unit != calendar.Month && unit != calendar.Year {
		return SpecResult{}, wrong("relativeResourcePeriodType %d is not priced until an end date: use 2 month or 3 year", *r.UntilPeriodType)
	}
	return r.subscribe(b, pricing.Subscription{At: at, Until: &end}, calendar.Period{Type: unit, Num: 1})
}

// quantity is how many are asked for, 1 when the request does not say.
func (r *SpecRequest) quantity() int {
	if r.SubscriptionNum == nil {
		return 1
	}
	return *r.SubscriptionNum
}

func (r *SpecRequest) key(p *SpecProduct) pricing.ProductKey {
	return pricing.ProductKey{ServiceType: p.CloudServiceType, ResourceType: p.ResourceType, Spec: p.ResourceSpecCode,
		Region: r.RegionID, Zone: value(r.AvailableZoneID)}
}

func (r *SpecRequest) subscribe(b pricing.Book, in pricing.Subscription, period calendar.Period) (SpecResult, error) {
	in.ListPriceOnly = true
	for i := range r.ProductInfos {
		p := &r.ProductInfos[i]
		in.Lines = append(in.Lines, pricing.LineInput{LineID: p.ID, Key: r.key(p), Size: sizeOf(p.ResourceSize),
			SizeMeasure: value(p.SizeMeasureID), Period: period, Quantity: r.quantity()})
	}
	quote, err := pricing.Subscribe(b, in)
	if err != nil {
		return SpecResult{}, err
	}
	out := SpecResult{oldNumbers: listed(quote.Official), Currency: string(quote.Currency)}
	for i := range quote.Lines {
		line := &quote.Lines[i]
		out.ProductRatingResult = append(out.ProductRatingResult, SpecProductResult{ID: line.LineID, ProductID: line.ProductID, oldNumbers: listed(line.Official)})
	}
	return out, nil
}

// onDemand prices usage without any discount.
func (r *SpecRequest) onDemand(b pricing.Book, at time.Time) (SpecResult, error) {
	b.Discounts = nil
	in := pricing.OnDemandInquiry{At: at}
	for i := range r.ProductInfos {
		p := &r.ProductInfos[i]
		if p.UsageValue == nil || value(p.UsageFactor) == "" {
			return SpecResult{}, wrong("productInfos[%d]: a pay-per-use price needs usageFactor, usageValue and usageMeasureId", i)
		}
		key := r.key(p)
		if product, err := b.Prices.Product(key, at); err == nil && product.ReservedInstance {
			return SpecResult{}, &pricing.Refusal{Code: pricing.CodeReservedInstance, Message: "product " + product.ID +
				" is a reserved instance, which is not priced by specification: ask for its subscription price"}
		}
		in.Lines = append(in.Lines, pricing.OnDemandLine{LineID: p.ID, Quantity: r.quantity(), Consumption: pricing.Consumption{Key: key,
			Size: sizeOf(p.ResourceSize), SizeMeasure: value(p.SizeMeasureID),
			UsageFactor: factorOf(b.Prices, key, at, *p.UsageFactor), UsageValue: *p.UsageValue, UsageMeasure: value(p.UsageMeasureID)}})
	}
	quote, err := pricing.OnDemand(b, in)
	if err != nil {
		return SpecResult{}, err
	}
	out := SpecResult{oldNumbers: listed(quote.Official), Currency: string(quote.Currency)}
	for i := range quote.Lines {
		line := &quote.Lines[i]
		out.ProductRatingResult = append(out.ProductRatingResult, SpecProductResult{ID: line.LineID, ProductID: line.ProductID, oldNumbers: listed(line.Official)})
	}
	return out, nil
}

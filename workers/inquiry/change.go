package inquiry

import (
	"slices"
	"time"

	"github.com/accruald/accruald/workers/pricing"
)

// ChangeRequest asks for the price of a larger specification or size of a resource. InquiryTime, in UTC, is the time of
// the change and selects the price list; empty is the asker's time.
type ChangeRequest struct {
	TenantID    *string        `json:"tenantId,omitzero"`
	ResourceID  string         `json:"resourceId"`
	InquiryTime *string        `json:"inquiryTime,omitzero"`
	ProductInfo *ChangeProduct `json:"productInfo"`
}

// ChangeProduct is what the resource becomes. The published name of the size's measure is written as it is.
type ChangeProduct struct {
	CloudServiceType string  `json:"cloudServiceType"`
	ResourceType     string  `json:"resourceType"`
	ResourceSpecCode string  `json:"resourceSpecCode"`
	ResourceSize     *int    `json:"resourceSize,omitzero"`
	SizeMeasureID    *int    `json:"resouceSizeMeasureId,omitzero"`
	ExtendParams     *string `json:"extendParams,omitzero"`
}

// ChangeResponse is the fee under the one discount that an automatic payment takes.
type ChangeResponse struct {
	Code         string       `json:"error_code"`
	Message      string       `json:"error_msg"`
	RatingResult ChangeResult `json:"ratingResult"`
}

// ChangeResult names the new product; Amount = OriginalAmount - DiscountAmount.
type ChangeResult struct {
	ProductID      string  `json:"productId"`
	Amount         Number  `json:"amount"`
	DiscountAmount Number  `json:"discountAmount"`
	OriginalAmount Number  `json:"originalAmount"`
	MeasureID      int     `json:"measureId"`
	Currency       string  `json:"currency"`
	ExtendParams   *string `json:"extendParams"`
}

// inquiryTimeLayout is how the old inquiries write times.
const inquiryTimeLayout = "2006-01-02T15:04:05Z"

// timeOf reads an inquiry time; none is the asker's.
func timeOf(written *string, asked time.Time) (time.Time, error) {
	if value(written) == "" {
		return asked, nil
	}
	return utc("inquiryTime", *written)
}

// utc reads a time as the old inquiries write it.
func utc(member, written string) (time.Time, error) {
	at, err := time.Parse(inquiryTimeLayout, written)
	if err != nil {
		return time.Time{}, wrong("%s %q is no time in UTC: write it as 2019-05-06T08:05:01Z", member, written)
	}
	return at, nil
}

// At returns the time that is asked about, which selects the reference data.
func (r *ChangeRequest) At(asked time.Time) (time.Time, error) { return timeOf(r.InquiryTime, asked) }

// Change prices a larger specification or size by the rules that a change order is charged by. A smaller one is refused.
func Change(b pricing.Book, who Asker, resources []*pricing.Resource, request *ChangeRequest) (*ChangeResponse, error) {
	at, err := request.At(who.At)
	if err != nil {
		return nil, err
	}
	to := request.ProductInfo
	if request.ResourceID == "" || to == nil {
		return nil, wrong("resourceId and productInfo are mandatory: name the resource and what it shall become")
	}
	i := slices.IndexFunc(resources, func(r *pricing.Resource) bool { return r.ID == request.ResourceID })
	if i < 0 || resources[i].CustomerID != who.CustomerID {
		return nil, Denied()
	}
	r := resources[i]
	if to.CloudServiceType != r.ServiceType || to.ResourceType != r.ResourceType {
		return nil, wrong("resource %q is a %q of %q, not a %q of %q: a change keeps both types", r.ID, r.ResourceType, r.ServiceType, to.ResourceType, to.CloudServiceType)
	}
	if measure := value(to.SizeMeasureID); measure != 0 && r.SizeMeasure != 0 && measure != r.SizeMeasure {
		return nil, wrong("the size of resource %q is counted in measure %d, not %d: send it in measure %d", r.ID, r.SizeMeasure, measure, r.SizeMeasure)
	}
	quote, err := pricing.Change(b, pricing.SpecChange{CustomerID: who.CustomerID, IndirectPartnerID: who.IndirectPartnerID, At: at,
		NewSpec: to.ResourceSpecCode, NewSize: sizeOf(to.ResourceSize), Inquiry: true}, r)
	if err != nil {
		return nil, ErrorOf(err)
	}
	charge, err := quote.Charge(quote.AutomaticChoice(b.Site))
	if err != nil {
		return nil, ErrorOf(err)
	}
	return &ChangeResponse{Code: CodeSuccess, Message: messageSuccess, RatingResult: ChangeResult{
		ProductID: quote.Lines[0].ProductID, Amount: Number{charge.Amount}, DiscountAmount: Number{charge.Discount},
		OriginalAmount: Number{charge.Official}, MeasureID: measureCurrency, Currency: string(charge.Currency)}}, nil
}

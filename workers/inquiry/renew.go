package inquiry

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// RenewRequest asks for the price of renewing 1 to 10 primary resources by 1 to 11 months (PeriodType 2) or 1 to 3 years
// (3).
type RenewRequest struct {
	ResourceIDs              []string `json:"resource_ids"`
	PeriodType               int      `json:"period_type"`
	PeriodNum                int      `json:"period_num"`
	IncludeRelativeResources *bool    `json:"include_relative_resources,omitzero"`
}

// RenewResponse has the price of each primary resource with what is attached to it, the list price of all, one group per
// discount, and the resources that could not be priced. All amounts are text.
type RenewResponse struct {
	Currency                      string                `json:"currency,omitzero"`
	RenewInquiryResults           []RenewResult         `json:"renew_inquiry_results"`
	OfficialWebsiteRatingResult   *RenewOfficialResult  `json:"official_website_rating_result,omitzero"`
	OptionalDiscountRatingResults []RenewOptionalResult `json:"optional_discount_rating_results"`
	FailResourceInfos             []FailedResource      `json:"fail_resource_infos"`
}

// RenewResult is what renewing one primary resource costs by an automatic payment.
type RenewResult struct {
	ResourceID string `json:"resource_id"`
	Amount     string `json:"amount"`
}

// RenewOfficialResult is the list price of everything.
type RenewOfficialResult struct {
	OfficialWebsiteAmount string `json:"official_website_amount"`
	instalments           `json:",inline"`
}

// RenewOptionalResult is everything under one discount.
type RenewOptionalResult struct {
	Discount              `json:",inline"`
	Amount                string `json:"amount"`
	OfficialWebsiteAmount string `json:"official_website_amount"`
	DiscountAmount        string `json:"discount_amount"`
	discountedInstalments `json:",inline"`
}

// FailedResource says why one resource could not be priced.
type FailedResource struct {
	Code       string `json:"error_code"`
	Message    string `json:"error_msg"`
	ResourceID string `json:"resource_id"`
}

// renewalCodes are the codes of single resources (Pricing rules, section 2); any other refusal is of the whole inquiry.
var renewalCodes = map[string]string{
	pricing.CodeNotPrimary:           "30050007",
	pricing.CodePeriodNotOffered:     "30050008",
	pricing.CodeResourceExpired:      "30050009",
	pricing.CodeResourceForeign:      "30050009",
	pricing.CodeResourceNotFound:     "30050009",
	pricing.CodeResourceBlocked:      "30050010",
	pricing.CodeResourceUnsubscribed: "30050011",
	pricing.CodeResourceConverting:   "30050011",
	pricing.CodeNotRenewable:         "30050013",
	pricing.CodePayPerUseResource:    "30050013",
	pricing.CodeProductNotFound:      "30050013",
	pricing.CodeProductWithdrawn:     "30050013",
	pricing.CodeServiceTypeNotFound:  "30050013",
}

// ResourceCode is the published code of a refusal of a single resource.
func ResourceCode(refusal string) (code string, known bool) {
	code, known = renewalCodes[refusal]
	return code, known
}

// Renew prices a renewal by the rules that a renewal order is charged by. resources are all of the chains that the named
// ones belong to.
func Renew(b pricing.Book, who Asker, resources []*pricing.Resource, request *RenewRequest) (*RenewResponse, error) {
	in := pricing.Renewal{
		CustomerID: who.CustomerID, IndirectPartnerID: who.IndirectPartnerID, At: who.At, ResourceIDs: slices.Clone(request.ResourceIDs),
		Period:         calendar.Period{Type: calendar.PeriodType(request.PeriodType), Num: request.PeriodNum},
		IncludeRelated: value(request.IncludeRelativeResources),
	}
	out := &RenewResponse{RenewInquiryResults: []RenewResult{}, OptionalDiscountRatingResults: []RenewOptionalResult{}, FailResourceInfos: []FailedResource{}}
	for range len(request.ResourceIDs) + 1 { // each round prices, or fails one resource
		if len(in.ResourceIDs) == 0 && len(out.FailResourceInfos) > 0 {
			break
		}
		quote, err := pricing.Renew(b, in, resources)
		if err == nil {
			return out.priced(b, in.ResourceIDs, quote)
		}
		i, failed := failedResource(err, in.ResourceIDs)
		if failed == nil {
			return nil, ErrorOf(err)
		}
		out.FailResourceInfos = append(out.FailResourceInfos, *failed)
		in.ResourceIDs = slices.Delete(in.ResourceIDs, i, i+1)
	}
	return out, nil
}

// failedResource returns the named resource that a refusal is about, nil when it is about the whole inquiry. One of
// somebody else is spoken of as one that does not exist.
func failedResource(err error, ids []string) (int, *FailedResource) {
	var refusal *pricing.Refusal
	if !errors.As(err, &refusal) {
		return 0, nil
	}
	code, known := renewalCodes[refusal.Code]
	place, named := strings.CutPrefix(refusal.Pointer, "/resource_ids/")
	i, malformed := strconv.Atoi(place)
	if !known || !named || malformed != nil || i >= len(ids) {
		return 0, nil
	}
	failed := &FailedResource{Code: code, Message: refusal.Message, ResourceID: ids[i]}
	if refusal.Code == pricing.CodeResourceForeign || refusal.Code == pricing.CodeResourceNotFound {
		failed.Message = "resource " + strconv.Quote(ids[i]) + " is unknown: correct the id"
	}
	return i, failed
}

// priced fills in what the quote says.
func (r *RenewResponse) priced(b pricing.Book, ids []string, q *pricing.Quote) (*RenewResponse, error) {
	charge, err := q.Charge(q.AutomaticChoice(b.Site))
	if err != nil {
		return nil, ErrorOf(err)
	}
	r.Currency = string(q.Currency)
	r.OfficialWebsiteRatingResult = &RenewOfficialResult{OfficialWebsiteAmount: text(q.Official, q.Currency)}
	for _, id := range ids {
		sum := decimal.Zero
		for i := range q.Lines {
			if q.Lines[i].PrimaryID == id {
				sum = sum.Add(charge.Lines[i].Amount)
			}
		}
		r.RenewInquiryResults = append(r.RenewInquiryResults, RenewResult{ResourceID: id, Amount: text(sum, q.Currency)})
	}
	for _, c := range selectable(q) {
		r.OptionalDiscountRatingResults = append(r.OptionalDiscountRatingResults, RenewOptionalResult{Discount: discountOf(c),
			Amount: text(c.Amount, q.Currency), OfficialWebsiteAmount: text(q.Official, q.Currency), DiscountAmount: text(c.Discount, q.Currency)})
	}
	return r, nil
}

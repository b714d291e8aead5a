package events

import (
	"time"

	"github.com/shopspring/decimal"
)

// ResourcesMoved carries a moved customer's live resources to the new partner. Resources says what each of ResourceIDs
// is; one that it leaves out cannot be carried.
type ResourcesMoved struct {
	PartnerID         string          `json:"partner_id" rule:"id"`
	PreviousPartnerID string          `json:"previous_partner_id" rule:"id"`
	CustomerID        string          `json:"customer_id" rule:"id"`
	ResourceIDs       []string        `json:"resource_ids" rule:"id,len=0:10000,unique"`
	Resources         []MovedResource `json:"resources,omitzero" rule:"object,len=0:100"`
	EffectiveTime     time.Time       `json:"effective_time" rule:"time"`
}

// MovedResource is what a resource is when it moves. What was paid for it stays with the previous partner. Without
// intervals it is billed pay-per-use.
type MovedResource struct {
	ResourceID         string           `json:"resource_id" rule:"id"`
	ParentResourceID   string           `json:"parent_resource_id,omitzero" rule:"id"`
	RelatedResourceID  string           `json:"related_resource_id,omitzero" rule:"id"`
	OrderID            string           `json:"order_id,omitzero" rule:"id"`
	CloudServiceType   string           `json:"cloud_service_type" rule:"code"`
	ResourceType       string           `json:"resource_type" rule:"code"`
	ResourceSpec       string           `json:"resource_spec" rule:"code"`
	ProductID          string           `json:"product_id" rule:"id"`
	Region             string           `json:"region" rule:"code"`
	AvailableZone      string           `json:"available_zone,omitzero" rule:"code"`
	ResourceSize       *decimal.Decimal `json:"resource_size,omitempty" rule:"quantity"`
	SizeMeasureID      int              `json:"size_measure_id,omitzero" rule:"int,min=1,max=100000"`
	SubscriptionNum    int              `json:"subscription_num" rule:"int,min=1,max=10000"`
	Currency           string           `json:"currency,omitzero" rule:"currency"`
	ProvisionedTime    time.Time        `json:"provisioned_time" rule:"time"`
	ExpireTime         time.Time        `json:"expire_time,omitzero" rule:"time"`
	AnchorDay          int              `json:"anchor_day,omitzero" rule:"int,min=-1,max=31"`
	PeriodType         *int             `json:"period_type,omitzero" rule:"period_type"`
	PeriodNum          int              `json:"period_num,omitzero" rule:"period_num"`
	Refundable         bool             `json:"refundable" rule:"bool"`
	UnsubscribeByOrder bool             `json:"unsubscribe_by_order" rule:"bool"`
	Trial              bool             `json:"trial" rule:"bool"`
	ToPayPerUse        string           `json:"to_pay_per_use,omitzero" rule:"id"`
	Intervals          []MovedInterval  `json:"intervals" rule:"object,len=0:1000"`
	AutoRenewal        *MovedRenewal    `json:"auto_renewal,omitzero" rule:"object"`
}

// MovedInterval is a paid time of a resource, half open.
type MovedInterval struct {
	OrderID    string    `json:"order_id" rule:"id"`
	Kind       string    `json:"kind" rule:"enum,of=purchase|renewal"`
	Start      time.Time `json:"start" rule:"time"`
	End        time.Time `json:"end" rule:"time"`
	PeriodType int       `json:"period_type" rule:"period_type"`
	PeriodNum  int       `json:"period_num" rule:"period_num"`
	AnchorDay  int       `json:"anchor_day" rule:"int,min=-1,max=31"`
}

// MovedRenewal is how a resource renews by itself; Times is how often still.
type MovedRenewal struct {
	Times        int  `json:"times,omitzero" rule:"int,min=1,max=10000"`
	PeriodType   *int `json:"period_type,omitzero" rule:"period_type"`
	PeriodNum    int  `json:"period_num,omitzero" rule:"period_num"`
	DeductionDay int  `json:"deduction_day,omitzero" rule:"int,min=1,max=31"`
	ExpireDay    int  `json:"expire_day,omitzero" rule:"month_day"`
}

package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/pricing"
)

// How records are counted: by resource over the cycle, or line by line.
const (
	byCycle = 1
	byLine  = 3
)

type listFeeRecordsRequest struct {
	Language
	Cycle       string     `query:"cycle" format:"cycle" required:"true" doc:"Cycle, in the site's zone."`
	ServiceType string     `query:"cloud_service_type" max:"64" doc:"Only of this cloud service type."`
	Region      string     `query:"region" max:"64" doc:"Only in this region."`
	ChargeMode  int        `query:"charge_mode" enum:"1,3,10,11" doc:"1 by the period, 3 by use, 10 reserved instances; 11, savings plans, do not happen here."`
	BillType    int        `query:"bill_type" doc:"1 new, 2 renewal, 3 change, 4 unsubscription, 5 use, 8 automatic renewal, 9 adjustment in the customer's favour, 16 against it, 20 refund of a change; others do not happen here."`
	ResourceID  string     `query:"resource_id" max:"64" doc:"Only of this resource."`
	ProjectID   string     `query:"enterprise_project_id" max:"64" doc:"Enterprise project: nothing is in one, so that null has everything."`
	IncludeZero *bool      `query:"include_zero_record" doc:"false leaves out what came to nothing."`
	TradeID     string     `query:"trade_id" max:"64" doc:"Only of this order, or settlement of use."`
	From        *time.Time `query:"bill_date_begin" format:"date" doc:"First date in the cycle; counts together with bill_date_end, and line by line."`
	To          *time.Time `query:"bill_date_end" format:"date" doc:"Last date in the cycle."`
	Statistic   int        `query:"statistic_type" enum:"1,3" default:"3" doc:"1 by resource over the cycle, 3 line by line."`
	Page
	whose
}

type listFeeRecordsResponse struct {
	Records  []feeRecord `json:"fee_records"`
	Count    int         `json:"total_count"`
	Currency *string     `json:"currency"`
}

// A feeRecord is a charge, or what those of a resource come to: amount = the
// sum of its parts. What is always null is not in the books.
type feeRecord struct {
	BillDate              *string         `json:"bill_date"`
	BillType              int             `json:"bill_type"`
	CustomerID            string          `json:"customer_id"`
	Region                *string         `json:"region"`
	RegionName            *string         `json:"region_name"`
	ServiceType           *string         `json:"cloud_service_type"`
	ResourceType          *string         `json:"resource_type"`
	ServiceTypeName       *string         `json:"cloud_service_type_name"`
	ResourceTypeName      *string         `json:"resource_type_name"`
	EffectiveTime         *string         `json:"effective_time"`
	ExpireTime            *string         `json:"expire_time"`
	ResourceID            *string         `json:"resource_id"`
	ResourceName          *string         `json:"resource_name"`
	ResourceTag           *string         `json:"resource_tag"`
	ProductID             *string         `json:"product_id"`
	ProductName           *string         `json:"product_name"`
	ProductSpecDesc       *string         `json:"product_spec_desc"`
	SKUCode               *string         `json:"sku_code"`
	SpecSize              *inquiry.Number `json:"spec_size"`
	SpecSizeMeasureID     *int            `json:"spec_size_measure_id"`
	TradeID               *string         `json:"trade_id"`
	ID                    *string         `json:"id"`
	TradeTime             *string         `json:"trade_time"`
	EnterpriseProjectID   *string         `json:"enterprise_project_id"`
	EnterpriseProjectName *string         `json:"enterprise_project_name"`
	ChargeMode            string          `json:"charge_mode"`
	OrderID               *string         `json:"order_id"`
	PeriodType            *string         `json:"period_type"`
	UsageType             *string         `json:"usage_type"`
	Usage                 *inquiry.Number `json:"usage"`
	UsageMeasureID        *int            `json:"usage_measure_id"`
	FreeUsage             *inquiry.Number `json:"free_resource_usage"`
	FreeMeasureID         *int            `json:"free_resource_measure_id"`
	ReservedUsage         *inquiry.Number `json:"ri_usage"`
	ReservedMeasureID     *int            `json:"ri_usage_measure_id"`
	UnitPrice             *inquiry.Number `json:"unit_price"`
	Unit                  *string         `json:"unit"`
	Official              inquiry.Number  `json:"official_amount"`
	Discount              inquiry.Number  `json:"discount_amount"`
	Amount                inquiry.Number  `json:"amount"`
	Cash                  inquiry.Number  `json:"cash_amount"`
	Credit                inquiry.Number  `json:"credit_amount"`
	Coupon                inquiry.Number  `json:"coupon_amount"`
	Flexi                 inquiry.Number  `json:"flexipurchase_coupon_amount"`
	Card                  inquiry.Number  `json:"stored_card_amount"`
	Bonus                 inquiry.Number  `json:"bonus_amount"`
	Debt                  inquiry.Number  `json:"debt_amount"`
	Adjusted              inquiry.Number  `json:"adjustment_amount"`
	MeasureID             int             `json:"measure_id"`
	Formula               *string         `json:"formula"`
	SubServiceType        *string         `json:"sub_service_type_code"`
	SubServiceTypeName    *string         `json:"sub_service_type_name"`
	SubResourceType       *string         `json:"sub_resource_type_code"`
	SubResourceTypeName   *string         `json:"sub_resource_type_name"`
	SubResourceID         *string         `json:"sub_resource_id"`
	SubResourceName       *string         `json:"sub_resource_name"`
	ConsumeTime           *string         `json:"consume_time"`
	RelativeOrderID       *string         `json:"relative_order_id"`
	AccountName           *string         `json:"account_name"`
	PeriodNum             *inquiry.Number `json:"period_num"`
}

func listFeeRecords(ctx context.Context, call *Call, q *listFeeRecordsRequest) (*listFeeRecordsResponse, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	all, currency, err := call.ownCharges(ctx, q.Cycle, &q.whose)
	if err != nil {
		return nil, err
	}
	names, err := call.names(ctx, q.Language)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c charges.Charge) bool { return !q.wants(&c, names.profile.Zone()) })
	if q.Statistic == byCycle {
		all = byResource(all)
	}
	out := &listFeeRecordsResponse{Records: []feeRecord{}, Count: len(all), Currency: orNull(currency)}
	for _, c := range window(all, q.Offset, q.Limit) {
		out.Records = append(out.Records, q.record(&c, names))
	}
	return out, nil
}

// dates are the two of the request where they count.
func (q *listFeeRecordsRequest) dates() (from, to time.Time, counts bool) {
	if q.From == nil || q.To == nil || q.Statistic == byCycle {
		return time.Time{}, time.Time{}, false
	}
	return *q.From, *q.To, true
}

func (q *listFeeRecordsRequest) check() error {
	from, to, counts := q.dates()
	if counts && (from.Format(layouts[FormatCycle]) != q.Cycle || to.Format(layouts[FormatCycle]) != q.Cycle || to.Before(from)) {
		return parameterError("bill_date_begin %s and bill_date_end %s are not a span within %s", from.Format(time.DateOnly), to.Format(time.DateOnly), q.Cycle)
	}
	return nil
}

// wants judges a charge by its date in the site's zone. What was told late is
// of no date of the cycle.
func (q *listFeeRecordsRequest) wants(c *charges.Charge, zone *time.Location) bool {
	if from, to, counts := q.dates(); counts {
		date := c.At.In(zone).Format(time.DateOnly)
		if date < from.Format(time.DateOnly) || date > to.Format(time.DateOnly) {
			return false
		}
	}
	is := func(wanted, value string) bool { return wanted == "" || wanted == value }
	return is(q.ServiceType, c.Service) && is(q.Region, c.Region) && is(q.ResourceID, c.Resource) && is(q.TradeID, c.OrderID) &&
		is(q.ProjectID, unassignedRecords) && (q.ChargeMode == 0 || q.ChargeMode == c.Mode()) && (q.BillType == 0 || q.BillType == recordBillType(c)) &&
		(q.IncludeZero == nil || *q.IncludeZero || !c.Amount.IsZero())
}

// byResource adds charges of the same kind up, by resource and product. What
// differs between them is left out.
func byResource(all []charges.Charge) []charges.Charge {
	type key struct {
		service, kind, resource, product, region string
		mode, billType                           int
	}
	at := map[key]int{}
	var out []charges.Charge
	for i := range all {
		c := all[i]
		k := key{c.Service, c.Type, c.Resource, c.Product, c.Region, c.Mode(), recordBillType(&c)}
		n, known := at[k]
		if !known {
			at[k] = len(out)
			c.Tenders = slices.Clone(c.Tenders)
			out = append(out, c)
			continue
		}
		sum := &out[n]
		sum.List, sum.Discount, sum.Erase, sum.Amount = sum.List.Add(c.List), sum.Discount.Add(c.Discount), sum.Erase.Add(c.Erase), sum.Amount.Add(c.Amount)
		sum.Tenders = append(sum.Tenders, c.Tenders...)
		if sum.Usage != nil && c.Usage != nil && sum.Usage.Factor == c.Usage.Factor && sum.Usage.Measure == c.Usage.Measure {
			usage := *sum.Usage
			usage.Quantity = usage.Quantity.Add(c.Usage.Quantity)
			sum.Usage = &usage
		} else {
			sum.Usage = nil
		}
	}
	return out
}

// Published kinds of charges.
const (
	recordNew         = 1
	recordRenewal     = 2
	recordChange      = 3
	recordUnsubscribe = 4
	recordUse         = 5
	recordAutoRenewal = 8
	recordFavour      = 9
	recordSurcharge   = 16
	recordChangeBack  = 20
)

func recordBillType(c *charges.Charge) int {
	switch {
	case c.Kind == charges.Adjustment && c.Amount.IsNegative():
		return recordFavour
	case c.Kind == charges.Adjustment:
		return recordSurcharge
	case c.Kind == charges.Refund && c.OrderType == pricing.OrderChange:
		return recordChangeBack
	case c.Kind == charges.Refund:
		return recordUnsubscribe
	case c.Metered:
		return recordUse
	case c.OrderType == pricing.OrderChange:
		return recordChange
	case c.OrderType == pricing.OrderRenew && c.Automatic:
		return recordAutoRenewal
	case c.OrderType == pricing.OrderRenew:
		return recordRenewal
	default:
		return recordNew
	}
}

// recordPeriods are the published numbers of periods; a week has none.
var recordPeriods = map[calendar.PeriodType]string{calendar.OneOff: "5", calendar.Year: "19", calendar.Month: "20", calendar.Day: "24", calendar.Hour: "25"}

func (q *listFeeRecordsRequest) record(c *charges.Charge, names names) feeRecord {
	a, lines := c.Amounts(), q.Statistic == byLine
	row := feeRecord{BillType: recordBillType(c), CustomerID: c.CustomerID, Region: orNull(c.Region), ServiceType: orNull(c.Service), ResourceType: orNull(c.Type),
		ServiceTypeName: names.service(c.Service), ResourceTypeName: names.resource(c.Service, c.Type), ResourceID: orNull(c.Resource), ProductID: orNull(c.Product),
		ProductName: names.product(c.Product, c.At), SKUCode: orNull(c.Spec), ChargeMode: strconv.Itoa(c.Mode()), MeasureID: measureMainUnit,
		Official: *number(a.List), Discount: *number(a.Discount), Amount: *number(a.Amount), Cash: *number(a.Cash), Credit: *number(a.Credit), Coupon: *number(a.Coupon),
		Flexi: *number(a.Flexi), Card: *number(a.Card), Debt: *number(a.Monthly), Adjusted: *number(a.Adjusted)}
	row.ProductSpecDesc = row.ProductName
	if c.Size != nil {
		row.SpecSize, row.SpecSizeMeasureID = number(*c.Size), orNull(c.SizeMeasure)
	}
	if c.Usage != nil {
		row.UsageType, row.Usage, row.UsageMeasureID = orNull(c.Usage.Factor), number(c.Usage.Quantity), orNull(c.Usage.Measure)
	}
	if !lines {
		return row
	}
	date := c.At.In(names.profile.Zone()).Format(time.DateOnly)
	id := recordID(c)
	row.BillDate, row.TradeID, row.ID, row.TradeTime, row.ConsumeTime = &date, &c.OrderID, &id, utc(c.At), utc(c.At)
	if c.Metered && c.Kind == charges.Consumption {
		row.EffectiveTime, row.ExpireTime, row.ConsumeTime = utc(c.From), utc(c.To), utc(c.From)
		return row
	}
	row.OrderID, row.PeriodType = &c.OrderID, orNull(recordPeriods[c.Term.Type])
	if c.Term.Num == 0 || row.PeriodType == nil {
		row.PeriodType = nil
		return row
	}
	row.PeriodNum = number(decimal.NewFromInt(int64(c.Term.Num)))
	return row
}

// recordID names a charge: by its line, of a refund with the order that it
// gives back of, or by its adjustment.
func recordID(c *charges.Charge) string {
	switch c.Kind {
	case charges.Adjustment:
		return c.OrderID + "/" + c.By
	case charges.Refund:
		return c.OrderID + "/" + c.Original + "/" + c.LineID
	default:
		return c.OrderID + "/" + c.LineID
	}
}

func (n names) product(id string, at time.Time) *string {
	product, err := n.prices.ProductByID(id, at)
	if err != nil {
		return nil
	}
	return orNull(n.of(product.Names))
}

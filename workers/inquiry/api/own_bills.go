package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// ownBills are what a customer was charged.
func ownBills() []Operation {
	return []Operation{
		{
			ID: "ShowCustomerMonthlySum", Method: http.MethodGet, Path: "/v2/bills/customer-bills/monthly-sum",
			Summary: "What the caller was charged in a cycle, by cloud service type, or by resource type of one.",
			Right:   access.OwnBills, Handle: with(showMonthlySum),
		},
		{
			ID: "ListCustomerselfResourceRecords", Method: http.MethodGet, Path: "/v2/bills/customer-bills/res-fee-records",
			Summary: "What the caller was charged in a cycle, line by line or by resource.",
			Right:   access.OwnBills, Handle: with(listFeeRecords),
		},
	}
}

// Whose bills a customer asks for: members of an enterprise do not happen here.
type whose struct {
	Method        string `query:"method" enum:"oneself,sub_customer,all" default:"all" doc:"oneself and all: the caller; sub_customer: a member of the caller's enterprise, of which there is none."`
	SubCustomerID string `query:"sub_customer_id" max:"64" doc:"With sub_customer: which member."`
}

func (w *whose) check() error {
	switch {
	case w.Method != "sub_customer":
		return nil
	case w.SubCustomerID == "":
		return missingError("sub_customer_id is mandatory with method sub_customer")
	default:
		return Denied()
	}
}

// What a customer's bill is of, as published.
const (
	ofConsumption = 1
	ofRefunds     = 2
	ofAdjustments = 3
)

// unassigned is what the two lists name the enterprise project of what is in
// none, as all is here.
const (
	unassigned        = "-1"
	unassignedRecords = "null"
)

type showMonthlySumRequest struct {
	Language
	Cycle       string `query:"bill_cycle" format:"cycle" required:"true" doc:"Cycle, in the site's zone."`
	ServiceType string `query:"service_type_code" max:"64" doc:"Only of this cloud service type, and by resource type then."`
	ProjectID   string `query:"enterprise_project_id" max:"64" doc:"Enterprise project: nothing is in one, so that -1 (none) has everything."`
	Page
	whose
}

// showMonthlySumResponse sums all rows, whichever of them the page has. What is
// paid by monthly settlement is owed, so it counts as debt, and adjustments,
// which nothing pays, as written off.
type showMonthlySumResponse struct {
	Count    int            `json:"total_count"`
	Bills    []monthlySum   `json:"bill_sums"`
	Consumed inquiry.Number `json:"consume_amount"`
	tendered
	MeasureID int     `json:"measure_id"`
	Currency  *string `json:"currency"`
}

// tendered are the parts of a consumed amount.
type tendered struct {
	Debt     inquiry.Number `json:"debt_amount"`
	Coupon   inquiry.Number `json:"coupon_amount"`
	Flexi    inquiry.Number `json:"flexipurchase_coupon_amount"`
	Card     inquiry.Number `json:"stored_value_card_amount"`
	Cash     inquiry.Number `json:"cash_amount"`
	Credit   inquiry.Number `json:"credit_amount"`
	WriteOff inquiry.Number `json:"writeoff_amount"`
}

func tenderedOf(a charges.Amounts) tendered {
	return tendered{Debt: *number(a.Monthly), Coupon: *number(a.Coupon), Flexi: *number(a.Flexi), Card: *number(a.Card), Cash: *number(a.Cash),
		Credit: *number(a.Credit), WriteOff: *number(a.Adjusted)}
}

// A monthlySum is what was charged for a type: official amount - discount -
// truncated = consumed, the sum of its parts.
type monthlySum struct {
	Cycle            string         `json:"bill_cycle"`
	ResourceType     *string        `json:"resource_type_code"`
	ServiceType      *string        `json:"service_type_code"`
	ServiceTypeName  *string        `json:"service_type_name"`
	ResourceTypeName *string        `json:"resource_type_name"`
	ChargingMode     int            `json:"charging_mode"`
	Official         inquiry.Number `json:"official_amount"`
	Discount         inquiry.Number `json:"official_discount_amount"`
	Truncated        inquiry.Number `json:"truncated_amount"`
	Consumed         inquiry.Number `json:"consume_amount"`
	tendered
	MeasureID   int     `json:"measure_id"`
	BillType    int     `json:"bill_type"`
	CustomerID  string  `json:"customer_id"`
	AccountName *string `json:"account_name"`
}

func showMonthlySum(ctx context.Context, call *Call, q *showMonthlySumRequest) (*showMonthlySumResponse, error) {
	all, currency, err := call.ownCharges(ctx, q.Cycle, &q.whose)
	if err != nil {
		return nil, err
	}
	names, err := call.names(ctx, q.Language)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c charges.Charge) bool {
		return q.ServiceType != "" && c.Service != q.ServiceType || q.ProjectID != "" && q.ProjectID != unassigned
	})
	rows := charges.Summed(all, func(c *charges.Charge) charges.Group {
		g := charges.Group{CustomerID: c.CustomerID, Service: c.Service, Mode: c.Mode(), BillType: customerBillType(c)}
		if q.ServiceType != "" {
			g.Type = c.Type
		}
		return g
	})
	out := &showMonthlySumResponse{Count: len(rows), Bills: []monthlySum{}, MeasureID: measureMainUnit, Currency: orNull(currency)}
	var total charges.Amounts
	for _, s := range rows {
		total = total.Plus(s.Amounts)
	}
	out.Consumed, out.tendered = *number(total.Amount), tenderedOf(total)
	for _, s := range window(rows, q.Offset, q.Limit) {
		out.Bills = append(out.Bills, monthlySum{Cycle: q.Cycle, ResourceType: orNull(s.Type), ServiceType: orNull(s.Service), ServiceTypeName: names.service(s.Service),
			ResourceTypeName: names.resource(s.Service, s.Type), ChargingMode: s.Mode, Official: *number(s.List), Discount: *number(s.Discount),
			Truncated: *number(s.Erase), Consumed: *number(s.Amount), tendered: tenderedOf(s.Amounts), MeasureID: measureMainUnit, BillType: s.BillType,
			CustomerID: s.CustomerID})
	}
	return out, nil
}

// ownCharges are those of the caller, whoever the customer bought through.
func (c *Call) ownCharges(ctx context.Context, cycle string, w *whose) ([]charges.Charge, string, error) {
	if c.Caller.CustomerID == "" {
		return nil, "", Denied()
	}
	if err := w.check(); err != nil {
		return nil, "", err
	}
	all, currency, err := c.charges(ctx, cycle, []string{c.Caller.CustomerID}, func(o *decision.Order) bool { return o.CustomerID == c.Caller.CustomerID })
	return all, string(currency), err
}

func customerBillType(c *charges.Charge) int {
	switch c.Kind {
	case charges.Refund:
		return ofRefunds
	case charges.Adjustment:
		return ofAdjustments
	default:
		return ofConsumption
	}
}

package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/charges"
	"github.com/accruald/accruald/workers/money"
)

// bills are what the partner is charged, and what of it its customers consumed.
func bills() []Operation {
	return []Operation{
		{
			ID: "ListPostpaidBillSum", Method: http.MethodGet, Path: "/v2/bills/partner-bills/postpaid-bill-summary",
			Summary: "What the partner's statement of a cycle sums, as it was issued.",
			Right:   access.Statements, Handle: with(showStatement),
		},
		{
			ID: "ListSubcustomerMonthlyBills", Method: http.MethodGet, Path: "/v2/bills/partner-bills/subcustomer-bills/monthly-sum",
			Summary: "What the partner's resale customers consumed in a cycle, by customer and type of resource.",
			Right:   access.CustomerBills, Handle: with(listMonthlyBills),
		},
	}
}

type showStatementRequest struct {
	Cycle string `query:"bill_cycle" format:"cycle" required:"true" doc:"Cycle of the statement, in the site's zone."`
}

// statementResponse: bill amount = consumption + refunds + adjustments, which
// contains the tax; what is due is that, or 0.
type statementResponse struct {
	Cycle       string         `json:"bill_cycle"`
	AmountDue   inquiry.Number `json:"initial_amount_due"`
	Consumption inquiry.Number `json:"consume_amount"`
	Refunds     inquiry.Number `json:"refunds"`
	Adjustments inquiry.Number `json:"adjustments"`
	Tax         inquiry.Number `json:"tax_amount"`
	Currency    *string        `json:"currency"` // null of a cycle in which there was nothing
}

func showStatement(ctx context.Context, call *Call, q *showStatementRequest) (*statementResponse, error) {
	if call.Caller.ResellerID != "" || call.Caller.CustomerID != "" {
		return nil, Denied()
	}
	out := &statementResponse{Cycle: q.Cycle}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		book, err := call.book(rows, p)
		if err != nil {
			return err
		}
		if err := rows.Load(ctx, p, decision.Scope{Kind: decision.ScopeStatements}); err != nil {
			return err
		}
		runs, err := rows.StatementRuns(ctx, p.ID, book.Site.Zone())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(runs.Runs, func(r decision.StatementRun) bool { return string(r.Cycle) == q.Cycle }) {
			return NotAllowed("the statement of %s is not issued: ask for it once the job statement of the next month has run", q.Cycle)
		}
		of := slices.DeleteFunc(p.Statements.All(), func(s *decision.Statement) bool { return string(s.Cycle) != q.Cycle })
		if len(of) > 1 {
			return NotAllowed("the statement of %s is in %d currencies and the answer in one: `accruald report statement` has all", q.Cycle, len(of))
		}
		for _, s := range of {
			currency := string(s.Currency)
			out.AmountDue, out.Consumption, out.Refunds, out.Adjustments = *number(s.InitiallyToPay), *number(s.Sums.Consumption), *number(s.Sums.Refunds), *number(s.Sums.Adjustments)
			out.Tax, out.Currency = *number(s.Tax), &currency
		}
		return nil
	})
	return out, err
}

// book is where charges are read from, once they are loaded.
func (c *Call) book(rows *workers.Snapshot, p *decision.Partner) (*charges.Book, error) {
	profile, err := rows.Common.Sites.Get(p.Reference.Site())
	return &charges.Book{Partner: p, Prices: rows.Common.Prices(), Site: profile}, err
}

// charges are what some customers, nil for all, were charged in a cycle, and
// the currency of it.
func (c *Call) charges(ctx context.Context, cycle string, customers []string, takes func(*decision.Order) bool) (out []charges.Charge, currency money.Currency, err error) {
	err = c.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		book, err := c.book(rows, p)
		if err != nil {
			return err
		}
		book.Telling, err = rows.LoadCharges(ctx, p, calendar.Cycle(cycle), book.Site.Zone(), customers)
		if errors.Is(err, workers.ErrTooManyCharges) {
			return NotAllowed("in %s %s, which is more than one answer is made of: ask for one customer", cycle, err)
		}
		if err != nil {
			return err
		}
		if out, err = book.OfCustomers(calendar.Cycle(cycle), takes); err != nil {
			return err
		}
		if currency, err = charges.Unmixed(out); err != nil {
			return NotAllowed("in %s %s, and the answer is in one currency: `accruald charges` has all", cycle, err)
		}
		return nil
	})
	return out, currency, err
}

// Published types of bills of a partner's customers.
const (
	billConsumed   = 0
	billRefunded   = 1
	billWrittenOff = 2
)

type listMonthlyBillsRequest struct {
	Language
	CustomerID  string `query:"customer_id" max:"64" doc:"One customer."`
	Cycle       string `query:"cycle" format:"cycle" required:"true" doc:"Cycle, in the site's zone."`
	ServiceType string `query:"cloud_service_type" max:"256" doc:"Only of this cloud service type."`
	ChargeMode  int    `query:"charge_mode" enum:"1,3,11" required:"true" doc:"1 by the period, 3 by use; 11, savings plans, do not happen here."`
	Offset      int    `query:"offset" default:"0" min:"0" max:"2147483647" doc:"How many rows are passed over."`
	Limit       int    `query:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
	BillType    *int   `query:"bill_type" enum:"0,1,2" doc:"0 consumption, 1 refunds, 2 adjustments in the customer's favour."`
	ResellerID  string `query:"indirect_partner_id" max:"64" doc:"Reseller whose customers are meant."`
}

type listMonthlyBillsResponse struct {
	Bills    []monthlyBill `json:"bill_sums"`
	Count    int           `json:"count"`
	Currency *string       `json:"currency"`
}

// A monthlyBill sums what a customer was charged for a type of resource. The
// amounts that are null are told of consumption only.
type monthlyBill struct {
	CustomerID       string          `json:"customer_id"`
	ServiceType      *string         `json:"cloud_service_type"`
	ServiceTypeName  *string         `json:"cloud_service_type_name"`
	BillType         string          `json:"bill_type"`
	ChargeMode       string          `json:"charge_mode"`
	Amount           inquiry.Number  `json:"amount"`
	Debt             *inquiry.Number `json:"debt_amount"`
	Adjusted         *inquiry.Number `json:"adjustment_amount"`
	Discount         *inquiry.Number `json:"discount_amount"`
	MeasureID        int             `json:"measure_id"`
	Accounts         []accountDetail `json:"account_details"`
	ResourceType     *string         `json:"resource_type_code"`
	ResourceTypeName *string         `json:"resource_type_name"`
}

// An accountDetail is what was paid from one kind of balance.
type accountDetail struct {
	BalanceType string         `json:"balance_type"`
	Amount      inquiry.Number `json:"amount"`
	BillType    string         `json:"bill_type"`
}

// listMonthlyBills sums what the partner's statement of the cycle tells, but
// for what changed of lines after it was issued, which is nobody's.
func listMonthlyBills(ctx context.Context, call *Call, q *listMonthlyBillsRequest) (*listMonthlyBillsResponse, error) {
	p, err := call.Partner(ctx)
	if err != nil {
		return nil, err
	}
	within, err := call.scope(p, q.CustomerID, q.ResellerID)
	if err != nil {
		return nil, err
	}
	all, currency, err := call.charges(ctx, q.Cycle, within.customers, func(o *decision.Order) bool {
		return charges.Resale(o) && within.has(o.CustomerID, o.IndirectPartnerID)
	})
	if err != nil {
		return nil, err
	}
	names, err := call.names(ctx, q.Language)
	if err != nil {
		return nil, err
	}
	rows := charges.Summed(all, func(c *charges.Charge) charges.Group {
		return charges.Group{CustomerID: c.CustomerID, Service: c.Service, Type: c.Type, Mode: paidMode(c), BillType: partnerBillType(c)}
	})
	rows = slices.DeleteFunc(rows, func(s charges.Sum) bool {
		return s.Mode != q.ChargeMode || q.ServiceType != "" && q.ServiceType != s.Service || q.BillType != nil && *q.BillType != s.BillType
	})
	out := &listMonthlyBillsResponse{Bills: []monthlyBill{}, Count: len(rows), Currency: orNull(string(currency))}
	for _, s := range window(rows, q.Offset, q.Limit) {
		out.Bills = append(out.Bills, monthlyBillOf(s, names))
	}
	return out, nil
}

// paidMode counts a reserved instance, which a partner's list does not know,
// as paid by the period, as it is.
func paidMode(c *charges.Charge) int {
	if mode := c.Mode(); mode != charges.ModeReserved {
		return mode
	}
	return charges.ModePeriod
}

// partnerBillType numbers an adjustment in the customer's favour as written
// off, whose amounts are negative, and one against it as consumption.
func partnerBillType(c *charges.Charge) int {
	switch {
	case c.Kind == charges.Refund:
		return billRefunded
	case c.Kind == charges.Adjustment && c.Amount.IsNegative():
		return billWrittenOff
	default:
		return billConsumed
	}
}

func monthlyBillOf(s charges.Sum, names names) monthlyBill {
	row := monthlyBill{CustomerID: s.CustomerID, ServiceType: orNull(s.Service), ServiceTypeName: names.service(s.Service), BillType: strconv.Itoa(s.BillType),
		ChargeMode: strconv.Itoa(s.Mode), Amount: *number(s.Amount), MeasureID: measureMainUnit, Accounts: []accountDetail{},
		ResourceType: orNull(s.Type), ResourceTypeName: names.resource(s.Service, s.Type)}
	if s.BillType == billConsumed {
		row.Debt, row.Adjusted, row.Discount = number(s.Monthly), number(s.Adjusted), number(s.Discount)
	}
	for _, balance := range []struct {
		name   string
		amount decimal.Decimal
	}{
		{"BALANCE_TYPE_DEBIT", s.Cash}, {"BALANCE_TYPE_CREDIT", s.Credit}, {"BALANCE_TYPE_COUPON", s.Coupon},
		{"BALANCE_TYPE_RCASH_COUPON", s.Flexi}, {"BALANCE_TYPE_STORED_VALUE_CARD", s.Card},
	} {
		if !balance.amount.IsZero() {
			row.Accounts = append(row.Accounts, accountDetail{balance.name, *number(balance.amount), row.BillType})
		}
	}
	return row
}

package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/account"
)

// incentives are what the published API does not have: what the partner
// earned, what of it is frozen and why, and how an order's figures came about.
func incentives() []Operation {
	return []Operation{
		{
			ID: "ListIncentiveBills", Method: http.MethodGet, Path: "/v2/partners/incentive-bills",
			Summary: "Incentive bills: what is frozen, payable, requested and paid out of each, what can be applied for, and what stands against it.",
			Right:   access.Incentives, Handle: with(listIncentiveBills),
		},
		{
			ID: "ShowIncentiveBill", Method: http.MethodGet, Path: "/v2/partners/incentive-bills/{bill_id}",
			Summary: "One incentive bill.",
			Right:   access.Incentives, Handle: with(showIncentiveBill),
		},
		{
			ID: "ListIncentiveBillDetails", Method: http.MethodGet, Path: "/v2/partners/incentive-bills/{bill_id}/details",
			Summary: "The details of an incentive bill, with what is frozen of each, why, and by which hold.",
			Right:   access.Incentives, Handle: with(listIncentiveBillDetails),
		},
		{
			ID: "ListIncentiveHolds", Method: http.MethodGet, Path: "/v2/partners/incentive-holds",
			Summary: "What freezes incentives: the reason of each hold, what it covers and how much it freezes.",
			Right:   access.Incentives, Handle: with(listIncentiveHolds),
		},
		{
			ID: "ExplainOrder", Method: http.MethodGet, Path: "/v2/partners/orders/{order_id}/explanation",
			Summary: "How an order came to its price, step by step, and what it earned.",
			Right:   access.Performance, Handle: with(explainOrder),
		},
	}
}

type listIncentiveBillsRequest struct {
	Cycle       string `query:"cycle" format:"cycle" doc:"Only of the period that ends with this month."`
	State       string `query:"state" enum:"estimated,pending_confirmation,disputed,issuing,issued,expired" doc:"Only in this state."`
	Association string `query:"association" enum:"resale,referral" doc:"Only of this association."`
	PolicyID    string `query:"policy_id" max:"64" doc:"Only of this policy."`
	Page
}

type incentiveBillsResponse struct {
	IncentiveBills []account.Bill `json:"incentive_bills"`
	TotalCount     int            `json:"total_count"`
}

func listIncentiveBills(ctx context.Context, call *Call, request *listIncentiveBillsRequest) (*incentiveBillsResponse, error) {
	out := &incentiveBillsResponse{IncentiveBills: []account.Bill{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.LoadRows(ctx, p, workers.BillRows); err != nil {
			return err
		}
		bills := slices.DeleteFunc(p.Bills.All(), func(b *decision.Bill) bool {
			return request.Cycle != "" && request.Cycle != string(b.Cycle) || request.State != "" && request.State != string(b.State) ||
				request.Association != "" && request.Association != b.Association || request.PolicyID != "" && request.PolicyID != b.PolicyID
		})
		slices.SortFunc(bills, func(a, b *decision.Bill) int {
			return cmp.Or(cmp.Compare(b.Cycle, a.Cycle), cmp.Compare(a.PolicyID, b.PolicyID), cmp.Compare(a.ID, b.ID))
		})
		out.TotalCount = len(bills)
		for _, b := range window(bills, request.Offset, request.Limit) {
			told, err := account.BillOf(p, b, call.judge(ctx, rows, p))
			if err != nil {
				return err
			}
			out.IncentiveBills = append(out.IncentiveBills, *told)
		}
		return nil
	})
	return out, err
}

// judge asks what a payment request that comes now would be judged by.
func (c *Call) judge(ctx context.Context, rows *workers.Snapshot, p *decision.Partner) account.Judge {
	return func(b *decision.Bill) (decimal.Decimal, []string, error) { return rows.Applicable(ctx, p, b, c.At) }
}

type showIncentiveBillRequest struct {
	BillID string `path:"bill_id" max:"64" doc:"The bill."`
}

func showIncentiveBill(ctx context.Context, call *Call, request *showIncentiveBillRequest) (out *account.Bill, err error) {
	err = call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.LoadRows(ctx, p, workers.BillRows); err != nil {
			return err
		}
		bill := p.Bills.Get(request.BillID)
		if bill == nil {
			return Denied()
		}
		out, err = account.BillOf(p, bill, call.judge(ctx, rows, p))
		return err
	})
	return out, err
}

type listIncentiveBillDetailsRequest struct {
	showIncentiveBillRequest
	Page
}

type incentiveBillDetailsResponse struct {
	Details    []account.Detail `json:"details"`
	TotalCount int              `json:"total_count"`
}

func listIncentiveBillDetails(ctx context.Context, call *Call, request *listIncentiveBillDetailsRequest) (*incentiveBillDetailsResponse, error) {
	out := &incentiveBillDetailsResponse{}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.Load(ctx, p, decision.Scope{Kind: decision.ScopeBill, ID: request.BillID}); err != nil {
			return err
		}
		bill := p.Bills.Get(request.BillID)
		if bill == nil {
			return Denied()
		}
		details, err := rows.DetailsOfBill(ctx, p.ID, bill.ID, request.Offset, request.Limit)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(details, func(d *decision.Detail) bool { return len(d.Holds) > 0 }) {
			if err := rows.LoadHolds(ctx, p); err != nil {
				return err
			}
		}
		out.Details, out.TotalCount = account.DetailsOf(p, details), bill.Details
		return nil
	})
	return out, err
}

type listIncentiveHoldsRequest struct {
	State string `query:"state" default:"open" enum:"open,all" doc:"Open holds, or those that are closed as well."`
	Page
}

type incentiveHoldsResponse struct {
	Holds      []account.Freeze `json:"holds"`
	TotalCount int              `json:"total_count"`
}

func listIncentiveHolds(ctx context.Context, call *Call, request *listIncentiveHoldsRequest) (*incentiveHoldsResponse, error) {
	out := &incentiveHoldsResponse{}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.LoadRows(ctx, p, workers.HoldRows, workers.CoveredDetailRows); err != nil {
			return err
		}
		holds := slices.DeleteFunc(p.Holds.All(), func(h *decision.Hold) bool { return request.State == "open" && !h.Open })
		out.TotalCount = len(holds)
		out.Holds = account.FreezesOf(p, window(holds, request.Offset, request.Limit))
		return nil
	})
	return out, err
}

type explainOrderRequest struct {
	OrderID string `path:"order_id" max:"64" doc:"The order."`
}

// explainOrder tells account managers and supervisors of the orders of their
// customers, and not which bill of the partner they count in. What was earned on
// a customer stays to be seen when the customer has left.
func explainOrder(ctx context.Context, call *Call, request *explainOrderRequest) (out *account.Explanation, err error) {
	err = call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.Load(ctx, p, decision.ScopeOfOrder(request.OrderID)); err != nil {
			return err
		}
		order := p.Orders.Get(request.OrderID)
		if order == nil || !call.knows(p, order.CustomerID) {
			return Denied()
		}
		if out, err = account.Explain(p, rows.Common, order.ID); err != nil {
			return err
		}
		if !call.proof.Caller.May(access.Incentives) { // by any of its roles
			out.Partial()
		}
		return nil
	})
	return out, err
}

package workers

import (
	"context"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/reconciliation"
)

// rows compares every table of rows that has amounts or that something else
// rests on. Bills first: details are compared with them.
func (c *comparing) rows(ctx context.Context) error {
	b := newBook(c)
	if err := c.readSums(ctx); err != nil {
		return err
	}
	for _, compare := range []func(context.Context) error{
		b.lateReferences, b.moves, b.bills, b.orders, b.details, b.requests, b.repayments, b.adjustments, b.holds, b.debts, b.invoices, b.coupons, b.quotas, b.usages, b.others,
	} {
		if err := compare(ctx); err != nil {
			return err
		}
	}
	c.covers(reconciliation.RowDiffers, reconciliation.RowUnreadable, reconciliation.AmountsDiffer, reconciliation.LedgerDiffers, reconciliation.LedgerWithoutRow)
	if err := b.end(ctx); err != nil {
		return err
	}
	c.effects.end()
	return nil
}

func (b *book) orders(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Order]{table: "customer_order", query: db.ReconcileOrders,
		columns: func(o *decision.Order) []string { return []string{o.CustomerID, o.State} },
		fact:    decision.FactOrder, ledger: decision.LedgerOfOrder, also: b.order})
}

func (b *book) details(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Detail]{table: "incentive_detail", query: db.ReconcileDetails,
		columns: func(d *decision.Detail) []string {
			return []string{d.BillID, d.OrderID, d.Reverses, string(d.Currency), d.Amount.String(), d.Frozen.String()}
		},
		fact: decision.FactDetail, ledger: plain(decision.LedgerOfDetail), also: b.detail,
		cycle: func(d *decision.Detail) string { return string(d.Cycle) }})
}

// plain makes a view that cannot fail one that could.
func plain[R any](of func(*R) decision.LedgerView) func(*R) (decision.LedgerView, error) {
	return func(r *R) (decision.LedgerView, error) { return of(r), nil }
}

func (b *book) bills(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Bill]{table: "incentive_bill", query: db.ReconcileBills,
		columns: func(r *decision.Bill) []string {
			a := r.Amounts
			return []string{string(r.Cycle), r.PolicyID, r.Association, string(r.Currency), string(r.State), a.Total.String(), a.Frozen.String(),
				a.Payable.String(), a.Requested.String(), a.PaidOut.String(), a.Expired.String(), a.Offset.String()}
		},
		fact: decision.FactBill, ledger: plain(decision.LedgerOfBill), also: b.bill,
		cycle: func(r *decision.Bill) string { return string(r.Cycle) }})
}

func (b *book) requests(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Request]{table: "payment_request", query: db.ReconcileRequests,
		columns: func(r *decision.Request) []string {
			return []string{string(r.State), string(r.Currency), r.Amount.String(), r.Payout.String()}
		},
		fact: decision.FactRequest, ledger: decision.LedgerOfRequest, also: b.request})
}

func (b *book) repayments(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Repayment]{table: "repayment", query: db.ReconcileRepayments,
		columns: func(r *decision.Repayment) []string { return []string{string(r.Currency), r.Amount.String()} },
		fact:    decision.FactRepayment, ledger: plain(decision.LedgerOfRepayment), also: b.repayment})
}

func (b *book) adjustments(ctx context.Context) error {
	return compareTable(ctx, b.comparing, rowView[decision.Adjustment]{table: "adjustment", query: db.ReconcileAdjustments,
		columns: func(r *decision.Adjustment) []string {
			return []string{r.BillID, r.OrderID, string(r.Currency), r.Amount.String()}
		},
		fact: decision.FactAdjustment, ledger: plain(decision.LedgerOfAdjustment), also: b.adjustment})
}

func (b *book) holds(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	return compareTable(ctx, b.comparing, rowView[decision.Hold]{table: "hold", query: db.ReconcileHolds,
		columns: func(r *decision.Hold) []string {
			return []string{r.Reason, strconv.FormatBool(r.Open), r.OrderID, string(r.Currency), r.Amount.String()}
		}, also: b.hold})
}

func (b *book) debts(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	return compareTable(ctx, b.comparing, rowView[decision.Debt]{table: "debt", query: db.ReconcileDebts,
		columns: func(r *decision.Debt) []string {
			return []string{r.CustomerID, string(r.Cycle), string(r.Currency), r.Credit.String(), r.Refunded.String(), r.Repaid.String()}
		}, also: b.debt})
}

func (b *book) invoices(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	return compareTable(ctx, b.comparing, rowView[decision.Invoice]{table: "invoice", query: db.ReconcileInvoices,
		columns: func(r *decision.Invoice) []string {
			return []string{string(r.State), r.RequestID, strings.Join(r.OrderIDs, ","), string(r.Currency), r.Amount.String()}
		}, also: b.invoice})
}

func (b *book) coupons(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	return compareTable(ctx, b.comparing, rowView[decision.Coupon]{table: "coupon", query: db.ReconcileCoupons,
		columns: func(r *decision.Coupon) []string {
			return append([]string{r.QuotaID, r.CustomerID, string(r.Currency), string(r.State)},
				texts(r.FaceValue, r.Balance(), r.Spent, r.Forfeited, r.GivenBack)...)
		}, also: b.coupon})
}

func (b *book) quotas(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	return compareTable(ctx, b.comparing, rowView[decision.Quota]{table: "coupon_quota", query: db.ReconcileQuotas,
		columns: func(r *decision.Quota) []string {
			return append([]string{string(r.Currency), string(r.State)}, texts(r.Amount, r.Balance(), r.Issued, r.GivenBack)...)
		}, also: b.quota})
}

// usages come by resource, so that what overlaps stands side by side.
func (b *book) usages(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	w := usageWalk{book: b}
	if err := compareTable(ctx, b.comparing, rowView[decision.Usage]{table: "usage", query: db.ReconcileUsages,
		columns: func(r *decision.Usage) []string {
			return []string{r.Use.ResourceID, r.WindowID, r.TierID, strconv.FormatBool(r.Refused)}
		}, also: w.take}); err != nil {
		return err
	}
	w.resource("")
	b.covers(reconciliation.UsageTwoCustomers, reconciliation.UsageOverlap)
	return nil
}

// others are rows that nothing else here is compared with.
func (b *book) others(ctx context.Context) error {
	if !b.whole {
		return nil
	}
	if err := compareTable(ctx, b.comparing, rowView[decision.OwedInvoice]{table: "owed_invoice", query: db.ReconcileOwedInvoices,
		columns: func(r *decision.OwedInvoice) []string {
			return []string{r.TaxRate.String(), string(r.Currency), r.Amount.String()}
		}}); err != nil {
		return err
	}
	if err := compareTable(ctx, b.comparing, rowView[decision.Statement]{table: "statement", query: db.ReconcileStatements,
		columns: func(r *decision.Statement) []string {
			return append([]string{string(r.Cycle), string(r.Currency)}, texts(r.Amount, r.InitiallyToPay)...)
		}}); err != nil {
		return err
	}
	return compareTable(ctx, b.comparing, rowView[decision.Resource]{table: "resource", query: db.ReconcileResources,
		columns: func(r *decision.Resource) []string { return []string{r.CustomerID, r.State} }})
}

func texts(amounts ...decimal.Decimal) []string {
	out := make([]string, len(amounts))
	for i, a := range amounts {
		out[i] = a.String()
	}
	return out
}

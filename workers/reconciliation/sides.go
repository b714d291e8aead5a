package reconciliation

import (
	"slices"
	"strings"
)

// Rows names rows that findings rest on: a table, or those of a table that belong to something. Whoever keeps findings
// reads them, of those findings alone.
type Rows string

// Rows that are not named as their table.
const (
	RowsNamed         Rows = "" // of the table that the finding's key "table" names
	RowsInputsOfRow   Rows = "input of row"
	RowsOfInput       Rows = "row of input"
	RowsDecisions     Rows = "input of partner"
	RowsPostings      Rows = "posting around"
	RowsPostingsInput Rows = "posting of input"
	RowsPostingsFact  Rows = "posting of fact"
	RowsPostingsBill  Rows = "posting of bill"
	RowsDetailsOrder  Rows = "incentive_detail of order"
	RowsDetailsBill   Rows = "incentive_detail of bill"
	RowsDetailsHold   Rows = "incentive_detail of hold"
	RowsBillOfDetail  Rows = "incentive_bill of detail"
	RowsBillsNetted   Rows = "incentive_bill of association"
	RowsHoldsOfDetail Rows = "hold of detail"
	RowsDebtsIn       Rows = "debt of currency"
	RowsRepaymentsIn  Rows = "repayment of currency"
	RowsRequestsBill  Rows = "payment_request of bill"
	RowsRequestOf     Rows = "payment_request of invoice"
	RowsRequestsOf    Rows = "payment_request of association"
	RowsInvoicesOf    Rows = "invoice of request"
	RowsOrdersCoupon  Rows = "customer_order of coupon"
	RowsCouponsQuota  Rows = "coupon of quota"
	RowsUsagesOf      Rows = "usage of resource"
	RowsOutboxAround  Rows = "outbox around"
	RowsOutboxWaiting Rows = "outbox of partition"
)

// Source is the table that rows stand in.
func (r Rows) Source() string {
	for _, relation := range []string{" of ", " around"} {
		if table, _, is := strings.Cut(string(r), relation); is {
			return table
		}
	}
	return string(r)
}

// A Side is rows that a finding rests on. Keys are those of the finding's keys that the rows are looked for by, in order.
type Side struct {
	Rows Rows
	Keys []string
}

func side(rows Rows, keys ...string) Side { return Side{rows, keys} }

// sides are what the findings of each kind rest on. Kinds that are not here bring all of their rows: their comparison has
// them at hand.
var sides = map[Kind][]Side{
	EventLost:           {side("inbox_key", "input_no"), side("input", "input_no"), side(RowsPostingsInput, "input_no"), side("partner", "input_no")},
	EventAltered:        {side("inbox_key", "input_no"), side("input", "input_no")},
	EventUnknown:        {side("inbox_key", "input_no"), side("input", "input_no"), side("partner", "input_no")},
	EventWithoutEffect:  {side("input", "input_no"), side(RowsOfInput, "input_no")},
	EffectWithoutEvent:  {side(RowsInputsOfRow, "id"), side(RowsNamed, "id")},
	PaymentMissing:      {side(RowsInputsOfRow, "id"), side(RowsNamed, "id")},
	DecisionLost:        {side("partner", "counter"), side(RowsDecisions, "counter")},
	PostingLost:         {side("partner", "posting_no"), side(RowsPostings, "posting_no")},
	PostingAltered:      {side("partner", "posting_no"), side(RowsPostings, "posting_no")},
	PostingWithoutEvent: {side("inbox_key", "input_no"), side("input", "input_no"), side(RowsPostingsInput, "input_no")},
	PostingUnbalanced:   {side("input", "input_no"), side(RowsPostingsInput, "input_no")},
	LedgerDiffers:       {side(RowsPostingsFact, "fact")},
	LedgerWithoutRow:    {side(RowsPostingsFact, "fact")},
	BillBalance:         {side("incentive_bill", "bill_id"), side(RowsPostingsBill, "bill_id")},
	BillIdentity:        {side("incentive_bill", "bill_id"), side(RowsPostingsBill, "bill_id")},
	OffsetUnbalanced:    {side(RowsBillsNetted, "association"), side(RowsRequestsOf, "association")},
	AmountsDiffer:       {side(RowsNamed, "id")},

	DetailMissing:     {side("customer_order", "order_id"), side(RowsDetailsOrder, "order_id")},
	DetailWithoutBill: {side(RowsBillOfDetail, "detail_id"), side("incentive_detail", "detail_id")},
	DetailWrongBill:   {side(RowsBillOfDetail, "detail_id"), side("incentive_detail", "detail_id")},
	BillKey:           {side(RowsDetailsBill, "bill_id"), side("incentive_bill", "bill_id")},
	DetailDuplicate:   {side("customer_order", "order_id")},
	BillTotal:         {side(RowsDetailsBill, "bill_id"), side("incentive_bill", "bill_id")},
	DetailFrozen:      {side(RowsHoldsOfDetail, "detail_id"), side("incentive_detail", "detail_id")},
	HoldAmount:        {side(RowsDetailsHold, "hold_id"), side("hold", "hold_id")},
	HoldMissing:       {side(RowsDetailsHold, "hold_id"), side("hold", "hold_id")},
	BillFrozen:        {side(RowsDetailsBill, "bill_id"), side("incentive_bill", "bill_id")},

	DebtDiffers:           {side("customer_order", "order_id"), side("debt", "order_id")},
	RepaymentOverused:     {side(RowsRepaymentsIn, "currency"), side(RowsDebtsIn, "currency")},
	RequestBills:          {side(RowsRequestsBill, "bill_id"), side("incentive_bill", "bill_id")},
	RequestCover:          {side("payment_request", "request_id"), side(RowsInvoicesOf, "request_id")},
	PaidInvoiceReturned:   {side("payment_request", "request_id"), side(RowsInvoicesOf, "request_id")},
	InvoiceWithoutRequest: {side(RowsRequestOf, "invoice_id"), side("invoice", "invoice_id")},

	OutboxGap:     {side(RowsOutboxAround, "partition", "no")},
	OutboxUnknown: {side(RowsOutboxAround, "partition", "no")},
	OutboxStuck:   {side(RowsOutboxWaiting, "partition")},

	CouponOverdrawn:   {side("coupon", "coupon_id"), side(RowsOrdersCoupon, "coupon_id")},
	CouponFace:        {side("coupon", "coupon_id"), side(RowsOrdersCoupon, "coupon_id")},
	CouponSpent:       {side(RowsOrdersCoupon, "coupon_id"), side("coupon", "coupon_id")},
	QuotaOverdrawn:    {side("coupon_quota", "quota_id"), side(RowsCouponsQuota, "quota_id")},
	QuotaFace:         {side("coupon_quota", "quota_id"), side(RowsCouponsQuota, "quota_id")},
	QuotaCoupons:      {side(RowsCouponsQuota, "quota_id"), side("coupon_quota", "quota_id")},
	UsageTwoCustomers: {side("resource", "resource_id"), side(RowsUsagesOf, "resource_id")},
	UsageOverlap:      {side("usage", "usage_id")},
	FiveDayOrder:      {side(RowsInputsOfRow, "order_id")},
}

// ownRows are the kinds whose comparison brings the rows of both sides, or of one of them beside those above.
var ownRows = []Kind{LedgerDiffers, LedgerWithoutRow, RowDiffers, RowUnreadable, AmountsDiffer, DetailDuplicate, UsageOverlap, LateReference, FiveDayOrder, FirstOrderOrder, CustomerWithoutPartner,
	OutboxGap, OutboxUnknown, OutboxStuck, ReplayInput, ReplayDecision, ReplayPosting, ReplayBalance, ReplayDigest,
	MissingInStatement, MissingInBooks, AmountDiffers, CurrencyDiffers, CycleDiffers, CustomerDiffers, BillTypeDiffers, DuplicateLine}

// A RowsAt are the rows of one side of one finding: what they are and the key to look for them by.
type RowsAt struct {
	Rows Rows
	Key  string
}

// RowsOf lists what a finding rests on beyond the rows that it has: its sides, and rows that it names without a text.
func (f *Finding) RowsOf() (list []RowsAt) {
	for _, row := range f.Evidence {
		if row.Text == "" {
			list = append(list, RowsAt{Rows(row.Source), row.ID})
		}
	}
	for _, s := range sides[f.Kind] {
		values := make([]string, len(s.Keys))
		for i, name := range s.Keys {
			values[i] = f.Key(name)
		}
		rows := s.Rows
		if rows == RowsNamed {
			rows = Rows(f.Key("table"))
		}
		list = append(list, RowsAt{rows, strings.Join(values, "/")})
	}
	return list
}

// TakeRows gives a finding the rows that were read of one side, of total ones. What it has already it keeps once, and
// where there is none it says so.
func (f *Finding) TakeRows(at RowsAt, rows []Row, total int64) {
	source := at.Rows.Source()
	f.Evidence = slices.DeleteFunc(f.Evidence, func(r Row) bool { return r.Text == "" && r.Source == source && r.ID == at.Key })
	if len(rows) == 0 {
		f.Evidence = append(f.Evidence, Row{Source: source, ID: at.Key, Text: "none"})
	}
	for _, row := range rows {
		row.Source = source
		if !slices.ContainsFunc(f.Evidence, func(r Row) bool { return r.Source == source && r.ID == row.ID }) {
			f.Evidence = append(f.Evidence, row)
		}
	}
	if more := total - int64(len(rows)); more > 0 {
		f.Evidence = append(f.Evidence, moreRows(source, more))
	}
}

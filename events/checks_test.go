package events_test

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

var checksAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// refusedData is data that decoding must refuse with code at pointer.
type refusedData struct {
	data          events.Data
	code, pointer string
}

func runRefused(t *testing.T, cases map[string]refusedData) {
	t.Helper()
	env := events.Envelope{ID: "e", Source: events.Source, Subject: "s", PartitionKey: "P100", Time: checksAt}
	for name, c := range cases {
		_, err := events.New(env, c.data)
		var why *events.Rejection
		if !errors.As(err, &why) || why.Code != c.code || why.Pointer != c.pointer {
			t.Errorf("%s: %v, want %s at %q", name, err, c.code, c.pointer)
		}
	}
}

// Rules between fields of types that the tables of bad documents do not spoil.
func TestFieldsOfReferenceDataThatRestrictEachOther(t *testing.T) {
	t.Parallel()
	at := checksAt
	later := at.AddDate(1, 0, 0)
	one, two := decimal.New(1, 0), decimal.New(2, 0)
	enrolled := events.PartnerEnrolled{PartnerID: "P100", Site: "cn", Level: "gold", Tier: 1, EffectiveTime: at}
	tierTwo, tierOne := enrolled, enrolled
	tierTwo.Tier, tierOne.IndirectPartnerID = 2, "R1"
	discount := events.DiscountGranted{
		DiscountID: "D1", PartnerID: "P100", GrantedBy: "vendor", DiscountType: 605, DiscountName: "n", Mode: "ratio",
		Value: one, EffectiveTime: at, ExpireTime: later,
	}
	above, foreign, expired := discount, discount, discount
	above.Value, foreign.Mode, expired.ExpireTime = two, "amount_off", at
	coupon := events.CouponIssued{
		CouponID: "CP1", PartnerID: "P100", CustomerID: "C200", CouponType: 1, CouponVersion: 1, FaceValue: &two,
		Currency: "CNY", ValidTime: at, ExpireTime: later,
	}
	both, noFace, dead := coupon, coupon, coupon
	both.Ratio, dead.ExpireTime = &one, at
	noFace.FaceValue, noFace.Ratio = nil, &one
	runRefused(t, map[string]refusedData{
		"tier 2 without reseller": {&tierTwo, "field_missing", "/data/indirect_partner_id"},
		"tier 1 with reseller":    {&tierOne, "fields_conflict", "/data/indirect_partner_id"},
		"ratio above 1":           {&above, "amount_out_of_range", "/data/value"},
		"amount without currency": {&foreign, "currency_missing", "/data/currency"},
		"discount expires first":  {&expired, "window_invalid", "/data/expire_time"},
		"face value and ratio":    {&both, "fields_conflict", "/data/face_value"},
		"cash coupon by ratio":    {&noFace, "field_missing", "/data/face_value"},
		"coupon expires first":    {&dead, "window_invalid", "/data/expire_time"},
		"move from itself": {&events.CustomerAssociated{
			CustomerID: "C200", PartnerID: "P100", PreviousPartnerID: "P100", Association: "resale", Settlement: "credit",
			EffectiveTime: at,
		}, "fields_conflict", "/data/previous_partner_id"},
	})
}

func TestFieldsOfOrdersThatRestrictEachOther(t *testing.T) {
	t.Parallel()
	month, one := events.PeriodMonth, decimal.New(1, 0)
	runRefused(t, map[string]refusedData{
		"no new specification": {&events.OrderSpecChanged{
			OrderID: "O1", PartnerID: "P100", CustomerID: "C200", ResourceID: "vm-1", Apply: "now",
		}, "field_missing", "/data/new/resource_spec"},
		"price adjustment of nothing": {&events.OrderPriceAdjusted{OrderID: "O1", PartnerID: "P100", DiscountID: "D1"},
			"fields_conflict", "/data/amount_off"},
		"price adjustment of a line twice": {&events.OrderPriceAdjusted{
			OrderID: "O1", PartnerID: "P100", DiscountID: "D1", Lines: []events.LineAmountOff{{LineID: "1"}, {LineID: "1"}},
		}, "duplicate_line", "/data/lines/1/line_id"},
		"renewal on day 29": {&events.OrderRenewed{
			OrderID: "O1", PartnerID: "P100", CustomerID: "C200", ResourceIDs: []string{"vm-1"}, PeriodType: month,
			PeriodNum: 1, UnifiedDay: 29,
		}, "out_of_range", "/data/unified_day"},
		"period type without number": {&events.ResourceRenewalConfigured{
			PartnerID: "P100", ResourceIDs: []string{"vm-1"}, PeriodType: &month,
		}, "period_invalid", "/data/period_type"},
		"hold of two scopes": {&events.HoldPlaced{HoldID: "H1", Reason: "compliance", OrderID: "O1", BillID: "B1", Actor: "a"},
			"fields_conflict", "/data"},
		"request of nothing": {&events.PaymentRequestSubmitted{PaymentRequestID: "R1", Method: "bank_transfer", Actor: "a"},
			"fields_conflict", "/data/bill_ids"},
		"request of all without currency": {&events.PaymentRequestSubmitted{
			PaymentRequestID: "R1", All: true, Method: "bank_transfer", Actor: "a",
		}, "currency_missing", "/data/currency"},
		"invoice without amount": {&events.InvoiceTriggered{InvoiceID: "I1", Trigger: "apply", Actor: "a"},
			"field_missing", "/data/amount"},
		"invoice without currency": {&events.InvoiceTriggered{InvoiceID: "I1", Trigger: "apply", Actor: "a", Amount: &one},
			"currency_missing", "/data/currency"},
		"adjustment of nothing": {&events.AdjustmentPosted{AdjustmentID: "A1", Amount: one, Currency: "CNY", Reason: "r"},
			"fields_conflict", "/data/bill_id"},
		"adjustment of 0": {&events.AdjustmentPosted{AdjustmentID: "A1", BillID: "B1", Currency: "CNY", Reason: "r"},
			"amount_out_of_range", "/data/amount"},
	})
}

func TestRateBandEnds(t *testing.T) {
	t.Parallel()
	if (events.RateBand{UpToInclusive: new(bool)}).Inclusive() || !(events.RateBand{}).Inclusive() {
		t.Error("the end of a band belongs to it unless the event says otherwise")
	}
}

package sdktest

import (
	"net/http"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
	"github.com/shopspring/decimal"
)

// explanation is what `accruald explain` says of an order.
type explanation struct {
	OrderID    string `json:"order_id"`
	OrderType  int32  `json:"order_type"`
	State      string
	CustomerID string    `json:"customer_id"`
	PlacedAt   time.Time `json:"placed_at"`
	Currency   string
	Price      struct {
		Official decimal.Decimal `json:"official_website_amount"`
		Amount   decimal.Decimal
		Lines    []struct {
			LineID string `json:"line_id"`
			Amount decimal.Decimal
		}
	}
	Candidates []struct {
		DiscountID   string          `json:"discount_id"`
		DiscountType int             `json:"discount_type"`
		Discount     decimal.Decimal `json:"discount_amount"`
		Selectable   bool
	}
	Refund struct {
		Consumed   decimal.Decimal `json:"consumed_amount"`
		Commission decimal.Decimal `json:"commission_amount"`
		Amount     decimal.Decimal `json:"refund_amount"`
		Orders     []struct {
			OrderID string `json:"order_id"`
		}
	}
}

func explain(t *testing.T, d *daemon, orderID string) *explanation {
	t.Helper()
	return decoded[explanation](t, d.command(t, "", "explain", orderID, "--partner", partner, "--json"))
}

func money(f *float64) string { return decimal.NewFromFloat(*f).String() }

// unsubscription is an order of the quarter, of another customer than ours.
const (
	unsubscription = "CS2601100100"
	unsubscriber   = "C103"
)

// TestOrders: pages, filters and amounts of a customer's orders are what
// `accruald explain` says of each.
func TestOrders(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t)
	until := ptr("2026-06-30T00:00:00Z")
	all, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{Limit: ptr(int32(100)), CreateTimeEnd: until, OrderBy: ptr("createTime")})
	if err != nil {
		t.Fatal(err)
	}
	if total := int(*all.TotalCount); total < 10 || len(*all.OrderInfos) != min(total, 100) {
		t.Fatalf("%d orders, %d shown", total, len(*all.OrderInfos))
	}
	last := ""
	for i, o := range *all.OrderInfos {
		if *o.CreateTime < last || *o.CustomerId != customer {
			t.Errorf("order %s of %s at %s stands behind %s", *o.OrderId, *o.CustomerId, *o.CreateTime, last)
		}
		last = *o.CreateTime
		if i%7 > 0 {
			continue // one in seven is compared in full
		}
		want := explain(t, c.daemon, *o.OrderId)
		if *o.OrderType != want.OrderType || *o.CreateTime != want.PlacedAt.UTC().Format("2006-01-02T15:04:05Z") || *o.Currency != want.Currency ||
			*o.Status != map[string]int32{"pending": 4, "settled": 5, "cancelled": 4}[want.State] {
			t.Errorf("%v is explained as %v", o, want)
		}
		if want.OrderType == 4 {
			want.Price.Official, want.Price.Amount = want.Refund.Amount.Neg(), want.Refund.Amount.Neg()
		}
		if money(o.OfficialAmount) != want.Price.Official.String() || money(o.AmountAfterDiscount) != want.Price.Amount.String() {
			t.Errorf("order %s: official %v, amount %v; explained %v", *o.OrderId, *o.OfficialAmount, *o.AmountAfterDiscount, want.Price)
		}
	}
	page, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{Limit: ptr(int32(2)), Offset: ptr(int32(3)), CreateTimeEnd: until, OrderBy: ptr("createTime")})
	if err != nil {
		t.Fatal(err)
	}
	if rows := *page.OrderInfos; *page.TotalCount != *all.TotalCount || len(rows) != 2 || *rows[1].OrderId != *(*all.OrderInfos)[4].OrderId {
		t.Errorf("page %v", page)
	}
	behind, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{Offset: ptr(int32(100_000)), CreateTimeEnd: until})
	if err != nil || *behind.TotalCount != *all.TotalCount || len(*behind.OrderInfos) != 0 {
		t.Errorf("behind the last page: %v, %v", behind, err)
	}
	first := (*all.OrderInfos)[0]
	abroad, err := c.Intl.ListCustomerOrders(&intl.ListCustomerOrdersRequest{OrderId: first.OrderId, Status: ptr(int32(5)), OrderType: ptr("1"),
		ServiceTypeCode: first.ServiceTypeCode})
	if err != nil || *abroad.TotalCount != 1 || *(*abroad.OrderInfos)[0].AmountAfterDiscount != *first.AmountAfterDiscount {
		t.Errorf("international: %v, %v", abroad, err)
	}
}

// TestOrderDetails: lines sum to the order and are those that explain shows.
func TestOrderDetails(t *testing.T) {
	t.Parallel()
	c := ofCustomer(t)
	const order = "CS2601030018"
	got, err := c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: order, XLanguage: ptr("en_US")})
	if err != nil {
		t.Fatal(err)
	}
	want := explain(t, c.daemon, order)
	if lines := *got.OrderLineItems; int(*got.TotalCount) != len(want.Price.Lines) || len(lines) != len(want.Price.Lines) || *got.OrderInfo.OrderId != order ||
		*lines[0].ServiceTypeName != "Elastic Cloud Server" || lines[0].EffectiveTime == nil || *lines[0].PeriodType != 2 {
		t.Fatalf("%v, want %v", got, want)
	}
	sum := decimal.Zero
	for i, line := range *got.OrderLineItems {
		if l := want.Price.Lines[i]; *line.OrderLineItemId != l.LineID || money(line.AmountAfterDiscount) != l.Amount.String() {
			t.Errorf("line %v, want %v", line, l)
		}
		sum = sum.Add(decimal.NewFromFloat(*line.AmountAfterDiscount))
	}
	if sum.String() != money(got.OrderInfo.AmountAfterDiscount) {
		t.Errorf("the lines sum to %s, the order is %s", sum, money(got.OrderInfo.AmountAfterDiscount))
	}
	abroad, err := c.Intl.ShowCustomerOrderDetails(&intl.ShowCustomerOrderDetailsRequest{OrderId: order, Limit: ptr(int32(1)), Offset: ptr(int32(1))})
	if err != nil || len(*abroad.OrderLineItems) != 1 || *(*abroad.OrderLineItems)[0].OrderLineItemId != want.Price.Lines[1].LineID {
		t.Errorf("international: %v, %v", abroad, err)
	}
	for _, foreign := range []string{unsubscription, "CS-nobody"} {
		_, err := c.BSS.ShowCustomerOrderDetails(&model.ShowCustomerOrderDetailsRequest{OrderId: foreign})
		refused(t, "order "+foreign, err, http.StatusForbidden, "CBC.0151")
	}
	listed, err := c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{OrderId: ptr(unsubscription)})
	if err != nil || *listed.TotalCount != 0 {
		t.Errorf("somebody else's order: %v, %v", listed, err)
	}
	_, err = c.BSS.ListCustomerOrders(&model.ListCustomerOrdersRequest{CustomerId: ptr(unsubscriber)})
	refused(t, "somebody else's orders", err, http.StatusForbidden, "CBC.0151")
}

// TestRefunds: what an unsubscription gives back is negative, what it keeps is
// positive, each against the order that paid.
func TestRefunds(t *testing.T) {
	t.Parallel()
	c := ofMain(t)
	got, err := c.BSS.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: unsubscription, CustomerId: ptr(unsubscriber)})
	if err != nil {
		t.Fatal(err)
	}
	want := explain(t, c.daemon, unsubscription)
	back, kept := decimal.Zero, decimal.Zero
	for _, part := range *got.RefundInfos {
		if *part.BaseOrderId != want.Refund.Orders[0].OrderID || part.CustomerId != unsubscriber || part.RegionCode == "" || part.ResourceTypeName == nil {
			t.Errorf("%v, want %v", part, want.Refund)
		}
		if part.Amount.IsNegative() {
			back = back.Add(*part.Amount)
		} else {
			kept = kept.Add(*part.Amount)
		}
	}
	if !back.Equal(want.Refund.Amount.Neg()) || !kept.Equal(want.Refund.Consumed.Add(want.Refund.Commission)) {
		t.Errorf("back %s, kept %s; explained %v", back, kept, want.Refund)
	}
	abroad, err := c.Intl.ShowRefundOrderDetails(&intl.ShowRefundOrderDetailsRequest{OrderId: unsubscription})
	if err != nil || *abroad.TotalCount != *got.TotalCount {
		t.Errorf("international: %v, %v", abroad, err)
	}
	_, err = c.BSS.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: unsubscription, CustomerId: ptr(customer)})
	refused(t, "of another customer", err, http.StatusForbidden, "CBC.0151")
	_, err = c.BSS.ShowRefundOrderDetails(&model.ShowRefundOrderDetailsRequest{OrderId: "CS2601030018"})
	refused(t, "no refund", err, http.StatusBadRequest, "CBC.0100")
}

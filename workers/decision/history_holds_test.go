package decision_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

// milestonesMax is how many milestone contracts a history has; several orders
// may wait for one.
const milestonesMax = 4

// coupons on credit: one for each customer, good for every order.
func (h *history) creditCoupons() {
	from := h.at.AddDate(-1, 0, 0)
	for i := range 4 {
		id := fmt.Sprintf("FX%d", i)
		h.add("coupon/"+id, id, &events.CouponIssued{CouponID: id, PartnerID: "P100", CustomerID: fmt.Sprintf("C%d", i), CouponType: 4, CouponVersion: 2,
			FaceValue: ptr(dec("900000.00")), Currency: "CNY", ValidTime: from, ExpireTime: h.at.AddDate(1, 0, 0), OnCredit: true, CountsForPerformance: true})
	}
}

// milestone pays by a milestone contract now and then.
func (h *history) milestone() string {
	if h.rng.IntN(5) > 0 {
		return ""
	}
	return fmt.Sprintf("MS%d", h.rng.IntN(milestonesMax))
}

// split pays an order of a customer without discounts in part with a flexi
// coupon on credit, which the history knows the price for.
func (h *history) split(customer int, lines []events.OrderLine) []events.Tender {
	if customer < 2 || h.rng.IntN(2) > 0 {
		return nil
	}
	prices := map[string]string{"sPR0": "470.00", "sPR1": "869.00", "sPR2": "33.33"}
	var price decimal.Decimal
	for _, l := range lines {
		units := decimal.NewFromInt(int64(l.PeriodNum * l.SubscriptionNum))
		price = price.Add(dec(prices[l.ResourceSpec]).Mul(units))
	}
	part := dec("200.00")
	rest := []string{events.TenderMonthlySettlement, events.TenderCash}[customer-2]
	return []events.Tender{{Kind: events.TenderFlexiCoupon, CouponID: fmt.Sprintf("FX%d", customer), Amount: part}, {Kind: rest, Amount: price.Sub(part)}}
}

// standing tells of milestones, settled cycles and accounts.
func (h *history) standing() {
	switch h.rng.IntN(6) {
	case 0, 1:
		id := fmt.Sprintf("MS%d", h.rng.IntN(milestonesMax))
		h.add(h.id("delivered/"), id, &events.MilestoneDelivered{MilestoneID: id, PartnerID: "P100"})
	case 2:
		h.add(h.id("settled/"), "P100", &events.CycleSettled{PartnerID: "P100", Cycle: h.at.AddDate(0, -h.rng.IntN(2), 0).Format("2006-01"), Currency: "CNY", SettledAt: h.at})
	case 3:
		id := h.id("OD")
		h.add("overdue/"+id, id, &events.AccountOverdue{OverdueID: id, PartnerID: "P100", CustomerID: "C0", Amount: dec("10.00"), Currency: "CNY", Since: h.at})
		h.late = append(h.late, id)
	default:
		if len(h.late) > 0 {
			id := h.late[0]
			h.late = h.late[1:]
			h.add("cleared/"+id, id, &events.AccountCleared{OverdueID: id, PartnerID: "P100", At: h.at})
		}
	}
}

// hold places a hold of operations over what the scope says.
func (h *history) hold(scope events.HoldPlaced) string {
	id := h.id("H")
	scope.HoldID, scope.Reason, scope.Actor = id, "compliance", "test"
	h.add("hold.placed/"+id, id, &scope)
	return id
}

func (h *history) release(id string) {
	h.add(h.id("hold.released/"), id, &events.HoldReleased{HoldID: id, Actor: "test"})
}

func (h *history) adjust(a events.AdjustmentPosted) string {
	id := h.id("AD")
	a.AdjustmentID, a.Reason = id, "test"
	if a.Currency == "" {
		a.Currency = "CNY"
	}
	h.add("adjustment/"+id, id, &a)
	return id
}

func billOf(cycle, policy, association string) string {
	return events.DeriveID("bill", "P100", cycle, policy, association, "CNY")
}

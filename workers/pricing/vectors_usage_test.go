package pricing

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// wantSettled compares what a usage costs and what is paid and erased of it.
func wantSettled(t *testing.T, cost *UsageCost, got UsageSettlement, official, consumed, erase string) {
	t.Helper()
	wantAmount(t, "cost", cost.Official, official)
	wantAmount(t, "official", got.Official, official)
	wantAmount(t, "consumed", got.Consumed, consumed)
	wantAmount(t, "erase", got.Erase, erase)
}

func vectorUsageTruncated(t *testing.T, v vector) {
	var in struct {
		Price   string `json:"unit_price_per_gb_hour"`
		Size    int64  `json:"size_gb"`
		Seconds int64  `json:"seconds"`
	}
	var want struct {
		Cost  string `json:"unsettled_8dp"`
		Due   string `json:"amount_due"`
		Erase string `json:"erase_amount"`
	}
	v.read(t, &in, &want)
	s := newUsageShop(t)
	u := use(1, s.publish(diskProduct("disk", hourly(in.Price))), "2026-03-08 10:00", decimal.New(in.Seconds, 0).String(), measureSecond)
	u.Size = ptr(decimal.New(in.Size, 0))
	cost, settled := s.settleOne(u)
	wantSettled(t, cost, settled, want.Cost, want.Due, want.Erase)
	checkIdentity(t, s.site, &settled)
}

func vectorUsageAbroad(t *testing.T, v vector) {
	var in struct {
		Price   string `json:"unit_price_per_gb_hour"`
		Size    int64  `json:"size_gb"`
		Seconds int64  `json:"seconds"`
	}
	var want struct {
		Usage string `json:"usage_pricing_unit_trunc10"`
		Cost  string `json:"payable_8dp"`
		Bill  string `json:"bill_2dp_half_up"`
	}
	v.read(t, &in, &want)
	for _, code := range []string{"intl", "eu"} {
		s := newUsageShop(t).abroad(code)
		disk := diskProduct("disk", hourly(in.Price))
		disk.Currency = "USD"
		u := use(1, s.publish(disk), "2026-03-08 10:00", decimal.New(in.Seconds, 0).String(), measureSecond)
		u.Size = ptr(decimal.New(in.Size, 0))
		cost, settled := s.settleOne(u)
		wantAmount(t, "usage", cost.Usage, want.Usage)
		wantSettled(t, cost, settled, want.Cost, want.Bill, dec(want.Cost).Sub(dec(want.Bill)).String())
	}
}

func vectorDailySettlement(t *testing.T, v vector) {
	var in struct {
		Start string `json:"start"`
		End   string `json:"end"`
		Price string `json:"unit_price_per_gb_hour"`
		Size  int64  `json:"size_gb"`
	}
	var want struct {
		Hours    int64  `json:"billed_hours"`
		Official string `json:"official"`
		Discount string `json:"discount"`
		Erase    string `json:"erase"`
		Due      string `json:"due"`
	}
	v.read(t, &in, &want)
	s := newUsageShop(t)
	vault := s.metered(diskProduct("vault", hourly(in.Price)), Metering{MeterByHour, SettleDaily, AccumulateNone})
	from, to := at(strings.Replace(in.Start, "T", " ", 1)), at(strings.Replace(in.End, "T", " ", 1))
	u := use(1, vault, "2026-03-08 10:00", decimal.New(int64(to.Sub(from)/time.Minute), 0).String(), measureMinute)
	u.Window, u.Size = Window{from, to}, ptr(decimal.New(in.Size, 0))
	cost, settled := s.settleOne(u)
	wantAmount(t, "hours", cost.Usage, decimal.New(want.Hours, 0).String())
	wantSettled(t, cost, settled, want.Official, want.Due, want.Erase)
	wantAmount(t, "discount", settled.Discount, want.Discount)
	if !settled.Window.From.Equal(at(in.Start[:10])) || settled.Settle != SettleDaily {
		t.Errorf("settled by %s from %s", settled.Settle, settled.Window.From)
	}
}

func vectorHourlyUsage(t *testing.T, v vector) {
	var in struct {
		Window  string `json:"window"`
		Seconds int64  `json:"seconds"`
		Price   string `json:"unit_price_hour"`
	}
	var want struct {
		Official string `json:"official_8dp"`
		Due      string `json:"due_trunc2"`
		Erase    string `json:"erase"`
	}
	v.read(t, &in, &want)
	s := newUsageShop(t)
	from := at(in.Window[:len("2023-07-13 11:00:00")])
	u := use(1, s.publish(vmProduct("redis", hourly(in.Price))), "2026-03-08 10:00", decimal.New(in.Seconds, 0).String(), measureSecond)
	u.Window = Window{from, from.Add(time.Duration(in.Seconds) * time.Second)}
	cost, settled := s.settleOne(u)
	wantSettled(t, cost, settled, want.Official, want.Due, want.Erase)
}

func vectorBillIdentity(t *testing.T, v vector) {
	var in struct {
		Official string `json:"official_amount"`
		Discount string `json:"official_discount_amount"`
		Erase    string `json:"erase_amount"`
	}
	var want struct {
		Consumed string `json:"consume_amount"`
	}
	v.read(t, &in, &want)
	s := newUsageShop(t)
	cost, settled := s.settleOne(use(1, s.publish(vmProduct("vm", hourly(in.Official))), "2026-03-08 10:00", "1", measureHour))
	wantSettled(t, cost, settled, in.Official, want.Consumed, in.Erase)
	wantAmount(t, "discount", settled.Discount, in.Discount)
	checkIdentity(t, s.site, &settled)
}

func vectorOnDemand(t *testing.T, v vector) {
	var in struct {
		Items []struct {
			ID     string `json:"id"`
			Amount string `json:"amount"`
		} `json:"items"`
	}
	var want struct {
		Amount   string `json:"amount"`
		Official string `json:"official_website_amount"`
		Discount string `json:"discount_amount"`
	}
	v.read(t, &in, &want)
	s := newUsageShop(t)
	var lines []OnDemandLine
	for i, item := range in.Items {
		line := onDemandLine(i, s.publish(vmProduct("vm-"+item.ID, hourly(item.Amount))), "1", measureHour)
		line.LineID = item.ID
		lines = append(lines, line)
	}
	quote := s.onDemand(PrecisionCut6, lines...)
	wantAmount(t, "amount", quote.Amount, want.Amount)
	wantAmount(t, "official", quote.Official, want.Official)
	wantAmount(t, "discount", quote.Discount, want.Discount)
	for i, item := range in.Items {
		if quote.Lines[i].LineID != item.ID {
			t.Errorf("line %d has id %q", i, quote.Lines[i].LineID)
		}
		wantAmount(t, "line "+item.ID, quote.Lines[i].Amount, item.Amount)
	}
}

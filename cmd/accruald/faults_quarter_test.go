//go:build slow

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"
)

// The quarter that faults are planted in is written here as a producer writes it: JSON, and nothing of the program's own
// code. What an order must cost is known from the price list below.

var (
	faultZone  = time.FixedZone("", 8*60*60)
	faultStart = time.Date(2026, 1, 1, 8, 0, 0, 0, faultZone)
	faultEnd   = time.Date(2026, 3, 31, 20, 0, 0, 0, faultZone)
	faultOver  = time.Date(2026, 4, 25, 12, 0, 0, 0, faultZone)
)

const (
	faultPartners  = 50
	faultCustomers = 20
	// fewEvents is below how many not every day has its runs.
	fewEvents = 100_000
	// Of the customers of a partner: who has a discount, who pays with coupons, who on credit, who by the month, and whose
	// orders the partner only referred.
	discountUpTo, couponsFrom, creditFrom, monthlyFrom, referralFrom = 4, 8, 12, 15, 18
)

// object is one JSON object.
type object = map[string]any

// priced are the specifications on sale with their price for a month, from small to large.
var priced = []struct{ spec, month string }{
	{"s6.small.1", "32.20"}, {"s6.medium.2", "98.60"}, {"s6.large.2", "197.10"}, {"c7.large.2", "246.50"}, {"s6.xlarge.2", "394.20"},
}

// written is one event with its place in time.
type written struct {
	at      time.Time
	n       int    // keeps the order of equal times
	subject string // the order, where it is one's
	text    []byte
}

// bought is an order that was placed and paid, as the vendor's own books have it.
type bought struct {
	partner, customer, order string
	at                       time.Time
	amount                   decimal.Decimal // zero where only the daemon knows it: changes and refunds
	how                      string          // of the payment; refund, where it is none
	alone                    bool            // nothing follows from it
}

// quarterWriter writes the events of a quarter.
type quarterWriter struct {
	t      testing.TB
	rng    *rand.Rand
	lines  []written
	orders []bought
	ids    int
}

func (q *quarterWriter) add(at time.Time, typ, id, partner, subject string, data object) {
	q.t.Helper()
	if partner != "_all" {
		data["partner_id"] = partner
	}
	text, err := json.Marshal(object{"specversion": "1.0", "id": typ + "/" + id, "source": "/vendor/cn", "type": typ + ".v1",
		"time": at.Format(time.RFC3339), "subject": subject, "partitionkey": partner, "data": data}, json.Deterministic(true))
	if err != nil {
		q.t.Fatal(err)
	}
	q.lines = append(q.lines, written{at, len(q.lines), subject, text})
}

func (q *quarterWriter) id(prefix string) string {
	q.ids++
	return fmt.Sprintf("%s%07d", prefix, q.ids)
}

// between is a time so long after another.
func (q *quarterWriter) between(at time.Time, least, most time.Duration) time.Time {
	return at.Add(least + time.Duration(q.rng.Int64N(int64((most-least)/time.Second)))*time.Second)
}

func (q *quarterWriter) catalogue() {
	from := faultStart.Add(-8 * time.Hour)
	since := from.Format(time.RFC3339)
	names := func(s string) object { return object{"zh_CN": s, "en_US": s} }
	q.add(from, "service_type.published", "ec2", "_all", "ec2", object{"service_type_code": "ec2", "names": names("Servers"), "incentive_policy": "0",
		"allow_discount": "YES", "resource_types": []object{{"resource_type_code": "vm", "names": names("Server")}}, "usage_types": []object{},
		"unsubscribe_level": "resource", "effective_time": since})
	for i, p := range priced {
		id := fmt.Sprintf("PROD-%d", i)
		q.add(from, "product.published", id, "_all", id, object{"product_id": id, "cloud_service_type": "ec2", "resource_type": "vm", "resource_spec": p.spec,
			"region": "r1", "names": names(p.spec), "linear": false, "currency": "CNY", "renewable": true, "refundable": true, "channel": "vendor",
			"reserved_instance": false, "effective_time": since,
			"metering": object{"unit": "hour", "settle": []string{"hour", "day", "month"}[i%3], "accumulate": "none"},
			"prices": []object{{"charging_mode": "period", "period_type": 2, "period_num": 1, "amount": p.month},
				{"charging_mode": "on_demand", "usage_factor": "Duration", "usage_measure_id": 4, "amount": "0.5370000000"}}})
	}
	for association, rate := range map[string]string{"resale": "0.08", "referral": "0.05"} {
		id := "POL-" + association
		q.add(from, "incentive_policy.published", id+"/1", "_all", id, object{"policy_id": id, "version": 1, "name": association, "kind": "base",
			"association": association, "categories": []string{"0"}, "order_kinds": []string{"new", "renew", "change", "usage"}, "basis": "order",
			"period": "month", "currency": "CNY", "mode": "marginal", "bands": []object{{"rate": rate}}, "cycle_by": "payment", "effective_time": since})
	}
}

func (q *quarterWriter) parties() {
	from := faultStart.Add(-7 * time.Hour)
	since := from.Format(time.RFC3339)
	for n := range faultPartners {
		p := partnerOfFaults(n)
		q.add(from, "partner.enrolled", p, p, p, object{"site": "cn", "level": "gold", "tier": 1, "business_info_authenticated": true, "certified": true,
			"auto_request": false, "effective_time": since})
		q.add(from, "coupon_quota.granted", p+"-Q", p, p+"-Q", object{"quota_id": p + "-Q", "quota_type": 0, "amount": "100000.00", "currency": "CNY",
			"effective_time": since, "expire_time": "2027-01-01T00:00:00+08:00"})
		for c := range faultCustomers {
			customer, association, settlement := customerOfFaults(n, c), "resale", "immediate"
			switch {
			case c >= referralFrom:
				association = "referral"
			case c >= monthlyFrom:
				settlement = "monthly"
			case c >= creditFrom:
				settlement = "credit"
			}
			q.add(from, "customer.associated", customer, p, customer, object{"customer_id": customer, "association": association,
				"settlement": settlement, "effective_time": since})
			if c >= couponsFrom && c < creditFrom {
				q.add(from, "coupon.issued", "K-"+customer, p, "K-"+customer, object{"coupon_id": "K-" + customer, "quota_id": p + "-Q", "customer_id": customer,
					"coupon_type": 1, "coupon_version": 2, "face_value": "2000.00", "currency": "CNY", "valid_time": since,
					"expire_time": "2027-01-01T00:00:00+08:00", "on_credit": false, "counts_for_performance": false})
			}
		}
		var those []string
		for c := range discountUpTo {
			those = append(those, customerOfFaults(n, c))
		}
		q.add(from, "discount.granted", p+"-D", p, p+"-D", object{"discount_id": p + "-D", "granted_by": "vendor", "discount_type": 605,
			"discount_name": "contract", "mode": "ratio", "value": "0.9", "scope": object{"customer_ids": those}, "effective_time": since})
	}
}

func partnerOfFaults(n int) string     { return fmt.Sprintf("F%03d", n) }
func customerOfFaults(n, c int) string { return fmt.Sprintf("F%03dC%02d", n, c) }

// shop makes one customer order something and what becomes of it.
func (q *quarterWriter) shop(partner int) {
	n, p := q.rng.IntN(faultCustomers), partnerOfFaults(partner)
	customer := customerOfFaults(partner, n)
	at := q.between(faultStart, 0, faultEnd.Sub(faultStart))
	if q.rng.IntN(4) == 0 {
		q.use(p, customer, at)
		return
	}
	order, months, product := q.id("CS"), 2+q.rng.IntN(3), q.rng.IntN(len(priced)-1)
	resource := "vm-" + order
	q.add(at, "order.placed", order, p, order, object{"order_id": order, "customer_id": customer, "auto_pay": true, "lines": []object{{
		"line_id": "1", "resource_id": resource, "cloud_service_type": "ec2", "resource_type": "vm", "resource_spec": priced[product].spec, "region": "r1",
		"period_type": 2, "period_num": months, "subscription_num": 1}}})
	at = q.pay(at, p, customer, n, order, amountOf(n, product, months))
	if q.rng.IntN(5) == 0 && (n < creditFrom || n >= referralFrom) { // a larger one; what it costs is not known here, and so not repaid
		at = q.between(at, time.Hour, 9*24*time.Hour)
		change := q.id("CX")
		q.add(at, "order.spec_changed", change, p, change, object{"order_id": change, "customer_id": customer, "auto_pay": true, "resource_id": resource,
			"new": object{"resource_spec": priced[product+1].spec}, "apply": "now"})
		product++
		at = q.pay(at, p, customer, n, change, decimal.Decimal{})
	}
	if q.rng.IntN(4) == 0 {
		at = q.between(at, time.Hour, 9*24*time.Hour)
		renewal := q.id("CR")
		q.add(at, "order.renewed", renewal, p, renewal, object{"order_id": renewal, "customer_id": customer, "auto_pay": true, "resource_ids": []string{resource},
			"period_type": 2, "period_num": 1, "include_relative_resources": false, "automatic": false})
		at = q.pay(at, p, customer, n, renewal, amountOf(n, product, 1))
	}
	if q.rng.IntN(7) == 0 {
		at = q.between(at, time.Hour, 9*24*time.Hour)
		back := q.id("CU")
		q.add(at, "order.unsubscribed", back, p, back, object{"order_id": back, "customer_id": customer, "resource_ids": []string{resource}, "unsubscribe_type": 1})
		q.orders = append(q.orders, bought{partner: p, customer: customer, order: back, at: at, how: "refund"})
	}
	if last := &q.orders[len(q.orders)-1]; last.order == order {
		last.alone = last.how == "cash"
	}
}

// amountOf is what a customer pays for months of a product: by the price list, less a tenth where there is a contract.
func amountOf(customer, product, months int) decimal.Decimal {
	amount := decimal.RequireFromString(priced[product].month).Mul(decimal.NewFromInt(int64(months)))
	if customer < discountUpTo {
		amount = amount.Mul(decimal.RequireFromString("0.9")).Round(2)
	}
	return amount
}

// pay pays an order, the first ones of some customers partly by coupon, and repays most of what was paid on credit.
func (q *quarterWriter) pay(at time.Time, partner, customer string, n int, order string, amount decimal.Decimal) time.Time {
	at = q.between(at, time.Minute, 10*time.Minute)
	data, how := object{"order_id": order, "paid_by": "customer"}, "cash"
	switch {
	case n >= monthlyFrom && n < referralFrom:
		how = "monthly_settlement"
	case n >= creditFrom && n < monthlyFrom:
		how = "credit"
	case n >= couponsFrom && n < creditFrom && !amount.IsZero() && q.rng.IntN(10) == 0:
		part := decimal.RequireFromString("10.00")
		data["tenders"] = []object{{"kind": "coupon", "coupon_id": "K-" + customer, "amount": part.StringFixed(2)},
			{"kind": "cash", "amount": amount.Sub(part).StringFixed(2)}}
		how = "coupon"
	}
	q.add(at, "order.paid", order, partner, order, data)
	q.orders = append(q.orders, bought{partner: partner, customer: customer, order: order, at: at, amount: amount, how: how})
	unpaid := partner[len(partner)-1] == '0' && q.rng.IntN(4) == 0 // every tenth partner's customers leave some of it unpaid
	if (how == "credit" || how == "monthly_settlement") && !amount.IsZero() && !unpaid {
		repayment := q.id("RP")
		q.add(q.between(at, 24*time.Hour, 20*24*time.Hour), "repayment.received", repayment, partner, repayment, object{"repayment_id": repayment,
			"customer_id": customer, "order_ids": []string{order}, "amount": amount.StringFixed(2), "currency": "CNY"})
	}
	return at
}

// use meters a server by the hour, some hours of one day.
func (q *quarterWriter) use(partner, customer string, at time.Time) {
	resource, product := q.id("use-"), q.rng.IntN(len(priced))
	for range 1 + q.rng.IntN(6) {
		at = at.Truncate(time.Hour).Add(time.Hour)
		local := at.In(faultZone)
		if local.Day() == 1 && local.Hour() == 0 { // no window reaches over the end of a month
			return
		}
		id := resource + "/" + local.Format("2006-01-02T15")
		q.add(at.Add(5*time.Second), "usage.metered", id, partner, resource, object{"customer_id": customer, "resource_id": resource, "cloud_service_type": "ec2",
			"resource_type": "vm", "resource_spec": priced[product].spec, "region": "r1", "usage_factor": "Duration", "usage_measure_id": 4,
			"usage_value": fmt.Sprintf("%d.%d", q.rng.IntN(2), 1+q.rng.IntN(9)),
			"window":      object{"from": at.Add(-time.Hour).Format(time.RFC3339), "to": at.Format(time.RFC3339)}})
	}
}

// jobs fires what is due, as an operator's own scheduler would; what is daily every so many days.
func (q *quarterWriter) jobs(every int) {
	for day := time.Date(2026, 1, 2, 0, 0, 0, 0, faultZone); day.Before(faultOver); day = day.AddDate(0, 0, 1) {
		due := day.YearDay()%every == 0
		if due {
			q.fire("settle_usage", day.Add(3*time.Minute))
		}
		if day.Day() == 1 {
			q.fire("close_cycle", day.Add(10*time.Minute))
		}
		if due {
			q.fire("release_holds", day.Add(30*time.Minute))
			q.fire("auto_confirm", day.Add(time.Hour))
		}
		if day.Day() == 5 {
			q.fire("statement", day.Add(10*time.Hour))
		}
	}
}

func (q *quarterWriter) fire(job string, at time.Time) {
	q.add(at, "schedule.fired", job+"/cn/"+at.Format("2006-01-02T15:04"), "_all", job, object{"job": job, "site": "cn", "scheduled_for": at.Format(time.RFC3339)})
}

// tellQuarter makes so many events, in the order in which they happened.
func tellQuarter(t testing.TB, events int) *quarterWriter {
	t.Helper()
	q := &quarterWriter{t: t, rng: rand.New(rand.NewPCG(2026, 1))}
	q.catalogue()
	q.parties()
	q.jobs(max(1, fewEvents/events))
	for n := 0; len(q.lines) < events; n++ {
		q.shop(n % faultPartners)
	}
	return q
}

// write writes a file of what was made, by time, without what is held back, which is a second one's; and forgets both.
func (q *quarterWriter) write(heldBack func(written) bool) (sent, held string) {
	q.t.Helper()
	slices.SortFunc(q.lines, func(a, b written) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.n - b.n
	})
	var files [2]bytes.Buffer
	for _, line := range q.lines {
		to := &files[0]
		if heldBack(line) {
			to = &files[1]
		}
		to.Write(line.text)
		to.WriteByte('\n')
	}
	q.lines = nil
	return file(q.t, "sent.jsonl", files[0].String()), file(q.t, "held-back.jsonl", files[1].String())
}

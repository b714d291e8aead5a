//go:build slow

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/shopspring/decimal"
)

// A billed line is one of the vendor's statement.
type billed struct {
	customer, cycle, kind, order string
	amount                       decimal.Decimal
	currency                     string
}

// statements are what the vendor bills each partner in each cycle.
type statements map[string]map[string][]billed

// settledOrder is what is published about an order that is settled.
type settledOrder struct {
	OrderID string `json:"order_id"`
	Version int    `json:"version"`
	Tenders []struct {
		Amount decimal.Decimal `json:"amount"`
	} `json:"tenders"`
	Refund *struct {
		RefundAmount    decimal.Decimal `json:"refund_amount"`
		CouponsReturned []struct {
			Amount decimal.Decimal `json:"amount"`
		} `json:"coupons_returned"`
	} `json:"refund"`
	Usage *struct {
		CustomerID string `json:"customer_id"`
		Window     struct {
			From time.Time `json:"from"`
		} `json:"window"`
	} `json:"usage"`
}

// listen reads what was published about settled orders: the last word of each.
func listen(t testing.TB, url string) map[string]settledOrder {
	t.Helper()
	connection, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	stream, err := jetstream.New(connection)
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := stream.OrderedConsumer(t.Context(), "BILLING_OUT", jetstream.OrderedConsumerConfig{FilterSubjects: []string{"billing.out.*.order.settled"}})
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]settledOrder{}
	for {
		batch, err := consumer.FetchNoWait(1000)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for message := range batch.Messages() {
			n++
			var one settledOrder
			if err := json.Unmarshal(message.Data(), &one); err != nil {
				t.Fatal(err)
			}
			key := strings.Split(message.Subject(), ".")[2] + "/" + one.OrderID
			if one.Version >= last[key].Version {
				last[key] = one
			}
		}
		if err := batch.Error(); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return last
		}
	}
}

// bill makes the vendor's statements of resale customers: what the vendor's own orders are, and of each what was settled.
func bill(t testing.TB, orders []bought, settled map[string]settledOrder) statements {
	t.Helper()
	out := statements{}
	add := func(partner string, line billed) {
		if line.cycle > "2026-03" {
			return // April is not over
		}
		if out[partner] == nil {
			out[partner] = map[string][]billed{}
		}
		line.currency = "CNY"
		out[partner][line.cycle] = append(out[partner][line.cycle], line)
	}
	for _, o := range orders {
		one, known := settled[o.partner+"/"+o.order]
		if strings.Compare(o.customer[4:], fmt.Sprintf("C%02d", referralFrom)) >= 0 {
			continue // referral customers pay for themselves
		}
		line := billed{customer: o.customer, cycle: o.at.In(faultZone).Format("2006-01"), kind: "Expenditure", order: o.order, amount: o.amount}
		switch {
		case one.Refund != nil:
			line.kind, line.amount = "Refund", one.Refund.RefundAmount.Abs()
			for _, back := range one.Refund.CouponsReturned {
				line.amount = line.amount.Add(back.Amount.Abs())
			}
		case known:
			line.amount = decimal.Decimal{}
			for _, tender := range one.Tenders {
				line.amount = line.amount.Add(tender.Amount)
			}
		case line.amount.IsZero():
			continue // never settled, and nobody knows at what
		}
		if !line.amount.IsZero() {
			add(o.partner, line)
		}
	}
	for key, one := range settled {
		partner, order, _ := strings.Cut(key, "/")
		if one.Usage == nil || one.Usage.CustomerID[4:] >= fmt.Sprintf("C%02d", referralFrom) {
			continue
		}
		line := billed{customer: one.Usage.CustomerID, cycle: one.Usage.Window.From.In(faultZone).Format("2006-01"), kind: "Expenditure", order: order}
		for _, tender := range one.Tenders {
			line.amount = line.amount.Add(tender.Amount)
		}
		if !line.amount.IsZero() {
			add(partner, line)
		}
	}
	for _, cycles := range out {
		for _, lines := range cycles {
			slices.SortFunc(lines, func(a, b billed) int { return strings.Compare(a.order, b.order) })
		}
	}
	return out
}

// csvOf writes lines as the vendor's file.
func csvOf(t testing.TB, lines []billed, cycle string) string {
	t.Helper()
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"Customer ID", "Billing Cycle", "Bill Type", "Order ID/Transaction ID", "Amount", "Currency"}}
	for _, l := range lines {
		rows = append(rows, []string{l.customer, cycle, l.kind, l.order, l.amount.StringFixed(2), l.currency})
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return file(t, "statement.csv", out.String())
}

func (s statements) copied() statements {
	out := statements{}
	for partner, cycles := range s {
		out[partner] = map[string][]billed{}
		for cycle, lines := range cycles {
			out[partner][cycle] = slices.Clone(lines)
		}
	}
	return out
}

// change changes the line of an order.
func (s statements) change(partner, order string, how func(*billed)) {
	for _, lines := range s[partner] {
		for i := range lines {
			if lines[i].order == order {
				how(&lines[i])
			}
		}
	}
}

// A way is how a fault comes about: a row that is made wrong, a line of a statement, or an event that is held back.
type way struct {
	name     string
	row      *sabotage
	line     func(cycles map[string][]billed, cycle string, at int) *fault
	heldBack bool
	whole    bool // of the order, not only its payment
}

// ways are all of them, those of one sort far from another: each partner gets some that stand side by side.
func ways() []way {
	others := []way{
		{name: "double line", line: func(cycles map[string][]billed, cycle string, at int) *fault {
			cycles[cycle] = append(cycles[cycle], cycles[cycle][at])
			return &fault{kinds: []string{"duplicate_line"}}
		}},
		{name: "wrong amount in the statement", line: func(cycles map[string][]billed, cycle string, at int) *fault {
			l := &cycles[cycle][at]
			l.amount = l.amount.Sub(decimal.RequireFromString("0.01"))
			return &fault{kinds: []string{"amount_differs"}}
		}},
		{name: "wrong cycle of a line", line: func(cycles map[string][]billed, cycle string, at int) *fault {
			other := map[string]string{"2026-01": "2026-02", "2026-02": "2026-03", "2026-03": "2026-02"}[cycle]
			cycles[other] = append(cycles[other], cycles[cycle][at])
			cycles[cycle] = slices.Delete(cycles[cycle], at, at+1)
			return &fault{kinds: []string{"cycle_differs"}, cycles: []string{other}}
		}},
		{name: "payment that never came", heldBack: true},
		{name: "order that the vendor never billed", line: func(cycles map[string][]billed, cycle string, at int) *fault {
			cycles[cycle] = slices.Delete(cycles[cycle], at, at+1)
			return &fault{kinds: []string{"missing_in_statement"}}
		}},
		{name: "amount that the vendor has right", line: func(cycles map[string][]billed, cycle string, at int) *fault {
			l := &cycles[cycle][at]
			l.amount = l.amount.Add(decimal.RequireFromString("12.34"))
			return &fault{kinds: []string{"amount_differs"}, adjusted: true, kept: map[string]decimal.Decimal{l.order: l.amount}}
		}},
		{name: "order that never came", heldBack: true, whole: true},
	}
	var out []way
	for i, s := range sabotages() {
		out = append(out, way{name: s.name, row: &s})
		if i%2 == 0 && len(others) > 0 {
			out, others = append(out, others[0]), others[1:]
		}
	}
	return append(out, others...)
}

// wayOf is the k-th way of a partner.
func (b *faultyBooks) wayOf(partner, k int) way {
	return b.ways[(partner*faultsPerPartner+k)%len(b.ways)]
}

// holdBack chooses the orders that never come, or never are paid: those from which nothing follows.
func (b *faultyBooks) holdBack() {
	b.t.Helper()
	for n := range faultPartners {
		p, at := partnerOfFaults(n), 0
		for k := range faultsPerPartner {
			how := b.wayOf(n, k)
			if !how.heldBack {
				continue
			}
			for at < len(b.orders) && (b.orders[at].partner != p || !b.orders[at].alone || customerNo(b.orders[at].customer) >= creditFrom) {
				at++
			}
			if at == len(b.orders) {
				b.t.Fatalf("partner %s has no order left to hold back", p)
			}
			o := b.orders[at]
			at++
			b.held[o.order] = how.whole
			b.faults = append(b.faults, &fault{name: how.name, partner: p, about: []string{o.order}, kinds: []string{"missing_in_books"}})
		}
	}
}

func customerNo(id string) (n int) {
	_, _ = fmt.Sscanf(id[5:], "%d", &n)
	return n
}

// plant plants the faults of rows and of statements.
func (b *faultyBooks) plant() {
	b.t.Helper()
	for n := range faultPartners {
		p, used := partnerOfFaults(n), map[string]bool{}
		for k := range faultsPerPartner {
			how := b.wayOf(n, k)
			switch {
			case how.heldBack:
			case how.line != nil:
				b.plantLine(p, how, used)
			default:
				f, err := b.planter.plant(b.t.Context(), p, *how.row)
				if err != nil {
					b.t.Fatal(err)
				}
				if f == nil { // the partner has no such row: another way instead
					b.plantLine(p, b.ways[1], used)
					continue
				}
				b.faults = append(b.faults, f)
			}
		}
	}
	if len(b.faults) != faultPartners*faultsPerPartner {
		b.t.Fatalf("%d faults are planted", len(b.faults))
	}
	outgoing, err := b.planter.loseOutgoing(b.t.Context(), partnerOfFaults(0))
	if err != nil {
		b.t.Fatal(err)
	}
	b.faults = append(b.faults, outgoing...)
}

// plantLine makes a line of a statement wrong that nothing else is wrong with.
func (b *faultyBooks) plantLine(partner string, how way, used map[string]bool) {
	b.t.Helper()
	for _, cycle := range []string{"2026-02", "2026-01", "2026-03"} {
		for at, line := range b.wrong[partner][cycle] {
			if _, held := b.held[line.order]; held || used[line.order] || line.kind != "Expenditure" || !strings.HasPrefix(line.order, "CS") {
				continue
			}
			used[line.order] = true
			f := how.line(b.wrong[partner], cycle, at)
			f.name, f.partner, f.about, f.cycles = how.name, partner, []string{line.order}, append(f.cycles, cycle)
			b.faults = append(b.faults, f)
			return
		}
	}
	b.t.Fatalf("partner %s has no line for %s", partner, how.name)
}

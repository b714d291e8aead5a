package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/events/bus"
	"github.com/accruald/accruald/events/bus/embedded"
	"github.com/accruald/accruald/schema/dbtest"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// publishTriesMax is how often events are sent that the broker does not confirm.
const publishTriesMax = 3

// booksWaitMax bounds each wait for what the made events become.
const booksWaitMax = time.Minute

// booksNow is when questions to the made books are asked: orders are still to be paid, coupons and resources in use.
var booksNow = time.Date(2026, 4, 10, 10, 0, 0, 0, time.FixedZone("", 8*3600))

// books are a broker, a database and a worker that decided the events of two partners of equal shape.
type books struct {
	t      *testing.T
	broker *embedded.Server
	bus    *bus.Bus
	pool   *pgxpool.Pool
	worker *workers.Worker
	model  *workers.ReadModel
	quiet  *slog.Logger
	sent   int
}

// trees are the two partners; every id of one begins with "iso" and its letter, so that what stands in an answer tells
// whose it is.
var trees = []string{"A", "B"}

type treeCustomer struct{ number, reseller, manager, association string }

// treeCustomers are the customers of each: two of the partner's own, under different account managers, and one of each of
// two resellers.
var treeCustomers = []treeCustomer{
	{"1", "", "1", "resale"}, {"2", "", "2", "referral"}, {"3", "1", "", "resale"}, {"4", "2", "", "resale"},
}

func newBooks(t *testing.T) *books {
	t.Helper()
	b := &books{t: t, quiet: slog.New(slog.DiscardHandler)}
	var err error
	if b.broker, err = embedded.Start(embedded.Options{StoreDir: t.TempDir(), RelaxedSync: true, Logger: b.quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.broker.Shutdown)
	database := dbtest.URL(t)
	if b.pool, err = pgxpool.New(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.pool.Close)
	connection := bus.Config{URL: b.broker.URL(), Logger: b.quiet}
	if b.bus, err = bus.Connect(t.Context(), connection); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.bus.Close)
	if err = b.bus.EnsureStreams(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.worker, err = workers.New(workers.Config{DatabaseURL: database, Bus: connection, Clock: workers.ClockInput, Logger: b.quiet}); err != nil {
		t.Fatal(err)
	}
	b.model = workers.NewReadModel(b.pool, site.Default(), b.quiet)
	b.run(b.worker.Run, b.model.Run)
	b.fill()
	return b
}

// run has parts work until the test ends.
func (b *books) run(parts ...func(context.Context) error) {
	b.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(b.t.Context()))
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	b.t.Cleanup(func() {
		stop()
		for range parts {
			if err := <-ended; err != nil {
				b.t.Error(err)
			}
		}
	})
}

// send publishes events of one partner, or of nobody in particular, and waits until they are decided.
func (b *books) send(lines ...string) {
	b.t.Helper()
	var messages []bus.Outgoing
	for _, line := range lines {
		b.sent++
		ev, err := events.DecodeStructured([]byte(line))
		if err != nil {
			b.t.Fatalf("%v: %s", err, line)
		}
		header, data := ev.Message()
		messages = append(messages, bus.Outgoing{Subject: events.InSubject(ev), Header: header, Data: data})
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), booksWaitMax)
	defer cancel()
	err := b.bus.PublishBatch(ctx, messages)
	for again := 1; err != nil && bus.Temporary(err) && again < publishTriesMax; again++ { // as a source does on a busy machine
		err = b.bus.PublishBatch(ctx, messages)
	}
	if strings.HasPrefix(messages[0].Subject, "billing.ref.") && err == nil {
		last, e := b.bus.ReferenceLast(ctx)
		err = errors.Join(e, b.bus.WaitReferenceApplied(ctx, last))
	}
	if err := errors.Join(err, b.worker.Drained(ctx)); err != nil {
		b.t.Fatal(err)
	}
}

// event writes one as a source does.
func event(kind, at, partner, subject, data string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"%s/%s/%s","source":"/books","type":"%[1]s.v1","time":"%[3]s+08:00","subject":%[2]q,"partitionkey":%[4]q,"data":%[5]s}`,
		kind, subject, at, partner, data)
}

const (
	began  = "2026-01-01T00:00:00"
	vm     = `"cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","resource_spec":"s6-small","region":"cn-east-3"`
	larger = "s6-large"
)

func (b *books) fill() {
	b.t.Helper()
	product := func(spec, amount string) string {
		return event("product.published", began, "_all", spec, `{"product_id":"`+spec+`",`+strings.Replace(vm, "s6-small", spec, 1)+`,"names":{"en_US":"`+spec+`"},"linear":false,"currency":"CNY",`+
			`"prices":[{"charging_mode":"on_demand","usage_factor":"Duration","usage_measure_id":4,"amount":"0.08"},{"charging_mode":"period","period_type":2,"period_num":1,"amount":"`+amount+`"}],`+
			`"renewable":true,"refundable":true,"channel":"vendor","reserved_instance":false,"metering":{"unit":"hour","settle":"hour","accumulate":"none"},"effective_time":"`+began+`+08:00"}`)
	}
	policy := func(association string) string {
		return event("incentive_policy.published", began, "_all", "POL-"+association, `{"policy_id":"POL-`+association+`","version":1,"name":"Base","kind":"base","association":"`+association+`","categories":["0"],`+
			`"order_kinds":["new","renew","change","usage"],"basis":"order","period":"month","currency":"CNY","mode":"marginal","bands":[{"rate":"0.08"}],"cycle_by":"payment","effective_time":"`+began+`+08:00"}`)
	}
	b.send(event("service_type.published", began, "_all", "hws.service.type.ec2", `{"service_type_code":"hws.service.type.ec2","names":{"zh_CN":"弹性云服务器","en_US":"Elastic Cloud Server"},"incentive_policy":"0",`+
		`"allow_discount":"YES","resource_types":[{"resource_type_code":"hws.resource.type.vm","names":{"zh_CN":"云主机","en_US":"Virtual machine"}}],"usage_types":[{"code":"Duration","names":{"en_US":"Duration"},`+
		`"resource_type_code":"hws.resource.type.vm"}],"unsubscribe_level":"resource","effective_time":"`+began+`+08:00"}`),
		product("s6-small", "100.00"), product(larger, "180.00"),
		event("conversion.published", began, "_all", "10", `{"measure_id":10,"ref_measure_id":11,"conversion_ratio":"1024","measure_type":3}`),
		policy("resale"), policy("referral"))
	for _, tree := range trees {
		b.send(strings.Split(strings.ReplaceAll(strings.Join(treeEvents(), "\n"), "@", "iso"+tree), "\n")...)
	}
	b.send(event("schedule.fired", "2026-04-01T00:11:00", "_all", "close_cycle", `{"job":"close_cycle","site":"cn","scheduled_for":"2026-04-01T00:11:00+08:00"}`))
	b.send(event("schedule.fired", "2026-04-05T10:01:00", "_all", "statement", `{"job":"statement","site":"cn","scheduled_for":"2026-04-05T10:01:00+08:00"}`))
	for _, tree := range trees {
		b.settle("iso" + tree)
	}
	var refused []string
	rows, err := b.pool.Query(b.t.Context(), "select event_id || ' ' || status || ' ' || code || ' ' || message from input where status <> 'accepted'")
	for err == nil && rows.Next() {
		var one string
		err = rows.Scan(&one)
		refused = append(refused, one)
	}
	if err != nil || len(refused) > 0 {
		b.t.Fatalf("%v; not accepted: %s", err, strings.Join(refused, "\n"))
	}
}

// treeEvents are a partner with resellers and customers, its quotas and coupons, and orders of each customer: one paid,
// one to be paid, one given back, and a resource that is paid by use. "@" stands for the beginning of every id.
func treeEvents() []string {
	enrolled := func(reseller string, tier int) string {
		return event("partner.enrolled", began, "@P", "@P"+reseller, fmt.Sprintf(`{"partner_id":"@P",%s"site":"cn","level":"gold","tier":%d,"business_info_authenticated":true,"certified":true,"auto_request":false,`+
			`"effective_time":"%s+08:00"}`, member("indirect_partner_id", reseller), tier, began))
	}
	out := []string{enrolled("", 1), enrolled("@R1", 2), enrolled("@R2", 2),
		event("coupon_quota.granted", began, "@P", "@Q", `{"quota_id":"@Q","partner_id":"@P","quota_type":0,"amount":"1000","currency":"CNY","effective_time":"`+began+`+08:00","expire_time":"2027-01-01T00:00:00+08:00"}`)}
	for _, c := range treeCustomers {
		customer, reseller, manager := "@C"+c.number, "", ""
		if c.reseller != "" {
			reseller = "@R" + c.reseller
		}
		if c.manager != "" {
			manager = "@M" + c.manager
		}
		out = append(out, event("customer.associated", began, "@P", customer, fmt.Sprintf(`{"customer_id":%q,"partner_id":"@P",%s%s"association":%q,"settlement":"immediate","effective_time":"%s+08:00"}`,
			customer, member("indirect_partner_id", reseller), member("account_manager_id", manager), c.association, began)))
		if c.association == "resale" { // coupons go to them only
			out = append(out, event("coupon.issued", "2026-02-01T00:00:00", "@P", "@K"+c.number, fmt.Sprintf(`{"coupon_id":"@K%s","quota_id":"@Q","partner_id":"@P","customer_id":%q,"coupon_type":1,"coupon_version":2,"face_value":"20.00",`+
				`"currency":"CNY","valid_time":"2026-02-01T00:00:00+08:00","expire_time":"2026-12-31T00:00:00+08:00","on_credit":false,"counts_for_performance":false}`, c.number, customer)))
		}
		order := func(kind, at string) string {
			return event("order.placed", at, "@P", "@O"+c.number+kind, fmt.Sprintf(`{"order_id":"@O%s","partner_id":"@P","customer_id":%q,%s"auto_pay":true,"lines":[{"line_id":"1","resource_id":"@V%[1]s",%[4]s,"period_type":2,"period_num":2,"subscription_num":1}]}`,
				c.number+kind, customer, member("indirect_partner_id", reseller), vm))
		}
		paid := func(kind, at string) string {
			tenders := ""
			if kind == "p" && c.association == "resale" {
				tenders = `,"tenders":[{"kind":"coupon","coupon_id":"@K` + c.number + `","amount":"5.00"},{"kind":"cash","amount":"195.00"}]`
			}
			return event("order.paid", at, "@P", "@O"+c.number+kind, fmt.Sprintf(`{"order_id":"@O%s","partner_id":"@P"%s}`, c.number+kind, tenders))
		}
		out = append(out, order("p", "2026-03-02T10:00:00"), paid("p", "2026-03-02T10:05:00"),
			order("g", "2026-03-03T10:00:00"), paid("g", "2026-03-03T10:05:00"),
			event("order.unsubscribed", "2026-03-20T10:00:00", "@P", "@O"+c.number+"r", fmt.Sprintf(`{"order_id":"@O%[1]sr","partner_id":"@P","customer_id":%[2]q,%[3]s"resource_ids":["@V%[1]sg"],"unsubscribe_type":1}`,
				c.number, customer, member("indirect_partner_id", reseller))),
			event("resource.renewal_configured", "2026-03-21T10:00:00", "@P", "@V"+c.number+"p", fmt.Sprintf(`{"partner_id":"@P","resource_ids":["@V%sp"],"auto_renew":true}`, c.number)),
			event("usage.metered", "2026-03-22T10:00:00", "@P", "@V"+c.number+"d", fmt.Sprintf(`{"partner_id":"@P","customer_id":%q,%s"resource_id":"@V%sd",%s,"usage_factor":"Duration","usage_value":"2","usage_measure_id":4,`+
				`"window":{"from":"2026-03-22T08:00:00+08:00","to":"2026-03-22T10:00:00+08:00"}}`, customer, member("indirect_partner_id", reseller), c.number, vm)),
			order("u", "2026-04-08T10:00:00"))
	}
	return append(out, event("hold.placed", "2026-03-23T10:00:00", "@P", "@H", `{"hold_id":"@H","reason":"contract_missing","order_id":"@O3p","actor":"operations"}`))
}

// settle takes the bill of March to a payment request with an invoice, and puts a finding beside.
func (b *books) settle(tree string) {
	b.t.Helper()
	step := func(kind, at, subject, data string) string { return event(kind, at, tree+"P", subject, data) }
	for association, method := range map[string]string{"resale": "account_owed_invoice", "referral": "bank_transfer"} {
		bill, request := b.bill(tree, association), tree+"PR-"+association
		b.send(
			step("bill.confirmed", "2026-04-02T10:00:00", bill, `{"bill_id":"`+bill+`","actor":"finance"}`),
			step("bill.approved", "2026-04-02T11:00:00", bill, `{"bill_id":"`+bill+`","actor":"operations"}`),
			step("payment_request.submitted", "2026-04-03T10:00:00", request, `{"payment_request_id":"`+request+`","bill_ids":["`+bill+`"],"method":"`+method+`","actor":"finance"}`),
			step("payment_request.approved", "2026-04-03T11:00:00", request, `{"payment_request_id":"`+request+`","actor":"operations"}`))
	}
	b.send(step("invoice.triggered", "2026-04-04T10:00:00", tree+"I", `{"invoice_id":"`+tree+`I","trigger":"apply","actor":"finance","direction":"to_vendor","channel":"vendor","medium":"digital","amount":"15.09",`+
		`"currency":"CNY","tax_rate":"0.06","payment_request_id":"`+tree+`PR-referral"}`))
	_, err := b.pool.Exec(b.t.Context(), `insert into finding (partner_id, finding_id, version, kind, severity, state, keys, cycle, currency, expected, found, difference, evidence, opened_run, opened_at, seen_run, seen_at, seen_count, closed_run)
		values ($1, $2, 1, 'missing_order', 'error', 'open', '[]', '2026-03', 'CNY', '1', '2', 1, '[]', 'run', $3, 'run', $3, 1, '')`, tree+"P", tree+"F", booksNow)
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *books) bill(tree, association string) (id string) {
	b.t.Helper()
	if err := b.pool.QueryRow(b.t.Context(), "select bill_id from incentive_bill where partner_id = $1 and cycle = '2026-03' and policy_id = 'POL-' || $2", tree+"P", association).Scan(&id); err != nil {
		b.t.Fatal(err)
	}
	return id
}

func member(name, value string) string {
	if value == "" {
		return ""
	}
	return fmt.Sprintf("%q:%q,", name, value)
}

// handed counts what requests hand in, and accepts all of it.
type handed struct{ ids []string }

func (h *handed) Known(_ context.Context, evs ...*events.Event) ([]workers.Verdict, error) {
	return make([]workers.Verdict, len(evs)), nil
}

func (h *handed) HandIn(_ context.Context, evs ...*events.Event) ([]workers.Verdict, error) {
	out := make([]workers.Verdict, len(evs))
	for i, ev := range evs {
		h.ids, out[i].Status = append(h.ids, ev.ID), decision.StatusAccepted
	}
	return out, nil
}

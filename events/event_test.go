package events_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
)

func mustDecode(t testing.TB, doc string) *events.Event {
	t.Helper()
	event, err := events.DecodeStructured([]byte(doc))
	if err != nil {
		t.Fatalf("decode %s: %v", doc, err)
	}
	return event
}

func TestDecodedValues(t *testing.T) {
	t.Parallel()
	event := mustDecode(t, goodPlaced)
	placed, ok := event.Data.(*events.OrderPlaced)
	if !ok {
		t.Fatalf("data is %T", event.Data)
	}
	want := &events.OrderPlaced{
		OrderID: "O1", PartnerID: "P100", CustomerID: "C200", AutoPay: true, OrderType: events.OrderTypeSubscribe,
		Lines: []events.OrderLine{{
			LineID: "1", ResourceID: "vm-1", CloudServiceType: "hws.service.type.ec2", ResourceType: "hws.resource.type.vm",
			ResourceSpec: "s6.small.1.linux", Region: "cn-east-2", ResourceSize: 40, SizeMeasureID: 17,
			PeriodType: events.PeriodMonth, PeriodNum: 1, SubscriptionNum: 1,
		}},
	}
	if diff := cmp.Diff(want, placed); diff != "" {
		t.Errorf("order.placed (-want +got):\n%s", diff)
	}
	if got := event.Time.Format(time.RFC3339); got != "2026-11-22T10:30:00+08:00" {
		t.Errorf("time %s lost its offset", got)
	}
	if got := mustDecode(t, goodPaid).Data.(*events.OrderPaid).PaidBy; got != events.PaidByCustomer {
		t.Errorf("paid by %q, want the customer where the event says nothing", got)
	}
	row := mustDecode(t, goodProduct).Data.(*events.ProductPublished).Prices[0]
	if row.PeriodNum != 1 {
		t.Errorf("period_num %d, want 1 where the row says nothing", row.PeriodNum)
	}
}

// Decimals are normalised at decode, so that memory and database hold the same values.
func TestDecimalsAreNormalised(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"100.00": "100e0", "100": "100e0", "0.0640000000": "64e-3", "0.10": "1e-1", "007.50": "75e-1",
		"12345678901234567890.1234567890": "12345678901234567890123456789e-9",
		"99999999999999999999.9999999999": "999999999999999999999999999999e-10",
	} {
		d := mustDecode(t, strings.Replace(goodRepayment, "100.00", text, 1)).Data.(*events.RepaymentReceived).Amount
		if got := d.Coefficient().String() + "e" + decimal.NewFromInt32(d.Exponent()).String(); got != want {
			t.Errorf("%s decodes to %s, want %s", text, got, want)
		}
	}
	adjustment := `{"specversion":"1.0","id":"a","source":"/o","type":"adjustment.posted.v1","time":"2026-11-22T00:00:00Z",` +
		`"subject":"A","partitionkey":"P","data":{"adjustment_id":"A","bill_id":"B","amount":"-3.50","currency":"CNY",` +
		`"reason":"r","actor":"x"}}`
	if got := mustDecode(t, adjustment).Data.(*events.AdjustmentPosted).Amount.String(); got != "-3.5" {
		t.Errorf("-3.50 decodes to %s", got)
	}
	for _, number := range []string{`"730"`, `730`, `730.0`} {
		usage := mustDecode(t, strings.Replace(goodUsage, `"730"`, number, 1)).Data.(*events.UsageMetered)
		if !usage.UsageValue.Equal(decimal.New(730, 0)) {
			t.Errorf("usage_value %s decodes to %s", number, usage.UsageValue)
		}
	}
}

// Same content, same hash: blanks, member order, escapes, extensions and the offset's spelling do not count.
func TestContentHash(t *testing.T) {
	t.Parallel()
	base := mustDecode(t, goodPaid)
	indented := jsontext.Value(goodPaid)
	if err := indented.Indent(); err != nil {
		t.Fatal(err)
	}
	swap := strings.NewReplacer
	for name, c := range map[string]struct {
		doc  string
		same bool
	}{
		"indented":        {string(indented), true},
		"other order":     {swap(`"order_id":"O1","partner_id":"P100",`, `"partner_id":"P100","order_id":"O1",`).Replace(goodPaid), true},
		"escaped":         {strings.Replace(goodPaid, `"cash"`, `"\u0063ash"`, 1), true},
		"traced":          {strings.Replace(goodPaid, `"subject"`, `"traceparent":"00-1","subject"`, 1), true},
		"zeros in time":   {strings.Replace(goodPaid, `10:31:10+`, `10:31:10.000+`, 1), true},
		"other amount":    {strings.Replace(goodPaid, `43.30`, `43.31`, 1), false},
		"other spelling":  {strings.Replace(goodPaid, `43.30`, `43.3`, 1), false},
		"unknown field":   {strings.Replace(goodPaid, `"tenders"`, `"note":"n","tenders"`, 1), false},
		"other instant":   {strings.Replace(goodPaid, `10:31:10+`, `10:31:11+`, 1), false},
		"other offset":    {strings.Replace(goodPaid, `T10:31:10+08:00`, `T02:31:10Z`, 1), false},
		"other source":    {strings.Replace(goodPaid, `/orders/cn`, `/orders/eu`, 1), false},
		"other id":        {strings.Replace(goodPaid, `order.paid/O1`, `order.paid/O1b`, 1), false},
		"other partition": {strings.ReplaceAll(goodPaid, `P100`, `P101`), false},
	} {
		if got := mustDecode(t, c.doc).ContentHash == base.ContentHash; got != c.same {
			t.Errorf("%s: same hash %t, want %t", name, got, c.same)
		}
	}
	const want = "{\"data\":{\"order_id\":\"O1\",\"partner_id\":\"P100\",\"tenders\":[{\"amount\":\"20.00\",\"coupon_id\":\"CP-1\"," +
		"\"kind\":\"coupon\"},{\"amount\":\"43.30\",\"kind\":\"cash\"}]},\"id\":\"order.paid/O1\",\"partitionkey\":\"P100\"," +
		"\"source\":\"/orders/cn\",\"subject\":\"O1\",\"time\":\"2026-11-22T10:31:10+08:00\",\"type\":\"order.paid.v1\"}"
	if got := sha256Of(want); got != base.ContentHash {
		t.Errorf("the hash is not that of the canonical JSON\n%s", want)
	}
}

func TestDuplicateAndConflictOfRefusedEvents(t *testing.T) {
	t.Parallel()
	refused := func(amount string) [32]byte {
		event, err := events.DecodeStructured([]byte(strings.Replace(goodPaid, `"43.30"`, amount, 1)))
		if err == nil || event == nil {
			t.Fatalf("amount %s: event %v, error %v", amount, event, err)
		}
		return event.ContentHash
	}
	first, again, other := refused(`"x"`), refused(`"x"`), refused(`"y"`)
	if first != again || first == other {
		t.Error("the hash of a refused event does not tell repetition from conflict")
	}
}

func TestKeyOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	sorted := []events.Key{
		{Time: at, Source: "/a", ID: "1"},
		{Time: at.In(time.FixedZone("", 8*3600)), Source: "/a", ID: "2"},
		{Time: at, Source: "/b", ID: "0"},
		{Time: at.Add(time.Microsecond), Source: "/a", ID: "0"},
	}
	got := slices.Clone(sorted)
	slices.Reverse(got)
	slices.SortFunc(got, events.Key.Compare)
	if diff := cmp.Diff(sorted, got); diff != "" {
		t.Errorf("key order (-want +got):\n%s", diff)
	}
}

func TestRestoreGivesTheSameEvent(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{goodPlaced, goodPaid, goodUsage, goodPolicy, goodProduct, goodRepayment, goodApplied} {
		event := mustDecode(t, doc)
		restored, err := events.Restore(event.Envelope(), event.Payload)
		if err != nil {
			t.Fatal(err)
		}
		restored.ContentHash = event.ContentHash
		if diff := cmp.Diff(event, restored); diff != "" {
			t.Errorf("%s (-decoded +restored):\n%s", event.Type, diff)
		}
		made, err := events.New(event.Envelope(), event.Data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(event.Data, made.Data); diff != "" {
			t.Errorf("%s (-decoded +encoded again):\n%s", event.Type, diff)
		}
	}
}

func TestNewRefusesWhatDecodingRefuses(t *testing.T) {
	t.Parallel()
	env := mustDecode(t, goodRepayment).Envelope()
	_, err := events.New(env, &events.RepaymentReceived{RepaymentID: "R1", PartnerID: "P100", Currency: "CNY"})
	if err == nil || !strings.Contains(err.Error(), events.CodeAmountOutOfRange) {
		t.Errorf("an amount of 0 gives %v", err)
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		goodPlaced: "billing.in.P100.order.placed", goodPolicy: "billing.ref.incentive_policy.published",
		goodApplied: "billing.in.P100.schedule.applied",
	} {
		if got := events.InSubject(mustDecode(t, doc)); got != want {
			t.Errorf("subject %s, want %s", got, want)
		}
	}
	out := events.Out{PartnerID: "P100", Type: events.TypeBillStateChanged}
	if got := events.OutSubject(out); got != "billing.out.P100.bill.state_changed" {
		t.Errorf("subject %s", got)
	}
}

func TestDeriveID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{nil, "47DEQpj8HBSa-_TImW-5JA"},
		{[]string{""}, "r1Vw9aGBC3r3jK9LxwpmDw"},
		{[]string{"ab", "c"}, "YB1UduLM_iyHorunoyJllw"},
		{[]string{"a", "bc"}, "P6-hzy8Zp8ESm-sgzwmD9w"},
		{[]string{"/orders/cn", "order.placed/O1", "order.priced.v1", "O1", "0"}, "BMoSEW0AEFQMR0AhjriBgQ"},
	} {
		if got := events.DeriveID(c.parts...); got != c.want {
			t.Errorf("DeriveID(%q) = %q, want %q", c.parts, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "parts")
		id := events.DeriveID(parts...)
		if len(id) != 22 || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("DeriveID(%q) = %q is not 22 characters of an id", parts, id)
		}
		if joined := events.DeriveID(strings.Join(parts, "")); len(parts) > 1 && joined == id {
			t.Fatalf("the parts %q run together", parts)
		}
	})
}

// TestZeroIsNotAbsent: an amount of zero that may be left out is written when
// it is there.
func TestZeroIsNotAbsent(t *testing.T) {
	t.Parallel()
	zero := decimal.Zero
	ev, err := events.New(events.Envelope{ID: "1", Source: "/test", Type: events.TypeProductPublished, Subject: "P", PartitionKey: events.AllPartners, Time: time.Unix(0, 0)},
		&events.ProductPublished{ProductID: "P", Names: events.Names{EnUS: "p"}, CloudServiceType: "s", ResourceType: "r", ResourceSpec: "f", Region: "x", Currency: "CNY",
			Channel: "vendor", EffectiveTime: time.Unix(0, 0), Prices: []events.PriceRow{{ChargingMode: "period", PeriodType: new(int), PeriodNum: 1, Amount: &zero}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := ev.Data.(*events.ProductPublished).Prices[0].Amount; got == nil || !got.IsZero() {
		t.Errorf("the amount reads back as %v", got)
	}
}

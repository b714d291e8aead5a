package events_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

func amount(t *testing.T, text string) events.Amount {
	t.Helper()
	d, err := decimal.NewFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	return events.NewAmount(d, 2)
}

// Amounts go out at their scale, are never rounded, and come back the same.
func TestAmountAtFixedScale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value string
		scale int32
		want  string
	}{
		{"262.5", 2, "262.50"}, {"262.50", 2, "262.50"}, {"0", 2, "0.00"}, {"-0.1", 2, "-0.10"}, {"1e3", 2, "1000.00"},
		{"7", 0, "7"}, {"0.08", 4, "0.0800"}, {"12345678901234567890.12", 2, "12345678901234567890.12"},
		{"1.005", 2, ""}, {"0.5", 0, ""},
	} {
		d, err := decimal.NewFromString(c.value)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(events.NewAmount(d, c.scale))
		if (err != nil) != (c.want == "") {
			t.Errorf("%s at scale %d: %s, %v; want %q", c.value, c.scale, encoded, err, c.want)
			continue
		}
		if err != nil {
			continue
		}
		if string(encoded) != `"`+c.want+`"` {
			t.Errorf("%s at scale %d is %s, want %q", c.value, c.scale, encoded, c.want)
		}
		var back events.Amount
		if err := json.Unmarshal(encoded, &back); err != nil || back.Scale != c.scale || !back.Decimal.Equal(d) {
			t.Errorf("%s comes back as %v at scale %d, %v", encoded, back.Decimal, back.Scale, err)
		}
	}
	for _, bad := range []string{`1`, `"1e2"`, `null`} {
		if err := json.Unmarshal([]byte(bad), new(events.Amount)); err == nil {
			t.Errorf("%s is read as an amount", bad)
		}
	}
}

func TestNewOut(t *testing.T) {
	t.Parallel()
	cause := mustDecode(t, goodPaid)
	frozen := func(count int, thing string) events.Out {
		return events.NewOut(cause, events.TypeIncentiveFrozen, thing, count, &events.IncentiveFrozen{
			Origin: events.Origin{Version: 1},
			HoldChange: events.HoldChange{
				DetailID: thing, BillID: "B1", HoldID: "H1", Reason: "credit_not_repaid", Reference: "O1",
				Currency: "CNY", Amount: amount(t, "32"),
			},
		})
	}
	out := frozen(0, "D1")
	line, err := out.Structured()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"specversion":"1.0","id":"` + events.DeriveID("P100", "/orders/cn", "order.paid/O1", "incentive.frozen.v1", "D1", "0") +
		`","source":"/accruald","type":"incentive.frozen.v1","time":"2026-11-22T10:31:10+08:00","subject":"D1",` +
		`"partitionkey":"P100","data":{"causation_id":"order.paid/O1","version":1,"detail_id":"D1","bill_id":"B1",` +
		`"hold_id":"H1","reason":"credit_not_repaid","reference":"O1","currency":"CNY","amount":"32.00"}}`
	if string(line) != want {
		t.Errorf("structured form\n%s\nwant\n%s", line, want)
	}
	if again := frozen(0, "D1"); again.ID != out.ID {
		t.Error("a replay gives another id")
	}
	if frozen(1, "D1").ID == out.ID || frozen(0, "D2").ID == out.ID {
		t.Error("another count or thing gives the same id")
	}
	header, data, err := out.Message()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]string{
		"ce-specversion": {"1.0"}, "ce-id": {out.ID}, "ce-source": {"/accruald"}, "ce-type": {"incentive.frozen.v1"},
		"ce-time": {"2026-11-22T10:31:10+08:00"}, "ce-subject": {"D1"}, "ce-partitionkey": {"P100"},
		"content-type": {"application/json"}, "Nats-Msg-Id": {out.ID},
	}, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	stored := out
	stored.Data = jsontext.Value(data)
	if restored, err := stored.Structured(); err != nil || string(restored) != want {
		t.Errorf("from the stored payload: %s, %v", restored, err)
	}
}

func TestOutRefusesToRound(t *testing.T) {
	t.Parallel()
	out := events.NewOut(mustDecode(t, goodPaid), events.TypeCouponQuotaChanged, "Q1", 0, &events.CouponQuotaChanged{
		QuotaID: "Q1", Currency: "CNY", Before: amount(t, "1"), After: amount(t, "0.995"),
	})
	if _, err := out.Structured(); err == nil || !strings.Contains(err.Error(), "more than 2 digits") {
		t.Errorf("an amount with three digits at scale 2 gives %v", err)
	}
	if _, _, err := out.Message(); err == nil {
		t.Error("the message rounds")
	}
}

// Another content, code or attempt is another refusal; the same is the same.
func TestNewRejectedOut(t *testing.T) {
	t.Parallel()
	cause := mustDecode(t, goodPaid)
	why := &events.Rejection{Code: "unknown_product", Message: "m", Pointer: "/data/lines/0", Retryable: true}
	out := events.NewRejectedOut(cause, why, 1)
	payload, err := out.Payload()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"causation_id":"order.paid/O1","version":1,"source":"/orders/cn","id":"order.paid/O1","type":"order.paid.v1",` +
		`"code":"unknown_product","message":"m","pointer":"/data/lines/0","retryable":true}`
	if string(payload) != want {
		t.Errorf("payload\n%s\nwant\n%s", payload, want)
	}
	other := mustDecode(t, strings.Replace(goodPaid, "43.30", "43.31", 1))
	ids := map[string]bool{
		out.ID:                                  true,
		events.NewRejectedOut(cause, why, 2).ID: true,
		events.NewRejectedOut(other, why, 1).ID: true,
		events.NewRejectedOut(cause, &events.Rejection{Code: "held"}, 1).ID: true,
		events.NewRejectedOut(cause, why, 1).ID:                             true,
	}
	if len(ids) != 4 {
		t.Errorf("%d ids, want 4 for four refusals and one repetition", len(ids))
	}
}

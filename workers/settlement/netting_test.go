package settlement

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/calendar"
)

func bill(id, cycle, payable string, named bool) RequestBill {
	return RequestBill{ID: id, Cycle: calendar.Cycle(cycle), Payable: dec(payable), Named: named}
}

// shown writes a plan as "amount: bill requested/offset ...".
func shown(p Plan) string {
	text := p.Amount.String()
	for _, l := range p.Lines {
		text += fmt.Sprintf(" %s %s/%s", l.BillID, l.Requested, l.Offset)
	}
	return text
}

func TestNetRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		bills []RequestBill
		want  string
		code  string
	}{
		{"one bill", []RequestBill{bill("B", "2026-03", "100", true)}, "100 B 100/0", ""},
		{"F49: negatives are netted whether named or not", []RequestBill{
			bill("N", "2026-04", "-20", false), bill("B", "2026-02", "50", true), bill("A", "2026-01", "100", true),
		}, "130 A 80/20 B 50/0 N 0/-20", ""},
		{"oldest cycle, then bill id", []RequestBill{
			bill("Z", "2026-01", "30", true), bill("A", "2026-01", "30", true), bill("N", "2025-12", "-40", true),
		}, "20 N 0/-40 A 0/30 Z 20/10", ""},
		{"what is not named stays", []RequestBill{bill("A", "2026-01", "100", false), bill("B", "2026-02", "5", true)}, "5 B 5/0", ""},
		{"net zero", []RequestBill{bill("A", "2026-01", "100", true), bill("N", "2026-02", "-100", false)}, "", CodeNothingPayable},
		{"net negative", []RequestBill{bill("A", "2026-01", "100", true), bill("N", "2026-02", "-400", false)}, "", CodeNothingPayable},
		{"only a negative", []RequestBill{bill("N", "2026-02", "-400", true)}, "", CodeNothingPayable},
		{"nothing", nil, "", CodeNothingPayable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			given := slices.Clone(c.bills)
			plan, err := NetRequest(c.bills)
			if codeOf(err) != c.code || err == nil && shown(plan) != c.want {
				t.Errorf("got %q, %v; want %q, %q", shown(plan), err, c.want, c.code)
			}
			if !slices.EqualFunc(given, c.bills, func(a, b RequestBill) bool { return a.ID == b.ID }) {
				t.Error("the caller's bills were reordered")
			}
		})
	}
}

func TestOffsetOnExpiry(t *testing.T) {
	t.Parallel()
	expiring := bill("P", "2025-06", "200", false)
	for _, c := range []struct {
		name      string
		negatives []RequestBill
		want      string
	}{
		{"+200 against -600 leaves one negative of -400", []RequestBill{bill("N", "2026-01", "-600", false)}, "0 P 0/200 N 0/-200"},
		{"nothing to offset", nil, "200"},
		{"oldest first, the last in part", []RequestBill{bill("B", "2026-02", "-300", false), bill("A", "2026-01", "-50", false)}, "0 P 0/200 A 0/-50 B 0/-150"},
		{"what is left expires", []RequestBill{bill("A", "2026-01", "-50", false)}, "150 P 0/50 A 0/-50"},
		{"a positive one is no negative", []RequestBill{bill("A", "2026-01", "50", false)}, "200"},
	} {
		if got := shown(OffsetOnExpiry(expiring, c.negatives)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := shown(OffsetOnExpiry(bill("P", "2025-06", "-5", false), []RequestBill{bill("N", "2026-01", "-600", false)})); got != "0" {
		t.Errorf("a negative does not expire: %q", got)
	}
}

// Offsets sum to zero, nothing is requested beyond what is payable, and money is conserved.
func TestNettingLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var bills []RequestBill
		net := decimal.Zero
		for i := range rapid.IntRange(1, 8).Draw(t, "bills") {
			one := RequestBill{
				ID: fmt.Sprint("B", i), Cycle: rapid.SampledFrom([]calendar.Cycle{"2026-01", "2026-02", "2026-03"}).Draw(t, "cycle"),
				Payable: cents(-20_000, 30_000).Draw(t, "payable"), Named: rapid.Bool().Draw(t, "named"),
			}
			if one.Named || one.Payable.IsNegative() {
				net = net.Add(one.Payable)
			}
			bills = append(bills, one)
		}
		plan, err := NetRequest(bills)
		if (err == nil) != net.IsPositive() {
			t.Fatalf("net %s: %v", net, err)
		}
		permuted, _ := NetRequest(rapid.Permutation(bills).Draw(t, "order"))
		if shown(plan) != shown(permuted) {
			t.Fatalf("%q in one order, %q in another", shown(plan), shown(permuted))
		}
		offsets, requested := decimal.Zero, decimal.Zero
		for _, line := range plan.Lines {
			offsets, requested = offsets.Add(line.Offset), requested.Add(line.Requested)
			at := slices.IndexFunc(bills, func(b RequestBill) bool { return b.ID == line.BillID })
			if line.Requested.IsNegative() || !line.Requested.Add(line.Offset).Equal(bills[at].Payable) {
				t.Fatalf("line %+v of a bill with %s payable", line, bills[at].Payable)
			}
		}
		if !offsets.IsZero() || !requested.Equal(plan.Amount) || err == nil && !plan.Amount.Equal(net) {
			t.Fatalf("offsets sum to %s, requests to %s of %s", offsets, requested, plan.Amount)
		}
	})
}

package listing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func partner(id string) *decision.Partner {
	return decision.NewPartner(id, site.Default(), decision.NewPartnerReference(), true)
}

func bill(p *decision.Partner, id, association, currency, payable string, state settlement.BillState) {
	p.Bills.Load(id, &decision.Bill{ID: id, Association: association, Currency: money.Currency(currency), Cycle: "2026-03", State: state,
		Amounts: settlement.Amounts{Total: dec(payable), Payable: dec(payable)}}, 1)
}

// issuedOnly is a judge that lets positive issued bills through.
func issuedOnly(b *decision.Bill) (decimal.Decimal, []string, error) {
	amount, blockedBy := settlement.Applicable(settlement.BillView{State: b.State, Payable: b.Amounts.Payable}, settlement.Gates{Authenticated: true})
	return amount, blockedBy, nil
}

// TestPayableNetsNegatives: per association and currency, and never below zero.
func TestPayableNetsNegatives(t *testing.T) {
	t.Parallel()
	p := partner("P1")
	bill(p, "A", "resale", "CNY", "100.00", settlement.BillIssued)
	bill(p, "B", "resale", "CNY", "-30.50", settlement.BillIssued)
	bill(p, "C", "resale", "CNY", "-5.00", settlement.BillEstimated) // not netted: it is not issued
	bill(p, "D", "resale", "CNY", "0", settlement.BillIssued)        // left out
	bill(p, "E", "referral", "CNY", "10.00", settlement.BillIssued)
	bill(p, "F", "referral", "CNY", "-10.00", settlement.BillIssued)
	bill(p, "G", "resale", "JPY", "700", settlement.BillDisputed)
	l, err := PayableOf(p, issuedOnly)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range l.Requests {
		got = append(got, fmt.Sprintf("%s %s %d: %s of %s, %s, net %s", s.Association, s.Currency, s.Bills, table.Plain(s.Applicable),
			table.Plain(s.Payable), table.Plain(s.Negatives), table.Plain(s.Net)))
	}
	want := []string{"referral CNY 2: 10.00 of 0.00, -10.00, net 0.00", "resale CNY 3: 100.00 of 64.50, -30.50, net 69.50", "resale JPY 1: 0 of 700, 0, net 0"}
	if !slices.Equal(got, want) || len(l.Bills) != 6 {
		t.Errorf("got %q of %d bills, want %q", got, len(l.Bills), want)
	}
}

// TestHoldsByCurrency: a hold over everything has a row for each currency, and one that covers nothing has one.
func TestHoldsByCurrency(t *testing.T) {
	t.Parallel()
	p := partner("P1")
	p.Holds.Load("H1", &decision.Hold{ID: "H1", Reason: "compliance", Open: true}, 1)
	p.Holds.Load("H2", &decision.Hold{ID: "H2", Reason: "cycle_unpaid", Open: true, Cycle: "2026-03", Currency: "CNY"}, 1)
	p.Holds.Load("H3", &decision.Hold{ID: "H3", Reason: "other", BillID: "B"}, 1)
	for id, currency := range map[string]money.Currency{"D1": "CNY", "D2": "CNY", "D3": "JPY"} {
		p.Details.Load(id, &decision.Detail{ID: id, BillID: "B", Currency: currency, Holds: []decision.Covering{{HoldID: "H1", Amount: dec("5")}}}, 1)
	}
	for all, want := range map[bool][]string{
		false: {"H1 everything of the partner CNY 10.00 of 2", "H1 everything of the partner JPY 5 of 1", "H2 cycle 2026-03 CNY 0.00 of 0"},
		true:  {"H1 everything of the partner CNY 10.00 of 2", "H1 everything of the partner JPY 5 of 1", "H2 cycle 2026-03 CNY 0.00 of 0", "H3 bill B  0 of 0"},
	} {
		l := Holds(all, 10)
		l.Add(p)
		var got []string
		for _, h := range l.Rows {
			got = append(got, fmt.Sprintf("%s %s %s %s of %d", h.HoldID, h.Scope, h.Currency, table.Plain(h.Frozen), len(h.Details)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("all %t: got %q, want %q", all, got, want)
		}
	}
}

// TestLimitGoesOverPartners: rows beyond it are counted, of every partner.
func TestLimitGoesOverPartners(t *testing.T) {
	t.Parallel()
	l, err := Requests(Filter{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"P1", "P2", "P3"} {
		p := partner(id)
		for _, request := range []string{"R1", "R2"} {
			p.Requests.Load(request, &decision.Request{ID: request, State: settlement.RequestPaid, Currency: "CNY",
				Bills: []decision.RequestedBill{{BillID: "gone", Amount: dec("1")}}}, 1)
		}
		l.Add(p)
	}
	if len(l.Rows) != 3 || l.Cutoff() != 3 || l.Rows[2].PartnerID != "P2" {
		t.Errorf("kept %v, left out %d", l.Rows, l.Cutoff())
	}
}

// TestFiltersKnowTheMachines: every state of the rules can be asked for, no other.
func TestFiltersKnowTheMachines(t *testing.T) {
	t.Parallel()
	for _, state := range append(settlement.RequestTable().States, "") {
		if _, err := Requests(Filter{State: state}); err != nil {
			t.Error(err)
		}
	}
	for _, state := range append(settlement.InvoiceTable().States, "") {
		if _, err := Invoices(Filter{State: state}); err != nil {
			t.Error(err)
		}
	}
	if _, err := Invoices(Filter{State: "paid"}); err == nil {
		t.Error("invoices can be paid")
	}
}

// TestBalanceFollowsTheChart: accounts stand in its order by currency, one that it does not have at the end, and a
// currency that is out of balance is named.
func TestBalanceFollowsTheChart(t *testing.T) {
	t.Parallel()
	sound := []Posted{
		{"CNY", settlement.AccountPartnerPayable, dec("0"), dec("10.00")}, {"CNY", "pocket", dec("2.5"), dec("0")},
		{"CNY", settlement.AccountIncentiveExpense, dec("7.5"), dec("0")}, {"JPY", settlement.AccountBank, dec("5"), dec("5")},
	}
	b := Balance(sound)
	var got []string
	for _, a := range b.Accounts {
		got = append(got, a.Currency+" "+a.Account+" "+table.Plain(a.Balance))
	}
	want := []string{"CNY incentive_expense 7.50", "CNY partner_payable -10.00", "CNY pocket 2.50", "JPY settlement_bank 0"}
	if !slices.Equal(got, want) || b.Check() != nil || len(b.Totals) != 2 {
		t.Errorf("got %q, %v, %d totals; want %q", got, b.Check(), len(b.Totals), want)
	}
	err := Balance(append(sound, Posted{"USD", settlement.AccountBank, dec("0"), dec("1")})).Check()
	if err == nil || !strings.Contains(err.Error(), "USD by -1.00") || strings.Contains(err.Error(), "CNY") {
		t.Errorf("one line alone: %v", err)
	}
}

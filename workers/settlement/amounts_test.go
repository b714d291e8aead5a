package settlement

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// The bill of March in the worked example, and April's negative one.
func TestWorkedExample(t *testing.T) {
	t.Parallel()
	credit, cash := dec("32.00"), dec("19.71")
	march := Amounts{}.Accrue(credit, credit)
	expectAmounts(t, "step 2", march, amounts("32.00", "0", "0", "0", "0", "0"))
	march = march.Accrue(cash, decimal.Zero)
	expectAmounts(t, "step 4", march, amounts("32.00", "19.71", "0", "0", "0", "0"))
	march = march.FreezeTo(dec("24.00"), BillEstimated)
	expectAmounts(t, "step 5", march, amounts("24.00", "27.71", "0", "0", "0", "0"))
	march = march.Freeze(dec("27.71"))
	expectAmounts(t, "step 6", march, amounts("51.71", "0", "0", "0", "0", "0"))
	march = march.FreezeTo(dec("0"), BillPendingConfirmation)
	expectAmounts(t, "step 8", march, amounts("0", "51.71", "0", "0", "0", "0"))
	expectApplicable(t, "step 8", march, BillPendingConfirmation, "0", BlockedNotConfirmed)

	april := Amounts{}.Accrue(dec("-0.19"), decimal.Zero)
	expectAmounts(t, "step 9", april, amounts("0", "-0.19", "0", "0", "0", "0"))
	expectApplicable(t, "step 9", april, BillEstimated, "0", BlockedNotConfirmed, BlockedNothingPayable)
	expectApplicable(t, "step 10", march, BillIssued, "51.71")

	plan, err := NetRequest([]RequestBill{{ID: "march", Cycle: "2026-03", Payable: march.Payable, Named: true}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "step 11: April is not issued, nothing is netted", plan.Amount, "51.71")
	before := march
	if march, err = march.Request(plan.Lines[0].Requested); err != nil {
		t.Fatal(err)
	}
	expectAmounts(t, "step 11: requested", march, amounts("0", "0", "51.71", "0", "0", "0"))
	if march, err = march.PayOut(plan.Amount); err != nil {
		t.Fatal(err)
	}
	expectAmounts(t, "step 11: paid", march, amounts("0", "0", "0", "51.71", "0", "0"))
	if err := Balanced(PostBillChange(before, march)); err != nil {
		t.Error(err)
	}
}

func expectApplicable(t testing.TB, what string, a Amounts, state BillState, want string, blocked ...string) {
	t.Helper()
	got, by := Applicable(BillView{state, a.Payable}, open)
	expect(t, what, got, want)
	if len(by) != len(blocked) {
		t.Fatalf("%s: blocked by %v, want %v", what, by, blocked)
	}
	for i := range by {
		if by[i] != blocked[i] {
			t.Errorf("%s: blocked by %v, want %v", what, by, blocked)
		}
	}
}

func TestApplicableListsEveryReason(t *testing.T) {
	t.Parallel()
	minimum := dec("100")
	_, by := Applicable(BillView{BillDisputed, dec("-1")}, Gates{Overdue: true, MinPayment: &minimum})
	want := []string{BlockedNotConfirmed, BlockedNothingPayable, BlockedNotAuthenticated, BlockedOverdue, BlockedBelowMinimum}
	if len(by) != len(want) {
		t.Fatalf("blocked by %v, want %v", by, want)
	}
	for i := range want {
		if by[i] != want[i] {
			t.Errorf("blocked by %v, want %v", by, want)
		}
	}
	if at, _ := Applicable(BillView{BillIssued, minimum}, Gates{Authenticated: true, MinPayment: &minimum, IssuedPayable: minimum}); !at.Equal(minimum) {
		t.Errorf("exactly the minimum payment: %s is applicable", at)
	}
	expectApplicable(t, "an expired bill", amounts("0", "0", "0", "0", "5", "0"), BillExpired, "0", BlockedNothingPayable)
}

func TestMovesAreRefusedBeyondWhatIsThere(t *testing.T) {
	t.Parallel()
	a := amounts("10", "100", "50", "0", "0", "0")
	for _, c := range []struct {
		name string
		move func() (Amounts, error)
	}{
		{"request over payable", func() (Amounts, error) { return a.Request(dec("100.01")) }},
		{"request nothing", func() (Amounts, error) { return a.Request(decimal.Zero) }},
		{"request a negative", func() (Amounts, error) { return a.Request(dec("-1")) }},
		{"F48: pay out more than requested", func() (Amounts, error) { return a.PayOut(dec("50.01")) }},
		{"pay out a negative", func() (Amounts, error) { return a.PayOut(dec("-1")) }},
		{"give back more than requested", func() (Amounts, error) { return a.GiveBack(dec("51"), decimal.Zero, BillIssued) }},
		{"freeze more than is given back", func() (Amounts, error) { return a.GiveBack(dec("5"), dec("6"), BillIssued) }},
	} {
		got, err := c.move()
		if codeOf(err) != CodeInvalidAmount || !got.Equal(a) {
			t.Errorf("%s: %v, %+v", c.name, err, got)
		}
	}
	broken := a
	broken.Total = dec("1")
	negative := amounts("0", "10", "-10", "0", "0", "0")
	for _, each := range []Amounts{broken, negative} {
		if codeOf(each.Check()) != CodeIdentityBroken {
			t.Errorf("%+v passes", each)
		}
	}
}

func TestGiveBackAndExpiry(t *testing.T) {
	t.Parallel()
	requested := amounts("0", "0", "50", "0", "0", "0")
	for _, c := range []struct {
		name   string
		freeze string
		state  BillState
		want   Amounts
	}{
		{"to payable", "0", BillIssued, amounts("0", "50", "0", "0", "0", "0")},
		{"to expired where the bill has expired", "0", BillExpired, amounts("0", "0", "0", "0", "50", "0")},
		{"to frozen where a hold covers it", "20", BillIssued, amounts("20", "30", "0", "0", "0", "0")},
	} {
		got, err := requested.GiveBack(dec("50"), dec(c.freeze), c.state)
		if err != nil {
			t.Fatal(err)
		}
		expectAmounts(t, c.name, got, c.want)
	}
	expectAmounts(t, "positive payable expires, frozen waits", amounts("20", "30", "0", "0", "0", "0").Expire(), amounts("20", "0", "0", "0", "30", "0"))
	expectAmounts(t, "negatives stay", amounts("20", "-30", "0", "0", "0", "0").Expire(), amounts("20", "-30", "0", "0", "0", "0"))
	expectAmounts(t, "frozen goes to expired when released", amounts("20", "0", "0", "0", "30", "0").FreezeTo(dec("0"), BillExpired), amounts("0", "0", "0", "0", "50", "0"))
	expectAmounts(t, "a released negative stays", amounts("-20", "0", "0", "0", "30", "0").FreezeTo(dec("0"), BillExpired), amounts("0", "-20", "0", "0", "30", "0"))
	for _, c := range []struct {
		name string
		a    Amounts
		want bool
	}{
		{"payable", amounts("0", "1", "0", "0", "0", "0"), true},
		{"frozen", amounts("1", "0", "0", "0", "0", "0"), true},
		{"requested", amounts("0", "0", "1", "0", "0", "0"), true},
		{"fully paid", amounts("0", "0", "0", "1", "0", "1"), false},
		{"negative", amounts("5", "-1", "0", "0", "0", "0"), false},
	} {
		if c.a.Expires() != c.want {
			t.Errorf("%s: expires %v", c.name, c.a.Expires())
		}
	}
}

// The identity holds after every move of a random history, each step posts balanced lines, and the accounts' balances
// are the columns.
func TestIdentityLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var a Amounts
		ledger := map[string]decimal.Decimal{}
		state := BillIssued
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := a
			x := cents(-5_000, 10_000).Draw(t, "amount")
			move := rapid.SampledFrom([]string{"accrue", "freeze", "release", "request", "give back", "pay out", "net", "expire"}).Draw(t, "move")
			var err error
			switch move {
			case "accrue":
				a = a.Accrue(x, cents(-5_000, 5_000).Draw(t, "frozen"))
			case "freeze":
				a = a.Freeze(x)
			case "release":
				a = a.FreezeTo(a.Frozen.Sub(x.Abs()), state)
			case "request":
				a, err = a.Request(x)
			case "give back":
				a, err = a.GiveBack(x, decimal.Zero, state)
			case "pay out":
				a, err = a.PayOut(x)
			case "net":
				a = a.Net(x)
			case "expire":
				a, state = a.Expire(), BillExpired
			}
			if err != nil && !a.Equal(before) {
				t.Fatalf("%s %s: refused and changed", move, x)
			}
			if err := a.Check(); err != nil {
				t.Fatalf("%s %s: %v", move, x, err)
			}
			lines := PostBillChange(before, a)
			if err := Balanced(lines); err != nil {
				t.Fatalf("%s %s: %v", move, x, err)
			}
			for _, line := range lines {
				ledger[line.Account] = ledger[line.Account].Add(line.Amount)
			}
			if applicable, _ := Applicable(BillView{state, a.Payable}, open); applicable.IsNegative() {
				t.Fatalf("applicable is %s", applicable)
			}
		}
		for account, column := range map[string]decimal.Decimal{
			AccountIncentiveExpense: a.Total.Neg(), AccountPartnerFrozen: a.Frozen, AccountPartnerPayable: a.Payable,
			AccountPartnerRequested: a.Requested, AccountPartnerPaidOut: a.PaidOut, AccountPartnerExpired: a.Expired,
			AccountPartnerOffset: a.Offset,
		} {
			if !ledger[account].Neg().Equal(column) {
				t.Fatalf("%s is %s, the bill says %s", account, ledger[account], column)
			}
		}
	})
}

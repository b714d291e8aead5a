package settlement

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/site"
)

func TestMethodAllowed(t *testing.T) {
	t.Parallel()
	bank, topUp, owed, quota := site.BankTransfer, site.AccountTopUp, site.AccountOwedInvoice, site.CouponQuota
	for _, c := range []struct {
		site, association string
		cycle             calendar.Cycle
		allowed, refused  []site.PaymentMethod
	}{
		{"cn", "resale", "2023-10", []site.PaymentMethod{owed, quota}, []site.PaymentMethod{bank, topUp}},
		{"cn", "resale", "2023-09", []site.PaymentMethod{bank, topUp, quota}, []site.PaymentMethod{owed}},
		{"cn", "referral", "2026-03", []site.PaymentMethod{bank, topUp, quota}, []site.PaymentMethod{owed}},
		{"intl", "referral", "2026-03", []site.PaymentMethod{bank, quota}, nil},
		{"intl", "resale", "2026-03", []site.PaymentMethod{quota}, []site.PaymentMethod{bank}},
		{"eu", "referral", "2026-03", []site.PaymentMethod{quota}, []site.PaymentMethod{bank, topUp, owed}},
	} {
		for _, method := range c.allowed {
			if err := MethodAllowed(profile(t, c.site), c.association, c.cycle, method); err != nil {
				t.Errorf("%s %s %s: %v", c.site, c.association, c.cycle, err)
			}
		}
		for _, method := range c.refused {
			if err := MethodAllowed(profile(t, c.site), c.association, c.cycle, method); codeOf(err) != CodeMethodNotAllowed {
				t.Errorf("%s %s %s by %s: %v", c.site, c.association, c.cycle, method, err)
			}
		}
	}
	if err := MethodAllowed(profile(t, "cn"), "resale", "2026-03", "cheque"); codeOf(err) != CodeUnknownMethod {
		t.Errorf("an unknown method: %v", err)
	}
	if _, err := Payout(profile(t, "cn"), dec("1"), "cheque", "CNY"); codeOf(err) != CodeUnknownMethod {
		t.Errorf("an unknown method: %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	p := profile(t, "cn")
	deadline, err := ReviewDeadline(p, at(t, "2026-04-10 18:00")) // a Friday
	if err != nil || !deadline.Equal(at(t, "2026-04-17")) {
		t.Errorf("five working days after a Friday: %s, %v", deadline, err)
	}
	deadline, err = p.ConfirmationDeadline("2026-03")
	if err != nil || !deadline.Equal(at(t, "2026-04-13")) {
		t.Errorf("the fifth working day after Sunday 5 April, and Qingming on the Monday: %s, %v", deadline, err)
	}
	last, err := ValidUntil(p, at(t, "2024-02-29"))
	if err != nil || last.Format("2006-01-02") != "2025-02-28" {
		t.Errorf("a year after a leap day: %s, %v", last, err)
	}
}

func TestDeductOwed(t *testing.T) {
	t.Parallel()
	both := []Owed{{TaxRate: dec("0.06"), Amount: dec("300")}, {TaxRate: dec("0.13"), Amount: dec("50")}}
	for _, c := range []struct {
		name, chosen, rate, invoice, after, code string
		owed                                     []Owed
	}{
		{"its own rate counts", "500", "0.06", "200", "0", "", both},
		{"more owed than chosen", "100", "0.06", "0", "200", "", both},
		{"nothing owed", "500", "0.06", "500", "0", "", nil},
		{"owed at another rate only", "500", "0.09", "", "", CodeOwedAtOtherRate, both},
		{"what was owed at another rate is made up for", "500", "0.09", "500", "0", "", []Owed{{TaxRate: dec("0.06")}}},
	} {
		invoice, after, err := DeductOwed(dec(c.chosen), dec(c.rate), c.owed)
		if codeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.code == "" {
			expect(t, c.name, invoice, c.invoice)
			expect(t, c.name+": owed after", after, c.after)
		}
	}
	expect(t, "never negative", Withdrawable(dec("100"), both), "0")
}

func TestCheckApply(t *testing.T) {
	t.Parallel()
	fine := Application{
		Direction: ToCustomer, Channel: ChannelMarketplaceOther, Medium: MediumDigital, Amount: dec("100"),
		OrderIDs: []string{"O1", "O2"}, Invoiced: []string{"O9"}, Unsubscribing: []string{"O8"},
	}
	for _, c := range []struct {
		name   string
		change func(*Application)
		want   string
	}{
		{"fine", func(*Application) {}, ""},
		{"unknown direction", func(a *Application) { a.Direction = "up" }, CodeUnknownDirection},
		{"unknown channel", func(a *Application) { a.Channel = "shop" }, CodeUnknownChannel},
		{"unknown medium", func(a *Application) { a.Medium = "clay" }, CodeUnknownMedium},
		{"no amount", func(a *Application) { a.Amount = decimal.Zero }, CodeInvalidAmount},
		{"an order is never split over invoices", func(a *Application) { a.Invoiced = []string{"O2"} }, CodeOrderInvoiced},
		{"an unsubscription is pending", func(a *Application) { a.Unsubscribing = []string{"O1"} }, CodeUnsubscribePending},
		{"to the vendor without a request", func(a *Application) { a.Direction = ToVendor }, CodeRequestMissing},
		{"to the vendor before approval", func(a *Application) { a.Direction, a.RequestState = ToVendor, RequestProcessing }, CodeRequestNotAwaitingInvoice},
		{"to the vendor", func(a *Application) { a.Direction, a.RequestState = ToVendor, RequestAwaitingInvoice }, ""},
	} {
		a := fine
		c.change(&a)
		if got := codeOf(CheckApply(a)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCheckReturn(t *testing.T) {
	t.Parallel()
	whole, part := dec("100.00"), dec("99.99")
	for _, c := range []struct {
		name string
		back Return
		want string
	}{
		{"the whole, unnamed", Return{Medium: MediumPaper, Whole: dec("100")}, ""},
		{"the whole, named", Return{Medium: MediumPaper, Amount: &whole, Whole: dec("100")}, ""},
		{"a part", Return{Medium: MediumPaper, Amount: &part, Whole: dec("100")}, CodePartialReturn},
		{"F50: a paying request rests on it", Return{Medium: MediumPaper, Whole: whole, RequestState: RequestPaying}, CodeRequestPaying},
		{"digital, unused", Return{Medium: MediumDigital, Whole: whole}, ""},
		{"digital, used for tax", Return{Medium: MediumDigital, Whole: whole, VATUsed: true}, CodeRedLetterNotConfirmed},
		{"digital, booked", Return{Medium: MediumDigital, Whole: whole, Booked: true}, CodeRedLetterNotConfirmed},
		{"digital, booked, red letter confirmed", Return{Medium: MediumDigital, Whole: whole, Booked: true, RedLetterConfirmed: true}, ""},
	} {
		if got := codeOf(CheckReturn(c.back)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for channel, want := range map[Channel]string{
		ChannelVendor: ApproverVendor, ChannelMarketplaceCurated: ApproverVendor, ChannelMarketplaceOther: ApproverProvider, "shop": "",
	} {
		if got, err := ReturnApprover(channel); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", channel, got, err)
		}
	}
}

func TestMayUnsubscribe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		channel Channel
		states  []InvoiceState
		want    string
	}{
		{ChannelVendor, []InvoiceState{InvoiceIssued}, ""},
		{ChannelMarketplaceCurated, []InvoiceState{InvoiceReturned, InvoiceIssued}, CodeInvoiceUnreturned},
		{ChannelMarketplaceOther, []InvoiceState{InvoicePendingReview}, CodeInvoiceUnreturned},
		{ChannelMarketplaceOther, []InvoiceState{InvoiceReturned, InvoiceRejected, InvoiceCancelled}, ""},
		{ChannelMarketplaceOther, nil, ""},
	} {
		if got := codeOf(MayUnsubscribe(c.channel, c.states)); got != c.want {
			t.Errorf("%s with invoices %v: %q, want %q", c.channel, c.states, got, c.want)
		}
	}
}

func TestCover(t *testing.T) {
	t.Parallel()
	invoices := []CoverInvoice{
		{InvoiceToSign, ToVendor, dec("1")}, {InvoiceIssued, ToVendor, dec("2")}, {InvoiceReturnRefused, ToVendor, dec("4")},
		{InvoiceReturning, ToVendor, dec("8")}, {InvoicePendingReview, ToVendor, dec("16")}, {InvoiceIssued, ToCustomer, dec("32")},
	}
	expect(t, "cover", Cover(invoices), "7")
	if by, moves := CoverTrigger(RequestInvoiceReview, dec("7"), dec("8")); !moves || by != RequestUncovered {
		t.Errorf("a cover that differs: %q", by)
	}
	for _, state := range []RequestState{RequestProcessing, RequestPaying, RequestPaid, RequestInvoiceReview} {
		if by, moves := CoverTrigger(state, dec("8"), dec("8")); moves {
			t.Errorf("in %q an equal cover moves by %q", state, by)
		}
	}
}

func TestPostings(t *testing.T) {
	t.Parallel()
	payout, err := PostPayout(dec("10000"), dec("9380.53"), site.BankTransfer)
	expectLines(t, payout, err, []Posting{{AccountDischarged, dec("10000")}, {AccountBank, dec("-9380.53")}, {AccountTaxDifference, dec("-619.47")}})
	payout, err = PostPayout(dec("51.71"), dec("51.71"), site.CouponQuota)
	expectLines(t, payout, err, []Posting{{AccountDischarged, dec("51.71")}, {AccountCouponQuota, dec("-51.71")}})
	paid, err := PostConsumption([]TenderAmount{{"coupon", dec("23")}, {"credit", dec("300")}, {"credit", dec("100")}, {"cash", dec("5")}, {"cash", dec("-5")}})
	expectLines(t, paid, err, []Posting{{AccountTenderCoupon, dec("23")}, {AccountTenderCredit, dec("400")}, {AccountConsumption, dec("-423")}})
	expectLines(t, PostRepayment(dec("100")), nil, []Posting{{AccountRepayments, dec("100")}, {AccountCreditRepaid, dec("-100")}})
	expectLines(t, PostBillChange(Amounts{}, Amounts{}), nil, nil)
	if _, err := PostPayout(dec("1"), dec("1"), "cheque"); codeOf(err) != CodeUnknownMethod {
		t.Errorf("an unknown method: %v", err)
	}
	if _, err := PostConsumption([]TenderAmount{{"points", dec("1")}}); codeOf(err) != CodeUnknownTender {
		t.Errorf("an unknown tender: %v", err)
	}
	if err := Balanced([]Posting{{AccountBank, dec("0.01")}}); codeOf(err) != CodeUnbalanced {
		t.Errorf("one line alone: %v", err)
	}
}

func expectLines(t *testing.T, got []Posting, err error, want []Posting) {
	t.Helper()
	if err == nil {
		err = Balanced(got)
	}
	if err != nil || len(got) != len(want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
		return
	}
	for i := range want {
		if got[i].Account != want[i].Account || !got[i].Amount.Equal(want[i].Amount) {
			t.Errorf("line %d: %v, want %v", i, got[i], want[i])
		}
	}
}

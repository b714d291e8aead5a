package decision

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/settlement"
)

// A book is what is owed and what was received in one currency, as the rules
// see it. An order that was paid on credit and with flexi coupons on credit is
// owed twice; rows are those of the debts, one for one.
type book struct {
	rows       []*Debt
	debts      []settlement.Debt
	repayments []settlement.Repayment
}

// A CycleSettlement says, with authority, that what was owed for a cycle at a
// time is settled, whatever repayments have come.
type CycleSettlement struct {
	Cycle     calendar.Cycle
	Currency  money.Currency
	SettledAt time.Time
}

func (d *decider) book(c money.Currency) book {
	var b book
	for _, row := range d.Debts.All() {
		if row.Currency != c {
			continue
		}
		debt := row.Debt
		debt.OutsideDue = row.Association != incentive.AssociationResale
		if !debt.Credit.IsZero() {
			b.rows, b.debts = append(b.rows, row), append(b.debts, debt)
		}
		if row.Coupon != nil {
			debt.Credit, debt.Refunded, debt.ForCoupon, debt.OutsideDue = row.Coupon.Credit, row.Coupon.Refunded, true, true
			b.rows, b.debts = append(b.rows, row), append(b.debts, debt)
		}
	}
	for _, r := range d.Repayments.All() {
		if r.Currency == c {
			b.repayments = append(b.repayments, r.Repayment)
		}
	}
	for _, s := range d.CycleSettlements.All() {
		if s.Currency == c {
			b.repayments = append(b.repayments, settlement.Repayment{ID: s.id(), At: s.SettledAt, Cycle: s.Cycle, RestOfDue: true})
		}
	}
	b.repayments = append(b.repayments, givenBack(b.debts)...)
	return b
}

// cycleSettled closes what is left of a cycle's due at a time, whatever
// repayments have come; the same said again changes nothing.
func (d *decider) cycleSettled(data *events.CycleSettled) error {
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	d.need(ScopeBook, "")
	settled := &CycleSettlement{Cycle: calendar.Cycle(data.Cycle), Currency: money.Currency(data.Currency), SettledAt: data.SettledAt.UTC()}
	if _, err := settled.Currency.Digits(); err != nil {
		return &events.Rejection{Code: events.CodeCurrencyInvalid, Pointer: "/data/currency", Message: fmt.Sprintf("settle cycle %q: %v", data.Cycle, err)}
	}
	if d.CycleSettlements.Get(settled.id()) == nil {
		d.CycleSettlements.Put(settled.id(), settled)
	}
	return nil
}

func (s *CycleSettlement) id() string {
	return string(s.Cycle) + " " + string(s.Currency) + " " + s.SettledAt.Format(time.RFC3339Nano)
}

// couponOnCredit tells whether a slice was paid with a flexi coupon on credit.
func (f *fact) couponOnCredit(s pricing.Slice) bool {
	return s.Kind == pricing.TenderFlexiCoupon && f.Reference.coupon(f.in.PartnerVersion, s.Reference, f.at).OnCredit
}

func (b *Debt) addCoupon(s PaidSlice) {
	if b.Coupon == nil {
		b.Coupon = &CouponDebt{}
	}
	b.Coupon.Credit, b.Coupon.Refunded = b.Coupon.Credit.Add(s.Amount), b.Coupon.Refunded.Add(s.Refunded)
}

// keepRepaid takes over what was repaid until it is allocated again.
func (b *Debt) keepRepaid(old *Debt) {
	b.Repaid = old.Repaid
	if b.Coupon != nil && old.Coupon != nil {
		b.Coupon.Repaid = old.Coupon.Repaid
	}
}

// setRepaid sets what is repaid, of the coupons or of the credit, and tells
// whether it was otherwise before.
func (b *Debt) setRepaid(coupon bool, amount decimal.Decimal) bool {
	if coupon {
		same := b.Coupon.Repaid.Equal(amount)
		b.Coupon = &CouponDebt{Credit: b.Coupon.Credit, Refunded: b.Coupon.Refunded, Repaid: amount}
		return !same
	}
	same := b.Repaid.Equal(amount)
	b.Repaid = amount
	return !same
}

func owesCoupon(b *Debt) bool { return b != nil && b.Coupon != nil }

// couponOutstanding is what is still owed for flexi coupons on credit.
func (b *Debt) couponOutstanding() decimal.Decimal {
	return b.Coupon.Credit.Sub(b.Coupon.Refunded).Sub(b.Coupon.Repaid)
}

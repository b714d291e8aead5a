package decision

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
)

// An overdue is a gate at request time: while one is open, of the partner or of
// one of its customers, nothing of the partner is applicable. A bill does not
// tell customers apart, and for what its resale customers owe the partner
// answers, so a customer's overdue shuts the same gate. Nothing is frozen by it
// (Settlement rules, section 4).

// An Overdue is money that the partner, or one of its customers, is late with.
// It counts while it was reported and not cleared, in whatever order these come.
type Overdue struct {
	ID, CustomerID string
	Amount         decimal.Decimal
	Currency       money.Currency
	Since          time.Time
	Reported       bool
	ClearedAt      *time.Time `json:",omitzero"`
}

// Open tells whether it stands against payment requests.
func (o *Overdue) Open() bool { return o.Reported && o.ClearedAt == nil }

// overdue opens an overdue, unless it was cleared before it came.
func (d *decider) overdue(data *events.AccountOverdue) error {
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	if _, known := d.Reference.customers[data.CustomerID]; !known && data.CustomerID != "" {
		return &events.Rejection{Code: CodeUnknownCustomer, Pointer: "/data/customer_id", Retryable: true, Message: fmt.Sprintf(
			"customer %q was never associated with partner %q; publish customer.associated.v1 first", data.CustomerID, d.ID)}
	}
	if err := wholeCents(data.Amount, money.Currency(data.Currency), "/data/amount"); err != nil {
		return err
	}
	row := d.overdueRow(data.OverdueID)
	if row.Reported {
		return &events.Rejection{Code: CodeOverdueExists, Pointer: "/data/overdue_id", Message: fmt.Sprintf(
			"overdue %q was reported before by another event; give each overdue its own id", data.OverdueID)}
	}
	row.CustomerID, row.Amount, row.Currency, row.Since, row.Reported = data.CustomerID, data.Amount, money.Currency(data.Currency), data.Since, true
	d.putOverdue(row)
	return nil
}

// cleared closes an overdue; one that is not known yet is closed before it
// opens.
func (d *decider) cleared(data *events.AccountCleared) error {
	if d.Reference.Site() == "" {
		return d.unknownPartner()
	}
	row := d.overdueRow(data.OverdueID)
	if row.ClearedAt != nil {
		return &events.Rejection{Code: CodeOverdueCleared, Pointer: "/data/overdue_id", Message: fmt.Sprintf(
			"overdue %q was cleared before by another event; a new overdue has a new id", data.OverdueID)}
	}
	row.ClearedAt = &data.At
	d.putOverdue(row)
	return nil
}

// overdueRow returns a copy of an overdue, an empty one where there is none.
func (d *decider) overdueRow(id string) *Overdue {
	d.need(ScopeOverdue, id)
	if row := d.Overdues.Get(id); row != nil {
		changed := *row
		return &changed
	}
	return &Overdue{ID: id}
}

// putOverdue stores an overdue. Where the gate opens or shuts by it, the bills
// whose applicable amount that changes are told anew.
func (d *decider) putOverdue(row *Overdue) {
	old := d.Overdues.Get(row.ID)
	count := d.Counters.Overdue
	if old != nil && old.Open() {
		count--
	}
	if row.Open() {
		count++
	}
	d.Overdues.Put(row.ID, row)
	if (count > 0) == (d.Counters.Overdue > 0) {
		d.Counters.Overdue = count
		return
	}
	d.need(ScopeBills, "")
	bills := d.Bills.All()
	before := d.Counters.Overdue
	for _, bill := range bills {
		d.Counters.Overdue = before
		was, _ := d.applicable(bill)
		d.Counters.Overdue = count
		if is, _ := d.applicable(bill); !is.Equal(was) {
			told := *bill
			d.Bills.Put(bill.ID, &told)
		}
	}
	d.Counters.Overdue = count
}

// isOverdue tells whether the account of a customer, or of the partner itself,
// is overdue: nothing of it renews by itself then.
func (d *decider) isOverdue(customerID string) bool {
	if d.Counters.Overdue == 0 {
		return false
	}
	d.need(ScopeOpenOverdues, "")
	return slices.ContainsFunc(d.Overdues.All(), func(o *Overdue) bool {
		return o.Open() && (o.CustomerID == "" || o.CustomerID == customerID)
	})
}

// refuseOverdue refuses to apply for all bills while an overdue is open, by that
// name; a named bill says itself what stands against it.
func (d *decider) refuseOverdue(data *events.PaymentRequestSubmitted) error {
	if !data.All || d.Counters.Overdue == 0 {
		return nil
	}
	return &events.Rejection{Code: settlement.BlockedOverdue, Pointer: "/data/all", Message: fmt.Sprintf(
		"%d accounts of partner %q or its customers are overdue; apply again when they are cleared", d.Counters.Overdue, d.ID)}
}

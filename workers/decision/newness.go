package decision

import "time"

// Whether a customer is new depends on its other orders, which are other
// chains (Settlement rules, section 2). A payment is judged by what is known of
// the customer's payments before it in key order. When one comes to light or
// goes, only the payment next after it can be judged otherwise: its chain is
// folded again. Usage settles without anybody ordering it: it makes no customer
// old, and is never taken for a new one's.

// notePaid takes an order into the customer's payments and tells the order
// when the one before it was. Orders that cost nothing do not count, and earn nothing.
func (f *fact) notePaid(order *Order) {
	if !order.Payment.Charge.Amount.IsPositive() {
		return
	}
	f.PaidOrders.Put(order.ID, &PaidOrder{OrderID: order.ID, CustomerID: order.CustomerID, Event: f.ref()})
	if f.policies.JudgesNewness() {
		order.PreviousPaidAt = f.previousPaid(order.CustomerID, order.ID, f.ref())
	}
}

// forgetPaid takes an order out of the customer's payments.
func (d *decider) forgetPaid(order *Order) {
	if d.judgesNewness() {
		d.need(ScopePaid, order.CustomerID)
	}
	d.PaidOrders.Put(order.ID, nil)
}

func (d *decider) judgesNewness() bool {
	return d.common.policies.View(d.common.version).JudgesNewness()
}

// previousPaid returns when the customer last paid for another order before a
// place in key order, nil when it never did.
func (d *decider) previousPaid(customerID, orderID string, at EventRef) *time.Time {
	d.need(ScopePaid, customerID)
	var last *PaidOrder
	for _, paid := range d.PaidOrders.By(paidOrdersByCustomer, customerID) {
		if paid.OrderID != orderID && compareRefs(paid.Event, at) < 0 && (last == nil || compareRefs(paid.Event, last.Event) > 0) {
			last = paid
		}
	}
	if last == nil {
		return nil
	}
	return &last.Event.Time
}

// nextPaid returns the customer's first payment for another order behind a
// place in key order, nil when there is none.
func (d *decider) nextPaid(customerID, orderID string, at EventRef) *PaidOrder {
	var next *PaidOrder
	for _, paid := range d.PaidOrders.By(paidOrdersByCustomer, customerID) {
		if paid.OrderID != orderID && compareRefs(paid.Event, at) > 0 && (next == nil || compareRefs(paid.Event, next.Event) < 0) {
			next = paid
		}
	}
	return next
}

// judgeNewness folds the chains again whose payment has another one before it
// than it was judged by.
func (d *decider) judgeNewness() error {
	changes := d.PaidOrders.differences()
	if len(changes) == 0 || !d.judgesNewness() {
		return nil
	}
	for _, change := range changes {
		for _, paid := range []*PaidOrder{change.before, change.after} {
			if paid == nil {
				continue
			}
			d.need(ScopePaid, paid.CustomerID)
			if next := d.nextPaid(paid.CustomerID, paid.OrderID, paid.Event); next != nil {
				if err := d.judgeNext(next); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *decider) judgeNext(paid *PaidOrder) error {
	key := orderKey(paid.OrderID)
	d.need(ScopeChain, key)
	was, is := d.Orders.Get(paid.OrderID).PreviousPaidAt, d.previousPaid(paid.CustomerID, paid.OrderID, paid.Event)
	if was == nil && is == nil || was != nil && is != nil && was.Equal(*is) {
		return nil
	}
	chain := d.chain(key)
	own := d.keys != nil && d.chain(d.keys[0]).ID == chain.ID
	return d.refold(chain, own)
}

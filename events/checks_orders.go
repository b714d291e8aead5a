package events

import "strconv"

// Rules between the fields of orders and settlement events; as in checks.go.

// CouponsMax is how many coupons one payment may carry (Pricing rules, section 4).
const CouponsMax = 3

func itoa(n int) string { return strconv.Itoa(n) }

// check completes the order type and wants lines that can be told apart.
func (o *OrderPlaced) check() *Rejection {
	if o.OrderType == 0 {
		o.OrderType = OrderTypeSubscribe
	}
	for i := range o.Lines {
		for j := range i {
			if o.Lines[i].LineID == o.Lines[j].LineID {
				return reject(CodeDuplicateLine, pointerTo("lines", i, "line_id"), "line %q is there twice", o.Lines[i].LineID)
			}
			if o.Lines[i].ResourceID == o.Lines[j].ResourceID {
				return reject(CodeDuplicateLine, pointerTo("lines", i, "resource_id"),
					"resource %q is on two lines; n instances are n resources", o.Lines[i].ResourceID)
			}
		}
	}
	return nil
}

func (l *OrderLine) check() *Rejection {
	if l.ParentResourceID == l.ResourceID {
		return reject(CodeConflict, "/parent_resource_id", "a resource is not attached to itself")
	}
	return checkSize(l.ResourceSize, l.SizeMeasureID)
}

func (u *UsageMetered) check() *Rejection { return checkSize(u.ResourceSize, u.SizeMeasureID) }

func checkSize(size, measure int) *Rejection {
	if size != 0 && measure == 0 {
		return reject(CodeFieldMissing, "/size_measure_id", "a size needs its measure")
	}
	if size == 0 && measure != 0 {
		return reject(CodeFieldMissing, "/resource_size", "a measure of size needs the size")
	}
	return nil
}

func (n *NewSpec) check() *Rejection {
	if n.ResourceSpec == "" && n.ResourceSize == 0 {
		return reject(CodeFieldMissing, "/resource_spec", "a change needs a new specification or a new size")
	}
	return nil
}

func (o *OrderPriceAdjusted) check() *Rejection {
	if (o.AmountOff == nil) == (len(o.Lines) == 0) {
		return reject(CodeConflict, "/amount_off", "an adjustment has one amount off, or lines, exactly one")
	}
	for i := range o.Lines {
		for j := range i {
			if o.Lines[i].LineID == o.Lines[j].LineID {
				return reject(CodeDuplicateLine, pointerTo("lines", i, "line_id"), "line %q is there twice", o.Lines[i].LineID)
			}
		}
	}
	return nil
}

// check completes who pays and wants at most CouponsMax coupons, each once.
func (o *OrderPaid) check() *Rejection {
	if o.PaidBy == "" {
		o.PaidBy = PaidByCustomer
	}
	coupons := map[string]bool{}
	for i := range o.Tenders {
		id := o.Tenders[i].CouponID
		if id == "" {
			continue
		}
		if coupons[id] {
			return reject(CodeDuplicateItem, pointerTo("tenders", i, "coupon_id"), "coupon %q pays twice", id)
		}
		coupons[id] = true
		if len(coupons) > CouponsMax {
			return reject(CodeTooManyCoupons, "/tenders", "a payment carries at most %d coupons", CouponsMax)
		}
	}
	return nil
}

func (t *Tender) check() *Rejection {
	isCoupon := t.Kind == TenderCoupon || t.Kind == TenderFlexiCoupon
	isCard := t.Kind == TenderStoredCard
	switch {
	case isCoupon && t.CouponID == "":
		return reject(CodeFieldMissing, "/coupon_id", "a tender of kind %s names its coupon", t.Kind)
	case isCard && t.CardID == "":
		return reject(CodeFieldMissing, "/card_id", "a tender of kind %s names its card", t.Kind)
	case !isCoupon && t.CouponID != "":
		return reject(CodeConflict, "/coupon_id", "a tender of kind %s has no coupon", t.Kind)
	case !isCard && t.CardID != "":
		return reject(CodeConflict, "/card_id", "a tender of kind %s has no card", t.Kind)
	}
	return nil
}

func (c *ResourceRenewalConfigured) check() *Rejection {
	if (c.PeriodType == nil) != (c.PeriodNum == 0) {
		return reject(CodePeriodInvalid, "/period_type", "a period has a type and a number")
	}
	return nil
}

func (p *RepaymentReceived) check() *Rejection {
	if len(p.OrderIDs) > 0 && p.Cycle != "" {
		return reject(CodeConflict, "/cycle", "a repayment is for orders or for a cycle, not for both")
	}
	return nil
}

func (h *HoldPlaced) check() *Rejection {
	scopes := 0
	for _, scope := range [...]string{h.DetailID, h.OrderID, h.BillID, h.Cycle} {
		if scope != "" {
			scopes++
		}
	}
	if scopes > 1 {
		return reject(CodeConflict, "", "a hold covers one detail, order, bill or cycle, or the partner")
	}
	return nil
}

func (p *PaymentRequestSubmitted) check() *Rejection {
	switch {
	case p.All == (len(p.BillIDs) > 0):
		return reject(CodeConflict, "/bill_ids", "a request names bills or takes all, exactly one")
	case p.All && p.Currency == "":
		return reject(CodeCurrencyMissing, "/currency", "a request for all bills needs their currency")
	case p.All && p.Association == "":
		return reject(CodeFieldMissing, "/association", "a request for all bills needs their association")
	}
	return nil
}

func (i *InvoiceTriggered) check() *Rejection {
	if i.Trigger != InvoiceApply {
		return nil
	}
	switch {
	case i.Amount == nil:
		return reject(CodeFieldMissing, "/amount", "an application needs its amount")
	case i.Currency == "":
		return reject(CodeCurrencyMissing, "/currency", "an application needs the currency of its amount")
	case i.Direction == "":
		return reject(CodeFieldMissing, "/direction", "an application needs its direction")
	case i.Channel == "":
		return reject(CodeFieldMissing, "/channel", "an application needs its channel")
	case i.Medium == "":
		return reject(CodeFieldMissing, "/medium", "an application needs its medium")
	case i.TaxRate == nil:
		return reject(CodeFieldMissing, "/tax_rate", "an application needs its tax rate")
	}
	return nil
}

func (a *AdjustmentPosted) check() *Rejection {
	if (a.BillID == "") == (a.OrderID == "") {
		return reject(CodeConflict, "/bill_id", "an adjustment is of a bill or of an order, exactly one")
	}
	return nil
}

func (m *ResourcesMoved) check() *Rejection {
	if m.PartnerID == m.PreviousPartnerID {
		return reject(CodeConflict, "/previous_partner_id", "a move comes from another partner")
	}
	return nil
}

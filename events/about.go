package events

// The subject of an event is the id of the thing its data is about. Where a type has exactly one such id, about
// returns it, and a subject that says otherwise is refused; types about several things, or about a moment, take any.

func (s *ServiceTypePublished) about() string     { return s.ServiceTypeCode }
func (p *ProductPublished) about() string         { return p.ProductID }
func (p *ProductWithdrawn) about() string         { return p.ProductID }
func (p *IncentivePolicyPublished) about() string { return p.PolicyID }

func (c *CustomerAssociated) about() string      { return c.CustomerID }
func (c *CustomerDisassociated) about() string   { return c.CustomerID }
func (d *DiscountGranted) about() string         { return d.DiscountID }
func (d *DiscountRevoked) about() string         { return d.DiscountID }
func (q *CouponQuotaGranted) about() string      { return q.QuotaID }
func (q *CouponQuotaStateChanged) about() string { return q.QuotaID }
func (c *CouponIssued) about() string            { return c.CouponID }
func (c *CouponReclaimed) about() string         { return c.CouponID }
func (c *CouponStateChanged) about() string      { return c.CouponID }
func (r *CustomerRegistration) about() string    { return r.RegistrationID }
func (o *Opportunity) about() string             { return o.OpportunityID }

func (o *OrderPlaced) about() string        { return o.OrderID }
func (o *OrderSpecChanged) about() string   { return o.OrderID }
func (o *OrderRenewed) about() string       { return o.OrderID }
func (o *OrderUnsubscribed) about() string  { return o.OrderID }
func (o *OrderConverted) about() string     { return o.OrderID }
func (o *OrderPriceAdjusted) about() string { return o.OrderID }
func (o *OrderPaid) about() string          { return o.OrderID }
func (o *OrderCancelled) about() string     { return o.OrderID }
func (p *RepaymentReceived) about() string  { return p.RepaymentID }
func (m *MilestoneDelivered) about() string { return m.MilestoneID }
func (a *AccountOverdue) about() string     { return a.OverdueID }
func (a *AccountCleared) about() string     { return a.OverdueID }

func (b *BillAction) about() string              { return b.BillID }
func (h *HoldPlaced) about() string              { return h.HoldID }
func (h *HoldReleased) about() string            { return h.HoldID }
func (p *PaymentRequestSubmitted) about() string { return p.PaymentRequestID }
func (p *PaymentRequestAction) about() string    { return p.PaymentRequestID }
func (i *InvoiceTriggered) about() string        { return i.InvoiceID }
func (a *AdjustmentPosted) about() string        { return a.AdjustmentID }

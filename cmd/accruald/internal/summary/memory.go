package summary

import "github.com/accruald/accruald/workers/decision"

// Memory sums up what an engine holds, its digest included.
func Memory(m *decision.Memory) (*Summary, error) {
	c := NewCollector()
	for id, p := range m.Partners {
		for _, o := range p.Orders.All() {
			c.Order(o)
		}
		for _, d := range p.Details.All() {
			c.Detail(d)
		}
		for _, b := range p.Bills.All() {
			can, _, err := p.Applicable(m.Common, b, p.Counters.Highest)
			if err != nil {
				return nil, err
			}
			c.Bill(id, b, can)
		}
		for _, r := range p.Requests.All() {
			c.Request(r)
		}
		for _, i := range p.Invoices.All() {
			c.Invoice(i)
		}
		for _, in := range p.Inputs.All() {
			if in.Status == decision.StatusRejected {
				c.Rejected(id, in.No, in.Event.ID, in.Rejection.Code, in.Rejection.Message)
			} else {
				c.Inputs(in.Status, 1)
			}
		}
	}
	s := c.Summary()
	var err error
	s.Digest, err = m.Digest()
	return s, err
}

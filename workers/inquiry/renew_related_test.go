package inquiry

import (
	"testing"

	"github.com/accruald/accruald/workers/pricing"
)

// TestRenewalWithRelatedResources: what is attached always counts, what is only related when it is asked for, and both
// under the id of their primary.
func TestRenewalWithRelatedResources(t *testing.T) {
	t.Parallel()
	s := newShop(t, "cn", "CNY")
	s.server("s", "100", "1", nil)
	resources := []*pricing.Resource{
		s.resource("server", "s", nil),
		s.resource("disk", "s", func(r *pricing.Resource) { r.ParentID = "server" }),
		s.resource("address", "s", func(r *pricing.Resource) { r.RelatedID = "server" }),
	}
	for _, c := range []struct {
		related *bool
		amount  string
	}{{nil, "200.00"}, {ptr(false), "200.00"}, {ptr(true), "300.00"}} {
		response, err := Renew(s.book(), asker, resources, &RenewRequest{ResourceIDs: []string{"server"}, PeriodType: 2, PeriodNum: 1, IncludeRelativeResources: c.related})
		s.must(err)
		if got := response.RenewInquiryResults; len(got) != 1 || got[0].ResourceID != "server" || got[0].Amount != c.amount {
			t.Errorf("related %v: %+v, want %s under the server", c.related, got, c.amount)
		}
	}
}

package listing

import (
	"time"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/site"
)

// Renewal is a resource that renews by itself, when that is tried next at the earliest, and why it failed last.
type Renewal struct {
	PartnerID   string    `json:"partner_id"`
	ResourceID  string    `json:"resource_id"`
	CustomerID  string    `json:"customer_id"`
	ExpireTime  time.Time `json:"expire_time"`
	NextAttempt time.Time `json:"next_attempt"`
	Failed      int       `json:"failed_attempts"` // for this expiry
	LastAttempt time.Time `json:"last_attempt,omitzero"`
	Code        string    `json:"code"`
	Message     string    `json:"message"`
}

var renewalColumns = []table.Column[Renewal]{
	{Name: "partner_id", Of: func(r *Renewal) any { return r.PartnerID }},
	{Name: "resource_id", Of: func(r *Renewal) any { return r.ResourceID }},
	{Name: "customer_id", Of: func(r *Renewal) any { return r.CustomerID }},
	{Name: "expire_time", Of: func(r *Renewal) any { return r.ExpireTime }},
	{Name: "next_attempt", Of: func(r *Renewal) any { return r.NextAttempt }},
	{Name: "failed_attempts", Of: func(r *Renewal) any { return r.Failed }},
	{Name: "last_attempt", Of: func(r *Renewal) any { return r.LastAttempt }},
	{Name: "code", Of: func(r *Renewal) any { return r.Code }, Only: table.ForMachines},
	{Name: "message", Of: func(r *Renewal) any { return r.Message }},
}

// Renewals lists the resources that renew by themselves. It needs them with their attempts, and the partner's reference data.
func Renewals(sites site.Profiles, limit int) *List[Renewal] {
	return newList(limit, renewalColumns, func(p *decision.Partner) (rows []Renewal) {
		profile, err := sites.Get(p.Reference.Site())
		if err != nil {
			return nil // not enrolled, so it has no resources
		}
		for _, r := range p.Resources.All() {
			if !r.AutoRenews() {
				continue
			}
			row := Renewal{PartnerID: p.ID, ResourceID: r.ID, CustomerID: r.CustomerID, ExpireTime: r.Expiry}
			if at, err := profile.FirstRenewalAttempt(r.Expiry, r.AutoRenewal.DeductionDay); err == nil {
				row.NextAttempt = at
			}
			if a := p.Attempts.Get(r.ID); a != nil && a.Expiry.Equal(r.Expiry) {
				row.Failed, row.LastAttempt, row.Code, row.Message = a.Attempts, a.At, a.Code, a.Message
				row.NextAttempt = a.At.AddDate(0, 0, 1) // tried daily
			}
			rows = append(rows, row)
		}
		return rows
	})
}

package decision

import (
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// redInvoiceWorkingDays is how long the red invoice for a digital one that is
// neither used for tax nor booked takes at the most.
const redInvoiceWorkingDays = 3

// answerReturn notes who answers a return, and until when where the rules say so.
func (d *decider) answerReturn(profile *site.Profile, invoice *Invoice) (deadline time.Time, err error) {
	if invoice.State != settlement.InvoiceReturning {
		return noTime, nil
	}
	if invoice.ReturnAnswered, err = settlement.ReturnApprover(settlement.Channel(invoice.Channel)); err != nil {
		return noTime, err
	}
	data, ok := d.in.Event.Data.(*events.InvoiceTriggered)
	if !ok || settlement.Medium(invoice.Medium) != settlement.MediumDigital || isTrue(data.VATUsed) || isTrue(data.Booked) {
		return noTime, nil
	}
	return profile.WorkingDays().AddWorkingDays(d.in.Event.Time, redInvoiceWorkingDays, profile.Zone())
}

package decision

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// autoRequest applies for everything that is applicable, association by
// association and currency by currency, for a partner that wants it. Where
// there is nothing to apply for, nothing happens. The request's id follows from
// the run, so that nobody else takes it.
func (d *decider) autoRequest(profile *site.Profile, at time.Time) error {
	enrolled := d.Reference.enrolment(d.Counters.DecisionNo, at)
	if enrolled == nil || !enrolled.AutoRequest || enrolled.AutoRequestMethod == "" {
		return nil
	}
	d.need(ScopeBills, "")
	kinds := map[pool]bool{}
	for _, b := range d.Bills.All() {
		kinds[pool{association: b.Association, currency: b.Currency}] = true
	}
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), pool.compare) {
		request := &Request{ID: autoRequestID(d.ID, kind.association, kind.currency, at), Method: enrolled.AutoRequestMethod,
			Association: kind.association, Currency: kind.currency}
		bills, err := d.allFor(profile, request)
		if err == nil {
			err = d.submit(profile, request, bills, JobAutoRequest)
		}
		if refused := (*events.Rejection)(nil); errors.As(err, &refused) {
			continue // every refusal of an application says that there is nothing to apply for now
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func autoRequestID(partner, association string, c money.Currency, at time.Time) string {
	return events.DeriveID(JobAutoRequest, partner, association, string(c), at.UTC().Format(time.RFC3339))
}

// payInto puts what a paid request comes to where its method says: into the
// owed invoices of the partner's account, or into a coupon quota.
func (d *decider) payInto(request *Request) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	switch method := site.PaymentMethod(request.Method); method {
	case site.AccountOwedInvoice:
		d.owe(profile.IncentiveInvoice.OutputVATRate, request.Currency, request.Payout)
	case site.CouponQuota:
		err = d.grantQuota(request)
	case site.BankTransfer, site.AccountTopUp: // money, which the ledger shows
	default:
		_, err = settlement.InvoiceRequired(method)
	}
	return err
}

package workers

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/reconciliation"
)

// A thing is a row that an event brings into being under the id that it gives
// it: a request, a hold, an invoice, a coupon, a quota.
type thing struct{ table, id string }

// thingOf says what an event brings into being, the zero thing for nothing.
func thingOf(typ string, payload []byte) thing {
	var of struct {
		Request string `json:"payment_request_id"`
		Hold    string `json:"hold_id"`
		Invoice string `json:"invoice_id"`
		Coupon  string `json:"coupon_id"`
		Quota   string `json:"quota_id"`
		Trigger string `json:"trigger"`
	}
	read := func(table string, id *string) thing {
		if json.Unmarshal(payload, &of) != nil || table == "invoice" && of.Trigger != events.InvoiceApply {
			return thing{} // what cannot be read is told as altered
		}
		return thing{table, *id}
	}
	switch typ {
	case events.TypePaymentRequestSubmitted:
		return read("payment_request", &of.Request)
	case events.TypeHoldPlaced:
		return read("hold", &of.Hold)
	case events.TypeInvoiceTriggered:
		return read("invoice", &of.Invoice)
	case events.TypeCouponIssued:
		return read("coupon", &of.Coupon)
	case events.TypeCouponQuotaGranted:
		return read("coupon_quota", &of.Quota)
	default:
		return thing{}
	}
}

// brings notes that an accepted event brings something into being.
func (e *effects) brings(in *storedInput) {
	if is := thingOf(in.typ, in.payload); is.id != "" && e.things[is] == 0 {
		e.things[is] = in.no
	}
}

// stands notes that a row is there. What can come by an event alone has to have
// come by one.
func (e *effects) stands(table, id string, byEvent bool) {
	is := thing{table, id}
	no := e.things[is]
	if no > 0 {
		e.things[is] = -no // seen
	}
	if byEvent && e.whole && no == 0 {
		e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EffectWithoutEvent, e.partnerID, []string{table, id},
			"an accepted event that brought it into being", "none"))
	}
}

// missing tells which events brought nothing into being.
func (e *effects) missing() {
	for _, is := range slices.SortedFunc(maps.Keys(e.things), func(a, b thing) int { return cmp.Or(cmp.Compare(a.table, b.table), cmp.Compare(a.id, b.id)) }) {
		if no := e.things[is]; no > 0 {
			e.found(reconciliation.PairEventsLedger, reconciliation.Says(reconciliation.EventWithoutEffect, e.partnerID, []string{strconv.FormatInt(no, 10)},
				is.table+" "+is.id, "none"))
		}
	}
}

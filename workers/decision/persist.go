package decision

import (
	"encoding/hex"
	"time"

	"github.com/accruald/accruald/events"
)

// Refuse records an input whose source and id were received before with other
// content. That one stays as it is, so this one stands under a name of its own.
func (p *Partner) Refuse(common *Reference, ev *events.Event, arrived time.Time) []events.Out {
	why := Conflict(ev)
	p.Counters.InputNo++
	p.Counters.DecisionNo++
	p.Inputs.begin()
	p.Inputs.Put(ConflictID(ev), &Input{No: p.Counters.InputNo, Event: ev, ArrivedAt: arrived, Status: StatusRejected,
		DecisionNo: p.Counters.DecisionNo, ReferenceVersion: common.version, PartnerVersion: p.Counters.DecisionNo - 1, ReceivedVersion: common.version, Rejection: why, Attempts: 1})
	return []events.Out{events.NewRejectedOut(ev, why, 1)}
}

// ConflictID names the input of a conflict: source, id and content.
func ConflictID(ev *events.Event) string {
	return InputID(ev.Source, ev.ID) + "\x00" + hex.EncodeToString(ev.ContentHash[:])
}

// CutChainKey splits a chain key into what it names.
func CutChainKey(key string) (orderID, resourceID string) {
	if id, ok := cutKey(key, orderKey("")); ok {
		return id, ""
	}
	id, _ := cutKey(key, resourceKey(""))
	return "", id
}

// Len is the number of events folded.
func (r *PartnerReference) Len() int { return len(r.log) }

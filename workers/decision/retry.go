package decision

import (
	"fmt"
	"slices"

	"github.com/accruald/accruald/events"
)

// rejected returns the stored rejection that operations speak of.
func (d *decider) rejected(data events.RejectionAction) (*Input, error) {
	d.need(ScopeInput, InputID(data.Source, data.ID))
	in := d.Inputs.Get(InputID(data.Source, data.ID))
	if in == nil || in.Status != StatusRejected {
		return nil, &events.Rejection{Code: CodeRejectionUnknown, Pointer: "/data/id", Message: fmt.Sprintf(
			"partner %q has no rejected event %q of source %q; list them with accruald rejections", d.ID, data.ID, data.Source)}
	}
	return in, nil
}

// retryOne has a rejected event decided again, after this one.
func (d *decider) retryOne(data events.RejectionAction) error {
	in, err := d.rejected(data)
	if err != nil {
		return err
	}
	if in.Event.Data == nil {
		return &events.Rejection{Code: CodeRejectionNotRetry, Pointer: "/data/id", Message: fmt.Sprintf(
			"event %q of source %q could not be read; publish it again in its right form under a new id", data.ID, data.Source)}
	}
	d.again = append(d.again, in)
	return nil
}

// discardOne gives a rejected event up: it is not retried any more.
func (d *decider) discardOne(data events.RejectionAction) error {
	in, err := d.rejected(data)
	if err != nil {
		return err
	}
	discarded := *in
	discarded.Status = StatusDiscarded
	d.record(&discarded)
	return nil
}

// expireAndRetry rejects what waited too long, and decides rejections again
// that newer reference data may heal.
func (d *decider) expireAndRetry() {
	if d.Counters.Waiting > 0 && d.now.Sub(d.Counters.WaitingSince) > predecessorWaitMax {
		d.expireWaiting()
	}
	if d.Counters.Retryable > 0 && (d.common.version > d.Counters.RetriedReference || d.Counters.ReferenceNo > d.Counters.RetriedPartner) {
		d.retryRejected()
	}
}

// expireWaiting rejects what waited too long for its predecessor.
func (d *decider) expireWaiting() {
	d.need(ScopeRetryable, "")
	oldest := d.now
	for _, in := range d.Inputs.All() {
		if in.Status != StatusWaiting {
			continue
		}
		if d.now.Sub(in.ArrivedAt) <= predecessorWaitMax {
			if in.ArrivedAt.Before(oldest) {
				oldest = in.ArrivedAt
			}
			continue
		}
		d.begin(in)
		d.reject(&events.Rejection{Code: CodePredecessorMissing, Message: "waited " + predecessorWaitMax.String() + " for " +
			keyText(in.WaitsFor) + ", which did not come; publish it, then this event under a new id"})
	}
	if d.Counters.Waiting > 0 {
		d.Counters.WaitingSince = oldest
	}
}

// retryRejected decides the retryable rejections again, in the order of their
// arrival. One that is too old stays rejected for good; a job or another
// cut-off is never run again by itself.
func (d *decider) retryRejected() {
	d.Counters.RetriedReference, d.Counters.RetriedPartner = d.common.version, d.Counters.ReferenceNo
	d.need(ScopeRetryable, "")
	retry := d.Inputs.By(inputsByRetry, retryable)
	slices.SortFunc(retry, func(a, b *Input) int { return int(a.No - b.No) })
	for _, old := range retry {
		in := d.Inputs.Get(old.id())
		switch {
		case retryKey(in) == "":
		case events.IsCutOff(in.Event.Type) || d.now.Sub(in.ArrivedAt) > predecessorWaitMax:
			final, why := *in, *in.Rejection
			why.Retryable = false
			final.Rejection = &why
			d.begin(in)
			d.record(&final)
		default:
			d.decide(in)
		}
	}
}

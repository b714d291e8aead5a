package decision

import (
	"fmt"

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

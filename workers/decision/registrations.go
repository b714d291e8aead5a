package decision

import (
	"fmt"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// A Registration is a customer that a partner has announced. Approved, it
// protects the partner until the customer is associated or its window ends.
type Registration struct {
	ID           string
	CustomerName string
	CustomerID   string `json:",omitzero"`
	State        settlement.RegistrationState
	ApprovedAt   time.Time `json:",omitzero"`
}

// registration takes a customer registration along one edge of its machine.
func (d *decider) registration(ev any) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	switch data := ev.(type) {
	case *events.CustomerRegistrationRequested:
		err = d.register(profile, &data.CustomerRegistration)
	case *events.CustomerRegistrationApproved:
		err = d.answerRegistration(&data.CustomerRegistration, settlement.RegistrationApprove)
	case *events.CustomerRegistrationRejected:
		err = d.answerRegistration(&data.CustomerRegistration, settlement.RegistrationReject)
	default:
		return fmt.Errorf("decide event %q: %T is not about a customer registration", d.in.Event.ID, ev)
	}
	if err == nil {
		d.keepReference()
	}
	return err
}

// register opens a registration, if the partner has not too many of them.
func (d *decider) register(profile *site.Profile, data *events.CustomerRegistration) error {
	d.need(ScopeRegistration, data.RegistrationID)
	d.need(ScopeOpenRegistrations, "")
	if known := d.Registrations.Get(data.RegistrationID); known != nil {
		return d.moveRegistration(known, settlement.RegistrationRequest) // refused by its name
	}
	pending, registered := 0, 0
	for _, r := range d.Registrations.All() {
		switch r.State {
		case settlement.RegistrationPending:
			pending++
		case settlement.RegistrationRegistered:
			registered++
		default: // has served its purpose, or never will
		}
	}
	if !incentive.MayRegister(profile, pending, registered) {
		return &events.Rejection{Code: CodeTooManyRegistrations, Pointer: "/data/registration_id", Message: fmt.Sprintf(
			"partner %q has %d customer registrations pending and %d registered, %d together is the most; wait until some are associated or lapse",
			d.ID, pending, registered, profile.Registration.OpenMax)}
	}
	return d.moveRegistration(&Registration{ID: data.RegistrationID, CustomerName: data.CustomerName, CustomerID: data.CustomerID},
		settlement.RegistrationRequest)
}

func (d *decider) answerRegistration(data *events.CustomerRegistration, by settlement.RegistrationTrigger) error {
	d.need(ScopeRegistration, data.RegistrationID)
	known := d.Registrations.Get(data.RegistrationID)
	if known == nil {
		return &events.Rejection{Code: CodeUnknownRegistration, Pointer: "/data/registration_id", Retryable: true, Message: fmt.Sprintf(
			"partner %q has no customer registration %q; publish customer_registration.requested.v1 first", d.ID, data.RegistrationID)}
	}
	answered := *known
	if answered.CustomerID == "" {
		answered.CustomerID = data.CustomerID
	}
	if data.CustomerID != "" && data.CustomerID != answered.CustomerID {
		return &events.Rejection{Code: CodeRegistrationForeign, Pointer: "/data/customer_id", Message: fmt.Sprintf(
			"customer registration %q is about customer %q, not %q; request another for it", known.ID, answered.CustomerID, data.CustomerID)}
	}
	if by == settlement.RegistrationApprove {
		answered.ApprovedAt = d.in.Event.Time
	}
	return d.moveRegistration(&answered, by)
}

// moveRegistration stores a registration in its next state. The contract has
// no outgoing event for it.
func (d *decider) moveRegistration(r *Registration, by settlement.RegistrationTrigger) error {
	to, err := settlement.NextRegistration(r.State, by)
	if err != nil {
		return refusalOf(err, "/data/registration_id")
	}
	moved := *r
	moved.State = to
	d.Registrations.Put(moved.ID, &moved)
	return nil
}

// associated completes the registrations of a customer that became the
// partner's within their window.
func (d *decider) associated(data *events.CustomerAssociated) error {
	profile, err := d.profile()
	if err != nil {
		return err
	}
	d.need(ScopeOpenRegistrations, "")
	for _, r := range d.Registrations.All() {
		if r.CustomerID != data.CustomerID || r.State != settlement.RegistrationRegistered ||
			!incentive.RegistrationProtects(profile, r.ApprovedAt, data.EffectiveTime) {
			continue
		}
		if err := d.moveRegistration(r, settlement.RegistrationAssociate); err != nil {
			return err
		}
	}
	return nil
}

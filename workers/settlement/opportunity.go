package settlement

// OpportunityState is where an opportunity is.
type OpportunityState string

// The states of an opportunity.
const (
	OpportunityRegistered OpportunityState = "registered"
	OpportunityShared     OpportunityState = "shared"
	OpportunityAccepted   OpportunityState = "accepted"
	OpportunityRejected   OpportunityState = "rejected"
	OpportunityClosed     OpportunityState = "closed"
)

// OpportunityTrigger is what moves an opportunity.
type OpportunityTrigger string

// The triggers of an opportunity. OpportunityLapse is the rejection of a shared one that was not accepted in time.
const (
	OpportunityRegister OpportunityTrigger = "register"
	OpportunityShare    OpportunityTrigger = "share"
	OpportunityAccept   OpportunityTrigger = "accept"
	OpportunityLapse    OpportunityTrigger = "lapse"
	OpportunityClose    OpportunityTrigger = "close"
)

// RegistrationState is where a customer registration is. Pending and registered ones count against the limit.
type RegistrationState string

// The states of a customer registration. RegistrationAssociated has served its purpose: the customer is the partner's.
const (
	RegistrationPending    RegistrationState = "pending"
	RegistrationRegistered RegistrationState = "registered"
	RegistrationRejected   RegistrationState = "rejected"
	RegistrationAssociated RegistrationState = "associated"
	RegistrationExpired    RegistrationState = "expired"
)

// RegistrationTrigger is what moves a customer registration.
type RegistrationTrigger string

// The triggers of a customer registration.
const (
	RegistrationRequest   RegistrationTrigger = "request"
	RegistrationApprove   RegistrationTrigger = "approve"
	RegistrationReject    RegistrationTrigger = "reject"
	RegistrationAssociate RegistrationTrigger = "associate"
	RegistrationLapse     RegistrationTrigger = "lapse"
)

// Codes of refused steps of opportunities and registrations.
const (
	CodeOpportunityExists        = "opportunity_exists"
	CodeOpportunityNotShareable  = "opportunity_not_shareable"
	CodeOpportunityNotShared     = "opportunity_not_shared"
	CodeOpportunityNotOpen       = "opportunity_not_open"
	CodeRegistrationExists       = "customer_registration_exists"
	CodeRegistrationNotPending   = "customer_registration_not_pending"
	CodeRegistrationNotEffective = "customer_registration_not_registered"
	CodeRegistrationNotOpen      = "customer_registration_not_open"
)

var opportunityMachine = machine[OpportunityState, OpportunityTrigger]{
	name: "opportunity",
	states: []OpportunityState{
		OpportunityRegistered, OpportunityShared, OpportunityAccepted, OpportunityRejected, OpportunityClosed,
	},
	triggers: []trigger[OpportunityTrigger]{
		{OpportunityRegister, CodeOpportunityExists},
		{OpportunityShare, CodeOpportunityNotShareable},
		{OpportunityAccept, CodeOpportunityNotShared},
		{OpportunityLapse, CodeOpportunityNotShared},
		{OpportunityClose, CodeOpportunityNotOpen},
	},
	edges: []edge[OpportunityState, OpportunityTrigger]{
		{"", OpportunityRegister, "", OpportunityRegistered},
		{"", OpportunityShare, "", OpportunityShared},
		{OpportunityRegistered, OpportunityShare, "", OpportunityShared},
		{OpportunityShared, OpportunityAccept, "", OpportunityAccepted},
		{OpportunityShared, OpportunityLapse, "", OpportunityRejected},
		{OpportunityRegistered, OpportunityClose, "", OpportunityClosed},
		{OpportunityAccepted, OpportunityClose, "", OpportunityClosed},
	},
}

var registrationMachine = machine[RegistrationState, RegistrationTrigger]{
	name: "customer_registration",
	states: []RegistrationState{
		RegistrationPending, RegistrationRegistered, RegistrationRejected, RegistrationAssociated, RegistrationExpired,
	},
	triggers: []trigger[RegistrationTrigger]{
		{RegistrationRequest, CodeRegistrationExists},
		{RegistrationApprove, CodeRegistrationNotPending},
		{RegistrationReject, CodeRegistrationNotPending},
		{RegistrationAssociate, CodeRegistrationNotEffective},
		{RegistrationLapse, CodeRegistrationNotOpen},
	},
	edges: []edge[RegistrationState, RegistrationTrigger]{
		{"", RegistrationRequest, "", RegistrationPending},
		{RegistrationPending, RegistrationApprove, "", RegistrationRegistered},
		{RegistrationPending, RegistrationReject, "", RegistrationRejected},
		{RegistrationRegistered, RegistrationAssociate, "", RegistrationAssociated},
		{RegistrationRegistered, RegistrationLapse, "", RegistrationExpired},
	},
}

// NextOpportunity returns the state a trigger leads to, or a Refusal.
func NextOpportunity(from OpportunityState, by OpportunityTrigger) (OpportunityState, error) {
	return opportunityMachine.next(from, by)
}

// NextRegistration returns the state a trigger leads to, or a Refusal.
func NextRegistration(from RegistrationState, by RegistrationTrigger) (RegistrationState, error) {
	return registrationMachine.next(from, by)
}

// Counts reports whether a registration in this state counts against the limit of pending and registered ones.
func (s RegistrationState) Counts() bool {
	return s == RegistrationPending || s == RegistrationRegistered
}

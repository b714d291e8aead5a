package events

import "strings"

// Roots of the subjects on NATS (event contract, section 1).
const (
	inRoot        = "billing.in."
	referenceRoot = "billing.ref."
	outRoot       = "billing.out."
)

// InSubject returns the subject an input is published on: billing.in.<partner>.<type without version>, or
// billing.ref.<type without version> for what belongs to no partner.
func InSubject(e *Event) string {
	if e.PartitionKey == AllPartners {
		return referenceRoot + unversioned(e.Type)
	}
	return inRoot + e.PartitionKey + "." + unversioned(e.Type)
}

// OutSubject returns the subject an output is published on: billing.out.<partner>.<type without version>.
func OutSubject(o Out) string { return outRoot + o.PartnerID + "." + unversioned(o.Type) }

// unversioned cuts the last part of a type, its version: "order.placed.v1" is "order.placed".
func unversioned(typ string) string {
	if end := strings.LastIndexByte(typ, '.'); end >= 0 {
		return typ[:end]
	}
	return typ
}

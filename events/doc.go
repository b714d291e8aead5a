// Package events is the wire contract: every event that comes in or goes out, how it is decoded and checked, and how
// ids and subjects are formed. It is a leaf: it imports nothing of the project.
//
// # Owns
//
//   - The types. One struct per type in catalogue.go, partners.go, coupons.go, orders.go, accounts.go and settlement.go
//     (inbound) and outbound.go, outbound_settlement.go (outbound); the names in types.go; the contract's sections in
//     registry.go.
//   - Decoding of both CloudEvents modes (document.go, message.go, decode.go) and validation: of single values by the
//     `rule` tag of each field (rulespec.go, rules.go), between fields by a check method (checks.go, checks_orders.go).
//   - The codes of refusals (codes.go), the content hash (hash.go), derived ids (id.go), subjects (subjects.go).
//   - The JSON Schemas, samples and AsyncAPI document, which tests hold in step with the structs.
//
// # Does not own
//
// Whether a partner, product, order or discount exists, what a price is, whether tenders sum to it: that takes state,
// and this package has none. It knows no broker and no database; events/bus and workers do.
//
// # Invariants
//
//   - A decoded event is valid by itself: required fields are there, enums are known, amounts and times are within
//     their digits, ids have their characters, and the envelope agrees with the data.
//   - Values are the same however they came: decimals are normalised, times keep their offset at microseconds and
//     never take the machine's zone. Restore of a stored envelope and payload gives the same Data.
//   - Payload is the data as received. ContentHash does not depend on blanks, the order of members, the mode of
//     transport or attributes the contract does not name, and does depend on everything else.
//   - An accepted event has a structured form that is accepted with the same hash.
//   - Encoding is deterministic: structs, no maps; amounts go out at a fixed scale and are never rounded here.
//
// # Decoding
//
// A payload struct is read by a plan made once from its tags (plan.go): in one pass over the JSON text each member is
// decoded and checked, so that a refusal knows its pointer; unknown members are skipped, since fields may be added;
// null is as good as absent. A member whose json tag has no omitzero or omitempty is required. The JSON library itself could decode
// the structs, but could not tell an absent false or 0 from a given one.
//
// # Failure handling
//
// Every error of DecodeStructured, DecodeMessage and Restore is a *Rejection with a stable code, a sentence and a JSON
// pointer into the structured form. Beside it stands a partly filled event if id, source and partition key are in
// order: it can be recorded as refused, and its hash tells a repetition from a conflict. Attributes that cannot be
// right are left empty in it, so that it can be stored. Without such an event the caller records the message under
// its stream and hash. Nothing here is retryable; retryable refusals come from those who hold state.
package events

// Package access tells who sends a request to the partner API and what they
// may do.
//
//	Ring           the valid keys in memory; Authenticate proves a message
//	Signature      SDK-HMAC-SHA256, as the published SDK signs
//	Tokens         JSON Web Tokens of an issuer
//	Store          the keys in the database, their secrets sealed by Masters
//	Caller         who it is; May (rights by role), By (the roles that give a
//	               right) and Sees (customers)
//	Limiter        how often one may ask
//	Answers        what was answered to requests that change something
//
// # Owns
//
// Callers, roles, rights, keys, secrets, proofs, the tables api_key and
// api_answer.
//
// # Does not own
//
// Operations and their answers, and what is sent over which transport (package
// api); which rows are shown (the operations, by Caller.Sees).
//
// # Invariants
//
//   - every caller is bound to a partner, and perhaps to one customer or
//     reseller of it; roles that would widen a bound key are refused
//   - several roles show what each shows alone: none widens another's customers
//   - a secret stands in no table, log, list or error; it is shown once
//   - a sealed secret opens only in its own row
//   - an unknown key is refused as slowly as a known one, in the same words
//   - a revoked key is refused everywhere within RingStaleMax: a process that
//     cannot ask the database for so long lets nobody in
//
// # Decisions
//
// The SDK signs user-agent, x-domain-id and x-sdk-date, and not the host; so
// the host is not demanded, the date is. Its date has one second: equal
// requests of one second have equal signatures, so repetitions of reads are
// let through, and what changes something is answered once by key and
// signature. An event that a request becomes has an id derived from both, and
// the time at which the request came first, so that it is the same event if a
// process ends in between.
//
// Shared secrets verify no JSON Web Tokens: who can verify by one can sign.
//
// # Failure handling
//
// A message that proves nothing is ErrUnauthenticated with the reason, which
// is for the log: the caller hears one sentence. A key that cannot be opened is
// logged and not taken; the others are. A defect while a request that changes
// something is answered lets a repetition try again.
package access

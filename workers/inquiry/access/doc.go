// Package access tells who asks and what they may do: access keys with
// signatures, roles and rights.
//
// Owns: callers, roles, rights, the signature SDK-HMAC-SHA256.
//
// Does not own: operations and their answers (package api), what is sent over
// HTTP, how rows are found.
//
// Invariants: every caller is bound to a partner, and perhaps to one customer
// or reseller of it; a secret is never in an error or a log line.
//
// Failure handling: a refusal is ErrUnauthenticated with the reason, which is
// for the log: whoever asked is told only that the access was not proved.
package access

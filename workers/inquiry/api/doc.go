// Package api serves the inquiries of the published partner API: one table of
// operations, and the transports that are derived from it.
//
// # Adding an operation
//
// Write its request struct, its response struct and its function into the file
// of its topic (ratings.go, catalogue.go, coupons.go, orders.go, bills.go), and
// its Operation into that file's list; a new file's list goes into Operations:
//
//	{
//		ID: "ListServiceTypes", Method: http.MethodGet, Path: "/v2/products/service-types",
//		Summary: "The cloud service types that are published.",
//		Right: access.Catalogue, Handle: with(listServiceTypes),
//	}
//
// The request struct says by tags what is read from path, query and headers,
// with defaults, bounds and enums (Parameter); a field with the tag body:""
// takes the JSON document, whose members may have the same tags (members.go).
// The response struct is written as it is: its json
// tags and types are the published ones. The function gets a Call (who asks,
// at what time, the books) and the decoded request:
//
//	call.Books.Common(ctx)   common reference data, from memory
//	call.Partner(ctx)        the partner with its reference data, from memory
//	call.Standing(ctx, at)   what prices are computed from, from memory
//	call.Read(ctx, f)        the partner with rows of the database, in one
//	                         read-only transaction: f loads what it needs
//
// and returns the response or an error: an *inquiry.Error is published as it
// is, a refusal of pricing by its published code, Denied() for what one may
// not see, everything else as CBC.0999 with a correlation id.
//
// An operation that changes something has Writes: true. Its function calls
//
//	call.Submit(ctx, data, subject)
//
// which publishes an event of the caller's partner and waits until it is
// decided; repetitions are answered by the framework from the first answer.
//
// Owns: the table, decoding, paging, errors as they are published, HTTP.
//
// Does not own: who asks (package access), prices (package inquiry), where
// rows come from (package workers).
//
// Invariants: a request reaches its function only when its caller is known,
// has the operation's right, and every parameter is within its bounds; what
// one may not see and what is not there are answered in the same words.
//
// Decisions where the published API is silent: names fall back to the language
// that there is; lists of resources begin with those that came last, and tell
// grace as expired and retention as frozen; about a resource, a partner asks
// for the customer who has it; of a resource before its last fact nothing is
// known, so the old inquiry for such a time is refused.
//
// Failure handling: a panic concerns its request alone. Defects are logged
// with their cause and the correlation id that the body tells.
package api

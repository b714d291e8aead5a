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
// An operation that changes something has Writes: true: repetitions are
// answered by the framework from the first answer. Its function calls
//
//	call.Submit(ctx, data, subject)
//
// for one event, or makes several and hands them in together.
//
// How an operation names objects says its row in isolation_rows_test.go: every
// kind of caller asks by it for objects of others and for ones that do not
// exist, and has to hear the same. An operation without a row fails the test.
//
// # Actions
//
// What changes something becomes events of the partner's stream, as everything does: Call.event makes one, under an
// id that follows from the caller's key, the request and the action, and Call.handIn hands it in. The answer waits
// for the decision, at most workers.IntakeWaitMax, by looking at the inbox: it knows an event at the moment of the
// commit, also one that another process took in, so a question behind the answer sees the effect. Actions without a
// document answer 204. What is not decided in time is answered by 202, in the same shape, with the ids of the orders
// or coupons, or of the event, whose effects show once it is decided. What is refused in time is given up, so that
// nothing that comes later makes it good behind the caller's back.
//
// Each resource, or customer of a coupon, is an event of its own: one that cannot be done does not keep the others.
// An order that has to be paid to count is paid by a second event, once the first is accepted. An action happens when
// the request came first, or right behind what it is about where that was dated by a clock ahead of ours. Events book
// facts and may overdraw a coupon or a quota; who asks here gets what is left, judged before, so only two requests at
// the same moment overdraw, which is a finding then.
//
// Decisions where the published API is silent: amounts of a refund are negative in all queries; an unpaid order shows
// the price that order.priced.v1 told; a renewal that is paid at once takes the automatic discount and no coupon;
// stored-value cards pay by events only, for their balance is not known here; a coupon issued here keeps a balance;
// the renewal days are set for what renews by itself now. A memo, and the kind of reason to unsubscribe, are not
// kept. Quotas are not handed on to resellers, so the lists of that are empty. Members that nothing here is known of
// are left out, or null.
//
// # Bills
//
// A customer's bill of a cycle is what the partner's statement tells of it (package charges), so that bills sum to
// statements. What is paid by monthly settlement is told as debt, adjustments as written off, because nothing pays
// them. A statement is answered as it was issued, and refused before. Answers are in one currency: a cycle with
// several is refused rather than told in part. A filter by what the books do not keep (names, labels, enterprise
// projects) finds nothing.
//
// # Description
//
// The OpenAPI document (openapi.go) and the page for people (docs.go) are made of the table and of the types of
// requests and answers at the start, so what is judged and what is described cannot come apart. They are served to
// everybody: they tell nothing of anybody. An answer has exactly the members that are described; the tests by the SDK
// validate every answer by it.
//
// # Request and reply
//
// A RequestServer offers each operation as an endpoint of the NATS service `accruald-api`, on accruald.api.v1.<id>.
// The payload is one object: parameters by name, as a query would have them, and body; headers are HTTP's, the status
// is Accruald-Status. It asks the same Service as HTTP, so limits count both.
//
// A token in a request is told to whoever listens on its subject, which nothing in NATS but permissions prevents. So
// signatures are taken too: of the method NATS, the path "/" and the subject, no query, and the payload, which has
// the parameters. What was signed for one transport proves nothing on the other.
//
// The client library calls each endpoint by one goroutine and dies of a panic in it. So take only queues, or refuses,
// and workers answer by themselves: answers by the library's request would race with its counts, which are of what
// was taken in; those of answers are in the statistics' data. A reply subject that is no inbox is refused: the server
// may publish more than who asks. Stop only begins to unsubscribe, and a connection that drains does not publish; so
// the server waits until no subscription is left, answers what is queued, flushes.
//
// Owns: the table, decoding, paging, errors as they are published, HTTP, NATS.
//
// Does not own: who asks (package access), prices (package inquiry), where rows come from (package workers).
//
// Invariants: a request reaches its function only when its caller is known, has the operation's right, and every
// parameter is within its bounds; what one may not see and what is not there are answered in the same words.
//
// Decisions where the published API is silent: names fall back to the language that there is; lists of resources
// begin with those that came last, and tell grace as expired and retention as frozen; about a resource, a partner
// asks for the customer who has it; of a resource before its last fact nothing is known, so the old inquiry for such
// a time is refused.
//
// Failure handling: a panic concerns its request alone. Defects are logged with their cause and the correlation id
// that the body tells; what who asked gave up is none.
package api

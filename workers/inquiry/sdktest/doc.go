// Package sdktest calls a running accruald by the official SDK of the
// published API, for both of its packages. It is a module of its own, so that
// the SDK is no dependency of the product; `make test` runs it.
//
// Tests share one accruald: start builds the program, runs `accruald dev` with
// the shipped quarter on private servers, and ends it after the last test. A
// test that calls an operation takes a caller (callerOf makes its key) and
// compares what the SDK decoded with what `accruald quote` or the lists of the
// program say.
//
// Owns: nothing that is shipped.
//
// Does not own: what the operations answer; package api has its own tests of
// decoding and errors, package access of signatures.
//
// Invariants: a test leaves nothing behind that another test would see,
// except coupons and orders under ids of its own.
//
// Failure handling: if accruald does not come up, every test fails with what
// it said.
package sdktest

// Package books finds what price inquiries, explanations and lists look at: reference data, resources and orders, bills,
// holds, requests and invoices, either folded in memory from files of events or read from the database.
//
// It owns the choice between the two. It does not own decisions (package decision), statements (package workers), or
// what is made of the rows (packages inquiry, explanation and listing).
//
// From files, facts from the time of the inquiry on are left out, so that a resource is as it was then; reference data is
// taken whole, because a price counts from its effective time however late it comes. The database has resources as they
// are now: an inquiry for a time before the last fact of a resource is refused rather than answered from later rows.
//
// A Books from the database is one consistent moment and holds a connection until Close.
package books

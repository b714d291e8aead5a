// Package explanation sets the account of an order (package account) for people.
//
// It owns the tables and the words. It computes nothing.
package explanation

// Package table sets rows for people and writes them for spreadsheets: figures under each other, with commas between
// thousands; or comma-separated values as RFC 4180 has them, with plain decimals.
//
// It owns how a value looks in either form. It does not own what is shown: the caller names the columns.
//
// A spreadsheet takes a cell that begins with = + - or @ for a formula, whoever wrote the text. In comma-separated values
// such a cell gets an apostrophe in front, unless it is a number.
package table

// Package sheet writes spreadsheets (XLSX): tables with a frozen header, a filter, widths, printing set up, and totals, and
// forms of labels and values.
//
// # Invariants
//
// Figures are numbers and times are dates, with formats; text stays text, whatever it begins with, so nothing that somebody
// chose as an id or a reason becomes a formula. A formula is written with the value that it comes to, so that programs that
// do not calculate show the same. A number that a spreadsheet's 15 digits cannot hold is written as text rather than
// changed. Times are shown in the zone they are given in.
//
// The same content makes the same bytes: the file has no time of its own, and the parts of the archive are put in the order
// of their names, because the library writes sheets in the order of a map.
//
// Rows are written as they come, beyond some megabytes to a temporary file: memory does not grow with them.
//
// It does not own which columns and rows there are.
package sheet

// Package upstream reads the vendor's statement files: what it says the customers of a partner consumed in a cycle.
//
// # Owns
//
//   - the forms a file comes in: CSV, CSV in gzip, a tar archive of CSV parts, plain or in gzip, and XLSX (archive.go,
//     table.go, sheet.go);
//   - encodings (encoding.go), and the mapping from columns to fields, which is data (mapping.go, mapping.json);
//   - what a cell means: amounts, cycles, kinds of bill (values.go);
//   - the problems of a file, each with a stable code, file, part, line and column (problem.go).
//
// # Does not own
//
// Whether a customer, a partner or a cycle is known, and where lines are kept (package workers); what they are compared
// with (package reconciliation).
//
// # The way of one line
//
//	file -> unpacked, bounded -> decoded to UTF-8 -> record -> header found -> cells by field -> Line
//
// A Reader is pulled: one record is in memory at a time, whatever the file holds. It takes an io.Reader and does no
// other input, with one exception that is the library's: a spreadsheet is a zip archive, which can only be read with
// its whole at hand, so it is opened by its path, and excelize unpacks what is larger than sheetMemoryMax into temporary
// files that Close removes.
//
// # Invariants
//
//   - a line is taken as a whole or is a problem; nothing is left out in silence but empty lines and lines of totals;
//   - a file with a problem gives no end of file: the caller gets Problems and stores nothing;
//   - lines that are repeated are all handed on: whether they are duplicates is for the comparison to say;
//   - an amount is exact: it is never rounded, and what is no number as the mapping says is a problem.
//
// # What is decided here where the vendor's description is silent
//
//   - A line without customer id is taken (F56): its order id tells the customer. One bill type that the mapping does not
//     name is a problem and not left out, so that credits and adjustments cannot go missing (F57).
//   - The header may stand below title lines, within header_rows_max. Later parts of an archive may repeat it or not.
//   - A currency may stand in a column, behind a header as in "Amount (USD)", or be given; two of them in one file are a
//     problem, because one statement is of one currency.
//   - Without a column for the cycle a month in the name of the file or part is compared with the cycle.
//   - A spreadsheet has 15 digits of a number; what binary fractions leave behind them is cut off as Excel shows it.
//
// # Failure handling
//
// Problems are collected up to a named number, so that one look at a file shows most of what is wrong with it. What makes
// the rest unreadable (a truncated archive, a wrong encoding, a limit) ends the reading at once. Everything that is
// unpacked has a limit: bytes, ratio to what came in, parts, lines, cells, and bytes of one record.
package upstream

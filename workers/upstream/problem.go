package upstream

import (
	"fmt"
	"strings"
)

// Codes of problems, for callers to branch on.
const (
	CodeTruncated        = "truncated_file"    // the archive or file ends before it is complete
	CodeUnreadable       = "unreadable_file"   // not a form that is known, or damaged
	CodeTooLarge         = "file_too_large"    // beyond a limit of unpacking
	CodeEncoding         = "wrong_encoding"    // not text in the encoding it was said to be in
	CodeCSV              = "malformed_csv"     // quotes that do not pair
	CodeMissingColumn    = "missing_column"    // no header has it
	CodeDoubledColumn    = "doubled_column"    // two headers have it
	CodeShortLine        = "short_line"        // fewer cells than the header
	CodeLongLine         = "long_line"         // more cells than the header
	CodeUnexpectedPart   = "unexpected_part"   // an archive holds something that is no CSV
	CodeEmpty            = "empty_file"        // no lines at all
	CodeMissingValue     = "missing_value"     // a cell that may not be empty
	CodeInvalidID        = "invalid_id"        // no id can look like that
	CodeInvalidText      = "invalid_text"      // too long, or with control characters
	CodeInvalidAmount    = "invalid_amount"    // not a number as the mapping writes them
	CodeInvalidCycle     = "invalid_cycle"     // not a month as the mapping writes them
	CodeOtherCycle       = "other_cycle"       // a line of another cycle than the statement's
	CodeUnknownBillType  = "unknown_bill_type" // not in the mapping
	CodeUnknownCurrency  = "unknown_currency"  // not a currency
	CodeMixedCurrencies  = "mixed_currencies"  // another currency than that of the statement
	CodeMissingCurrency  = "missing_currency"  // neither the file nor the caller says it
	CodeInvalidMapping   = "invalid_mapping"   // the mapping itself
	CodeUnknownCustomer  = "unknown_customer"  // never the partner's; judged by the caller
	CodeUnknownPartner   = "unknown_partner"   // likewise
	CodeOpenCycle        = "open_cycle"        // likewise: the books of that cycle are not closed
	CodeAmbiguousPartner = "ambiguous_partner" // likewise: no way to tell whose line it is
)

// A Problem is one thing that is wrong with a file, and where: Line counts from 1 in the part, Column counts cells from
// 1; 0 is the whole line or the whole file.
type Problem struct {
	Code    string `json:"code"`
	File    string `json:"file"`
	Part    string `json:"part,omitzero"`
	Line    int    `json:"line,omitzero"`
	Column  int    `json:"column,omitzero"`
	Header  string `json:"header,omitzero"` // over the column
	Message string `json:"message"`
}

// Error says where and what.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Part != "" {
		b.WriteString(", part " + p.Part)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, ", line %d", p.Line)
	}
	if p.Column > 0 {
		fmt.Fprintf(&b, ", column %d", p.Column)
	}
	if p.Header != "" {
		fmt.Fprintf(&b, " (%s)", p.Header)
	}
	return b.String() + ": " + p.Code + ": " + p.Message
}

// Problems are all that was found before reading ended.
type Problems struct {
	List []*Problem
	More bool // there may be more: reading ended at the limit, or where nothing more could be read
}

// Error lists them, a line each.
func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, one := range p.List {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets callers look for one.
func (p *Problems) Unwrap() []error {
	out := make([]error, len(p.List))
	for i, one := range p.List {
		out[i] = one
	}
	return out
}

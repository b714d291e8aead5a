package upstream

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
)

// columns say where the fields stand in a table.
type columns struct {
	at       map[Field]int
	headers  []string
	currency string // behind the header of the amount
}

// match reads a record as header. Missing are the fields that a file has to have and this one has not.
func (m *Mapping) match(cells []string) (found *columns, missing []Field, err error) {
	found = &columns{at: map[Field]int{}}
	for i, cell := range cells {
		cell = m.bare(cell)
		found.headers = append(found.headers, cell)
		folded, behind := foldHeader(cell)
		field, known := m.headers[folded]
		if !known {
			field, known = m.headers[fold(cell)] // a header that ends in parentheses itself
			behind = ""
		}
		if !known {
			continue
		}
		if other, taken := found.at[field]; taken {
			err = cmp.Or(err, error(&Problem{Code: CodeDoubledColumn, Column: i + 1, Header: cell, Message: fmt.Sprintf(
				"column %d (%s) says %s too: leave one of them out, or name the right one in the mapping", other+1, found.headers[other], field)}))
			continue
		}
		found.at[field] = i
		if field == FieldAmount {
			found.currency = behind
		}
	}
	for _, field := range fields {
		if _, there := found.at[field]; !there && m.Fields[field].Required {
			missing = append(missing, field)
		}
	}
	return found, missing, err
}

// begin finds the header of the part that was just opened. A later part of an archive may go on without one: then its
// first record is a line, which is handed back.
func (r *Reader) begin() (first *record, err error) {
	var best []Field
	bestLine, seen := 0, 0
	for seen < r.mapping.HeaderRowsMax {
		rec, err := r.table.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if isEmpty(rec.cells) {
			continue
		}
		seen++
		if p := r.textProblem(rec); p != nil {
			return nil, p
		}
		found, missing, err := r.mapping.match(rec.cells)
		if p, is := errors.AsType[*Problem](err); is && len(missing) == 0 {
			p.Line = rec.line
			return nil, p
		}
		switch {
		case len(missing) == 0:
			r.columns = found
			return nil, nil
		case seen == 1 && r.columns != nil && r.book == nil && len(found.at) == 0:
			return rec, nil
		case best == nil || len(missing) < len(best):
			best, bestLine = missing, rec.line
		}
	}
	if seen == 0 {
		return nil, nil // a part without lines
	}
	return nil, &Problem{Code: CodeMissingColumn, Line: bestLine, Message: r.mapping.lacks(best)}
}

// lacks says which columns are missing, and how they may be called.
func (m *Mapping) lacks(missing []Field) string {
	texts := make([]string, len(missing))
	for i, field := range missing {
		texts[i] = fmt.Sprintf("%s (one of %s)", field, strings.Join(m.Fields[field].Headers, ", "))
	}
	return "no header within the first lines has " + strings.Join(texts, "; ") + ": export the column, or name its header in a mapping (--mapping)"
}

func isEmpty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

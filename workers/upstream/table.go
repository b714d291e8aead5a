package upstream

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

const (
	recordBytesMax = 1 << 20 // of one line; a quote that is never closed must not take the rest of the file into memory
	cellsMax       = 1000    // of one line
)

// A record is one line of a table. Its cells are valid until the next one is read.
type record struct {
	cells []string
	line  int
	lines func(cell int) int // the line in which a cell begins; quoted cells may hold line ends
	ends  bool               // cells at the end may be missing because they are empty
}

func (r *record) lineOf(cell int) int {
	if r.lines == nil || cell >= len(r.cells) {
		return r.line
	}
	return r.lines(cell)
}

// A table gives records; io.EOF ends it.
type table interface{ next() (*record, error) }

// csvTable reads comma-separated values as RFC 4180 has them.
type csvTable struct {
	r     *csv.Reader
	guard *guard
}

func newCSV(r io.Reader, delimiter rune) *csvTable {
	g := &guard{r: r}
	reader := csv.NewReader(g)
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = delimiter, -1, true
	return &csvTable{r: reader, guard: g}
}

func (t *csvTable) next() (*record, error) {
	t.guard.begins = t.guard.n
	cells, err := t.r.Read()
	malformed, is := errors.AsType[*csv.ParseError](err)
	switch {
	case is:
		return nil, &Problem{Code: CodeCSV, Line: malformed.Line, Message: fmt.Sprintf(
			"quotes do not pair at byte %d of the line (%s): a quote inside a cell is doubled, and the cell in quotes", malformed.Column, malformed.Err)}
	case err != nil:
		return nil, err
	}
	line, _ := t.r.FieldPos(0)
	return &record{cells: cells, line: line, lines: func(cell int) int { l, _ := t.r.FieldPos(cell); return l }}, nil
}

// guard bounds how much is read for one record.
type guard struct {
	r         io.Reader
	n, begins int64
}

func (g *guard) Read(p []byte) (int, error) {
	if g.n-g.begins > recordBytesMax {
		return 0, fmt.Errorf("%w: a line of more than %d MiB; is a quote not closed?", errLimit, recordBytesMax>>20)
	}
	n, err := g.r.Read(p)
	g.n += int64(n)
	return n, err
}

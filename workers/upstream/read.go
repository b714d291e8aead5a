package upstream

import (
	"archive/tar"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

const (
	// ProblemsMax is how many problems are collected where nobody asks for another number.
	ProblemsMax = 100
	linesMax    = 20_000_000
)

// Options say what is known of a file.
type Options struct {
	Name        string // for people
	Path        string // where it lies, for spreadsheets
	Size        int64
	TempDir     string   // for what spreadsheets unpack; empty is the system's
	Mapping     *Mapping // nil is the program's
	Encoding    string   // of CSV without a byte order mark; empty is UTF-8
	Cycle       calendar.Cycle
	Currency    money.Currency // empty takes that of the first line
	ProblemsMax int
}

// A Reader hands on the lines of one file.
type Reader struct {
	mapping  *Mapping
	options  Options
	in       *counted
	parts    parts     // nil for a spreadsheet
	book     *workbook // nil for anything else
	table    table
	columns  *columns
	part     string
	encoding string
	current  *record
	problems Problems
	ended    error

	lines, totals int64
	currency      money.Currency
	ignored       []string
}

// Open looks at the beginning of a file. A form that is not known is a *Problems, as everything that is wrong with it.
func Open(in io.Reader, o Options) (*Reader, error) {
	if o.Mapping == nil {
		o.Mapping = Default()
	}
	if o.ProblemsMax < 1 {
		o.ProblemsMax = ProblemsMax
	}
	if o.Encoding != "" && !slices.Contains(Encodings, o.Encoding) {
		return nil, fmt.Errorf("read %s in encoding %q: use one of %q", o.Name, o.Encoding, Encodings)
	}
	r := &Reader{mapping: o.Mapping, options: o, in: &counted{r: in}, currency: o.Currency}
	list, sheet, err := unpack(r.in)
	switch {
	case err != nil:
		return nil, r.end(err)
	case sheet != nil:
		if r.book, err = openWorkbook(sheet, &o); err != nil {
			return nil, r.end(err)
		}
	default:
		r.parts = list
	}
	return r, nil
}

// Next returns the next line, io.EOF behind the last one, or *Problems when something was wrong with the file: then none
// of its lines may be used. Behind a problem lines go on, so that the caller can judge them too.
func (r *Reader) Next() (*Line, error) {
	for r.ended == nil {
		rec, err := r.record()
		if err != nil {
			return nil, r.end(err)
		}
		line, problem := r.line(rec)
		if problem != nil {
			r.add(problem)
		} else if line != nil {
			return line, nil
		}
	}
	return nil, r.ended
}

// Refuse adds a problem of a line that was returned; what others refuse is collected with the rest.
func (r *Reader) Refuse(line *Line, field Field, code, message string) {
	p := r.problem(&record{line: line.PartLine}, field, code, message)
	p.Part = line.Part
	r.add(p)
}

// Problems is what was found so far, nil for nothing.
func (r *Reader) Problems() error {
	if len(r.problems.List) == 0 {
		return nil
	}
	return &r.problems
}

// record returns the next record that may be a line, going through the parts.
func (r *Reader) record() (*record, error) {
	for {
		if r.table == nil {
			if err := r.open(); err != nil {
				return nil, err
			}
			first, err := r.begin()
			if p, is := errors.AsType[*Problem](err); is && r.skipsSheet(p) {
				r.table = nil
				continue
			}
			if err != nil {
				return nil, err
			}
			if first != nil {
				return first, nil
			}
		}
		rec, err := r.table.next()
		switch p, is := errors.AsType[*Problem](err); {
		case errors.Is(err, io.EOF):
			r.table = nil
		case is && p.Code == CodeCSV:
			r.add(p)
			if r.ended != nil {
				return nil, r.ended
			}
		case err != nil:
			return nil, err
		case !isEmpty(rec.cells):
			return rec, nil
		}
	}
}

// skipsSheet says whether a sheet without a header is left alone: the others of a workbook may be summaries, as long as
// nobody named one. It is said at the end, and a workbook without any other is refused.
func (r *Reader) skipsSheet(p *Problem) bool {
	if r.book == nil || r.mapping.Sheet != "" || p.Code != CodeMissingColumn || len(r.book.sheets) == 0 && r.columns == nil {
		return false
	}
	r.ignored = append(r.ignored, r.part)
	return true
}

// open goes to the next part.
func (r *Reader) open() error {
	r.current = nil
	if r.book != nil {
		name, err := r.book.nextSheet()
		r.part, r.table = name, r.book
		return err
	}
	next, err := r.parts.next()
	if err != nil {
		return err
	}
	r.part = next.name
	text, encoding, err := decoded(next.r, r.options.Encoding)
	if err != nil {
		return err
	}
	r.encoding = encoding
	r.table = newCSV(text, rune(r.mapping.Delimiter[0]))
	return nil
}

// end decides what ends the reading: the end of the file, its problems, or an error that is not the file's.
func (r *Reader) end(err error) error {
	if r.ended != nil {
		return r.ended
	}
	if r.in.err != nil {
		err = fmt.Errorf("read %s: %w", r.options.Name, r.in.err)
	}
	p, is := errors.AsType[*Problem](err)
	switch {
	case is:
	case errors.Is(err, io.EOF):
		if r.lines == 0 && len(r.problems.List) == 0 {
			p = &Problem{Code: CodeEmpty, Message: "has no lines: export the statement again"}
		}
	default:
		if p = damage(err); p == nil {
			r.ended = err
			return err
		}
	}
	r.ended = io.EOF
	if p != nil {
		if p.Part == "" {
			p.Part = r.part
		}
		if p.Line == 0 && r.current != nil {
			p.Line = r.current.line // the last that could be read
		}
		p.File = r.options.Name
		r.problems.List = append(r.problems.List, p)
		r.problems.More = p.Code != CodeEmpty
	}
	if len(r.problems.List) > 0 {
		r.ended = &r.problems
	}
	return r.ended
}

// damage is what an unpacking error says of the file, nil when it says nothing.
func damage(err error) *Problem {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case errors.Is(err, errLimit):
		return &Problem{Code: CodeTooLarge, Message: err.Error() + ": fetch it again, or split it"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &Problem{Code: CodeTruncated, Message: "ends before it is complete: fetch it again"}
	case corrupt, errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, tar.ErrHeader):
		return &Problem{Code: CodeUnreadable, Message: fmt.Sprintf("is damaged (%v): fetch it again", err)}
	default:
		return nil
	}
}

// add keeps a problem, and ends the reading at the limit.
func (r *Reader) add(p *Problem) {
	p.File = r.options.Name
	if p.Part == "" {
		p.Part = r.part
	}
	r.problems.List = append(r.problems.List, p)
	if len(r.problems.List) >= r.options.ProblemsMax && r.ended == nil {
		r.problems.More, r.ended = true, &r.problems
	}
}

// Done is how many of the file's bytes are read.
func (r *Reader) Done() int64 {
	if r.book != nil && r.book.total > 0 {
		return min(r.options.Size, r.options.Size*r.book.read/r.book.total)
	}
	return min(r.options.Size, r.in.n)
}

// Currency is that of the lines.
func (r *Reader) Currency() money.Currency { return r.currency }

// Totals is how many lines of totals were left out.
func (r *Reader) Totals() int64 { return r.totals }

// Ignored are the sheets that have no header of a statement.
func (r *Reader) Ignored() []string { return r.ignored }

// Close lets go of temporary files.
func (r *Reader) Close() error {
	if r.book == nil {
		return nil
	}
	return r.book.close()
}

package feed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/accruald/accruald/events"
)

// Stdin is the name of standard input among files.
const Stdin = "-"

const (
	// lineBytesMax lets a document that is too large arrive and be told so, and no more.
	lineBytesMax = events.DocumentBytesMax + 1<<16
	readBytes    = 256 << 10
)

// A Line is one event of a file.
type Line struct {
	File   string
	Number int // from 1
	Event  *events.Event
}

// A LineError says which line of which file is malformed, and why.
type LineError struct {
	File   string
	Number int
	Err    error // a *events.Rejection where the line could be read
}

// Error renders "file:line: code at pointer: message".
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Number, e.Err) }

// Unwrap returns the reason.
func (e *LineError) Unwrap() error { return e.Err }

// A Source is a named text of events that can be read again and again.
type Source struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Sources returns the named files. Standard input is read once and kept in memory.
func Sources(names []string, stdin io.Reader) ([]Source, error) {
	var out []Source
	for _, name := range names {
		if name != Stdin {
			out = append(out, Source{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
			continue
		}
		text, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		out = append(out, Text("standard input", text))
	}
	return out, nil
}

// Text is a source in memory.
func Text(name string, text []byte) Source {
	return Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}
}

// Lines reads the events of all sources in order. A malformed line is given out as a *LineError, and reading goes on
// behind it; any other error ends it. Blank lines are passed over.
func Lines(sources []Source) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for _, source := range sources {
			if !source.lines(yield) {
				return
			}
		}
	}
}

func (s Source) lines(yield func(Line, error) bool) bool {
	file, err := s.Open()
	if err != nil {
		return yield(Line{}, fmt.Errorf("open events: %w", err)) && false
	}
	defer func() { _ = file.Close() }()
	var text io.Reader = file
	if strings.HasSuffix(s.Name, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			return yield(Line{}, fmt.Errorf("read %q as gzip: %w", s.Name, err)) && false
		}
	}
	reader := bufio.NewReaderSize(text, readBytes)
	for number := 1; ; number++ {
		line, err := readLine(reader)
		switch {
		case errors.Is(err, io.EOF):
			return true
		case errors.Is(err, errLongLine):
			return yield(Line{}, &LineError{File: s.Name, Number: number, Err: err}) && false
		case err != nil:
			return yield(Line{}, fmt.Errorf("read line %d of %q: %w", number, s.Name, err)) && false
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		ev, err := events.DecodeStructured(line)
		if err != nil {
			if !yield(Line{}, &LineError{File: s.Name, Number: number, Err: err}) {
				return false
			}
			continue
		}
		if !yield(Line{File: s.Name, Number: number, Event: ev}, nil) {
			return false
		}
	}
}

var errLongLine = fmt.Errorf("too_large: the line has more than %d bytes: one event stands on one line", lineBytesMax)

// readLine returns the next line without its end, io.EOF after the last.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > lineBytesMax:
			return nil, errLongLine
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		default:
			return nil, err
		}
	}
}

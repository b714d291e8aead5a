package upstream

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Limits of what is unpacked: a small archive must not become an endless one.
const (
	unpackedBytesMax = 8 << 30  // of one file
	unpackedRatioMax = 200      // to the bytes that came in, beyond unpackedFree
	unpackedFree     = 64 << 20 // bytes that any archive may become
	partsMax         = 10_000
	bufferBytes      = 64 << 10
)

// beginnings of forms.
const (
	gzipMagic   = "\x1f\x8b"
	zipMagic    = "PK\x03\x04"
	tarMagic    = "ustar"
	tarMagicAt  = 257
	olderOffice = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" // xls, and a spreadsheet with a password
)

// errLimit says that a file unpacks to more than it may.
var errLimit = errors.New("unpacks to more than is allowed")

// A part is one table of a file: the file itself, or one of an archive.
type part struct {
	name string
	r    *bufio.Reader
}

// parts are the tables of a file, one after the other; io.EOF ends them.
type parts interface{ next() (*part, error) }

// single is a file that is one table.
type single struct{ only *part }

func (s *single) next() (*part, error) {
	if s.only == nil {
		return nil, io.EOF
	}
	only := s.only
	s.only = nil
	return only, nil
}

// archive are the parts of a tar file, in its order.
type archive struct {
	tar  *tar.Reader
	rest io.Reader // behind the archive's end: the checksum of what packed it
	seen int
}

func (a *archive) next() (*part, error) {
	for {
		header, err := a.tar.Next()
		if errors.Is(err, io.EOF) {
			if _, err := io.Copy(io.Discard, a.rest); err != nil {
				return nil, err
			}
			return nil, io.EOF
		}
		if err != nil {
			return nil, err
		}
		if a.seen++; a.seen > partsMax {
			return nil, fmt.Errorf("%w: more than %d parts", errLimit, partsMax)
		}
		name := path.Base(header.Name)
		switch {
		case header.Typeflag == tar.TypeDir, strings.HasPrefix(name, "._"), strings.Contains("/"+header.Name, "/__MACOSX/"):
			continue // folders, and what an operating system adds of its own
		case header.Typeflag != tar.TypeReg || !strings.EqualFold(path.Ext(name), ".csv"):
			return nil, &Problem{Code: CodeUnexpectedPart, Part: shorten(strings.ToValidUTF8(header.Name, "?")), Message: "the archive holds something that is no CSV file: pack only the parts of the statement"}
		}
		return &part{name: shorten(strings.ReplaceAll(strings.ToValidUTF8(header.Name, "?"), "\x00", "?")), r: bufio.NewReaderSize(a.tar, bufferBytes)}, nil
	}
}

// counted counts what came in, and keeps the error that is the source's own.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// bounded ends a reader that unpacks to too much.
type bounded struct {
	r    io.Reader
	from *counted
	n    int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	switch {
	case b.n > unpackedBytesMax:
		return 0, fmt.Errorf("%w: more than %d GiB", errLimit, unpackedBytesMax>>30)
	case b.n > unpackedFree && b.n > unpackedRatioMax*b.from.n:
		return 0, fmt.Errorf("%w: more than %d times its size", errLimit, unpackedRatioMax)
	}
	return n, err
}

// unpack looks at the beginning of a file and returns its parts, or the whole of a spreadsheet.
func unpack(in *counted) (list parts, sheet io.Reader, err error) {
	r := bufio.NewReaderSize(in, bufferBytes)
	head, err := peek(r, tarMagicAt+len(tarMagic))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte(zipMagic)):
		return nil, r, nil
	case bytes.HasPrefix(head, []byte(olderOffice)):
		return nil, nil, &Problem{Code: CodeUnreadable, Message: "is an old or a protected spreadsheet: save it as XLSX without a password, or as CSV"}
	case bytes.HasPrefix(head, []byte(gzipMagic)):
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, err
		}
		r = bufio.NewReaderSize(&bounded{r: unzipped, from: in}, bufferBytes)
		if head, err = peek(r, tarMagicAt+len(tarMagic)); err != nil {
			return nil, nil, err
		}
	}
	if len(head) > tarMagicAt && string(head[tarMagicAt:]) == tarMagic {
		return &archive{tar: tar.NewReader(r), rest: r}, nil, nil
	}
	return &single{&part{r: r}}, nil, nil
}

// peek looks at the first bytes; a shorter file gives what it has.
func peek(r *bufio.Reader, n int) ([]byte, error) {
	head, err := r.Peek(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

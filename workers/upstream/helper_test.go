package upstream_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/accruald/accruald/workers/upstream"
)

const header = "Customer ID,Billing Cycle,Bill Type,Billing Mode,Product Type Code,Product Name,Order ID/Transaction ID,Original Order ID,Customer Expenditure (CNY)"

// row is a good line with cells replaced by their place.
func row(n int, with ...string) string {
	cells := []string{"C1", "2026-01", "Expenditure", "Yearly/Monthly", "hws.service.type.ec2", "vm", fmt.Sprintf("CS%d", n), "", fmt.Sprintf("%d.50", n)}
	for i := 0; i+1 < len(with); i += 2 {
		var at int
		if _, err := fmt.Sscan(with[i], &at); err != nil {
			panic(err)
		}
		cells[at] = with[i+1]
	}
	return strings.Join(cells, ",")
}

func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func options() upstream.Options {
	return upstream.Options{Name: "statement.csv", Cycle: "2026-01"}
}

// lines reads all of a file.
func lines(content string, o upstream.Options) (out []upstream.Line, err error) {
	o.Size = int64(len(content))
	r, err := upstream.Open(strings.NewReader(content), o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, *line)
	}
}

func mustRead(t *testing.T, content string, o upstream.Options) []upstream.Line {
	t.Helper()
	out, err := lines(content, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// problems reads a file that has some.
func problems(t *testing.T, content string, o upstream.Options) []*upstream.Problem {
	t.Helper()
	out, err := lines(content, o)
	found, is := errors.AsType[*upstream.Problems](err)
	if !is {
		t.Fatalf("read %d lines and %v, want problems", len(out), err)
	}
	return found.List
}

// packed makes a tar archive in gzip of names and contents.
func packed(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for i := 0; i < len(files); i += 2 {
		if err := archive.WriteHeader(&tar.Header{Name: files[i], Mode: 0o600, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(archive, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func zipped(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, content)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// workbook makes a spreadsheet of sheets of rows.
func workbook(t *testing.T, names []string, sheets ...[][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	for i, rows := range sheets {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", names[0]); err != nil {
				t.Fatal(err)
			}
		} else if _, err := f.NewSheet(names[i]); err != nil {
			t.Fatal(err)
		}
		for n, cells := range rows {
			if err := f.SetSheetRow(names[i], fmt.Sprintf("A%d", n+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

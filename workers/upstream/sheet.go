package upstream

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

const (
	sheetBytesMax  = 4 << 30  // of a spreadsheet, unpacked
	sheetMemoryMax = 16 << 20 // what unpacks to more goes to temporary files
	sheetsMax      = 256
)

// A workbook is a spreadsheet, whose sheets are parts.
type workbook struct {
	file   *excelize.File
	sheets []string
	rows   *excelize.Rows
	total  int64 // rows that its sheets say they have
	read   int64
	line   int
}

// openWorkbook opens a spreadsheet by its path, or from a reader, which takes its packed size of memory.
func openWorkbook(in io.Reader, o *Options) (*workbook, error) {
	options := excelize.Options{RawCellValue: true, UnzipSizeLimit: sheetBytesMax, UnzipXMLSizeLimit: sheetMemoryMax, TmpDir: o.TempDir}
	open := func() (*excelize.File, error) { return excelize.OpenReader(in, options) }
	if o.Path != "" {
		open = func() (*excelize.File, error) { return excelize.OpenFile(o.Path, options) }
	}
	file, err := open()
	switch {
	case err != nil && strings.Contains(err.Error(), "unzip size exceeds"):
		return nil, &Problem{Code: CodeTooLarge, Message: fmt.Sprintf("unpacks to more than %d GiB: export it as CSV", sheetBytesMax>>30)}
	case err != nil:
		return nil, &Problem{Code: CodeTruncated, Message: fmt.Sprintf("is no whole spreadsheet (%v): fetch it again, or export it as CSV", err)}
	}
	w := &workbook{file: file, sheets: file.GetSheetList()}
	if o.Mapping.Sheet != "" {
		w.sheets = []string{o.Mapping.Sheet}
	}
	if len(w.sheets) > sheetsMax {
		return nil, errors.Join(&Problem{Code: CodeTooLarge, Message: fmt.Sprintf("has more than %d sheets: save the statement alone", sheetsMax)}, file.Close())
	}
	for _, name := range w.sheets {
		w.total += rowsOf(file, name)
	}
	return w, nil
}

// rowsOf is how many rows a sheet says it has, for showing progress.
func rowsOf(file *excelize.File, sheet string) int64 {
	dimension, err := file.GetSheetDimension(sheet)
	if err != nil {
		return 0
	}
	_, last, _ := strings.Cut(dimension, ":")
	n, err := strconv.ParseInt(strings.TrimLeft(last, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// nextSheet goes to the next sheet and returns its name; io.EOF ends them.
func (w *workbook) nextSheet() (string, error) {
	if len(w.sheets) == 0 {
		return "", io.EOF
	}
	if err := w.closeRows(); err != nil {
		return "", err
	}
	name := w.sheets[0]
	w.sheets = w.sheets[1:]
	rows, err := w.file.Rows(name)
	if err != nil {
		return name, &Problem{Code: CodeUnreadable, Part: name, Message: fmt.Sprintf("this sheet cannot be read (%v): name the sheet in the mapping, or export CSV", err)}
	}
	w.rows, w.line = rows, 0
	return name, nil
}

func (w *workbook) next() (*record, error) {
	if !w.rows.Next() {
		if err := w.rows.Error(); err != nil {
			return nil, &Problem{Code: CodeTruncated, Line: w.line + 1, Message: fmt.Sprintf("the sheet breaks off (%v): fetch the file again", err)}
		}
		return nil, io.EOF
	}
	w.line++
	w.read++
	cells, err := w.rows.Columns()
	if err != nil {
		return nil, &Problem{Code: CodeTruncated, Line: w.line, Message: fmt.Sprintf("the sheet breaks off (%v): fetch the file again", err)}
	}
	return &record{cells: cells, line: w.line, ends: true}, nil
}

func (w *workbook) closeRows() error {
	if w.rows == nil {
		return nil
	}
	err := w.rows.Close()
	w.rows = nil
	return err
}

// close removes the temporary files.
func (w *workbook) close() error { return errors.Join(w.closeRows(), w.file.Close()) }

package sheet

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Book is a workbook that is being written.
type Book struct {
	file   *excelize.File
	title  string
	sheets int
	styles map[string]int
}

// rowsMax is what a sheet holds; the header and the totals need some.
const rowsMax = excelize.TotalRows - 64

// ErrTooLong says that a table has more rows than a sheet.
var ErrTooLong = errors.New("a sheet holds no more rows; write comma-separated values instead")

// New begins a workbook.
func New(title string) (*Book, error) {
	b := &Book{file: excelize.NewFile(), title: title, styles: map[string]int{}}
	if err := b.file.SetDocProps(&excelize.DocProperties{Title: title, Creator: "accruald", Created: noTime, Modified: noTime}); err != nil {
		return nil, fmt.Errorf("begin workbook %q: %w", title, err)
	}
	return b, nil
}

// noTime stands where the format wants a time.
const noTime = "2000-01-01T00:00:00Z"

// page is A4.
const page = 9

// stream begins a sheet that prints on pages as wide as it is.
func (b *Book) stream(name string, landscape bool) (*excelize.StreamWriter, error) {
	var err error
	if b.sheets == 0 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	b.sheets++
	orientation := "portrait"
	if landscape {
		orientation = "landscape"
	}
	err = errors.Join(err,
		b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: new(page), Orientation: &orientation, FitToWidth: new(1), FitToHeight: new(0)}),
		b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: new(true)}),
		b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&L" + footerText(b.title) + "&R&A", OddFooter: "&RPage &P of &N"}))
	if err != nil {
		return nil, fmt.Errorf("begin sheet %q: %w", name, err)
	}
	return b.file.NewStreamWriter(name)
}

// footerText keeps text from being read as codes.
func footerText(text string) string { return strings.ReplaceAll(text, "&", "&&") }

// Write finishes the workbook.
func (b *Book) Write(w io.Writer) (err error) {
	defer func() { err = errors.Join(err, b.file.Close()) }()
	temporary, err := os.CreateTemp("", "accruald-*.xlsx")
	if err != nil {
		return fmt.Errorf("write workbook %q: %w", b.title, err)
	}
	defer func() { err = errors.Join(err, temporary.Close(), os.Remove(temporary.Name())) }()
	if err := b.file.Write(temporary); err != nil {
		return fmt.Errorf("write workbook %q: %w", b.title, err)
	}
	size, err := temporary.Seek(0, io.SeekEnd)
	if err == nil {
		err = inOrder(w, temporary, size)
	}
	if err != nil {
		return fmt.Errorf("write workbook %q: %w", b.title, err)
	}
	return nil
}

// inOrder copies an archive with its parts by name; the list of types stays in front, where readers look for it.
func inOrder(w io.Writer, archive io.ReaderAt, size int64) error {
	in, err := zip.NewReader(archive, size)
	if err != nil {
		return err
	}
	first := func(f *zip.File) int {
		if strings.HasPrefix(f.Name, "[") {
			return 0
		}
		return 1
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Name, b.Name)) })
	out := zip.NewWriter(w)
	for _, part := range in.File {
		if err := out.Copy(part); err != nil {
			return fmt.Errorf("copy part %q: %w", part.Name, err)
		}
	}
	return out.Close()
}

package sheet

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Column is a column of a table.
type Column struct {
	Title string
	Width float64 // in characters
}

// headerHeight fits titles of two lines.
const headerHeight = 32

// Table writes a sheet of rows with a header, and behind them the totals, which are in bold. Only the first columns are
// printed, as many as printed says: a page of them all could not be read.
func (b *Book) Table(name string, columns []Column, printed, rows int, row func(i int) []any, totals ...[]any) error {
	if rows > rowsMax {
		return fmt.Errorf("write %d rows to sheet %q: %w", rows, name, ErrTooLong)
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return fmt.Errorf("write sheet %q: %w", name, err)
	}
	out, err := b.stream(name, true)
	if err != nil {
		return err
	}
	// The filter and the rows that repeat on every page are of the sheet, so they are set before it is written.
	if err := b.file.AutoFilter(name, fmt.Sprintf("A1:%s%d", last, rows+1), nil); err != nil {
		return fmt.Errorf("write sheet %q: %w", name, err)
	}
	if err := b.print(name, printed, rows+1+len(totals)); err != nil {
		return fmt.Errorf("write sheet %q: %w", name, err)
	}
	if err := b.head(out, columns); err != nil {
		return fmt.Errorf("write the header of sheet %q: %w", name, err)
	}
	for i := range rows {
		if err := b.row(out, i+2, row(i), false); err != nil {
			return fmt.Errorf("write row %d of sheet %q: %w", i+2, name, err)
		}
	}
	for i, total := range totals {
		if err := b.row(out, rows+2+i, total, true); err != nil {
			return fmt.Errorf("write the totals of sheet %q: %w", name, err)
		}
	}
	return out.Flush()
}

// print says what is printed: the first columns, with the header on every page.
func (b *Book) print(name string, columns, rows int) error {
	letters, err := excelize.ColumnNumberToName(columns)
	if err != nil {
		return err
	}
	return errors.Join(
		b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", name, letters, rows), Scope: name}),
		b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name}))
}

func (b *Book) head(out *excelize.StreamWriter, columns []Column) error {
	style, err := b.header()
	if err != nil {
		return err
	}
	titles := make([]any, len(columns))
	for i, c := range columns {
		if err := out.SetColWidth(i+1, i+1, max(c.Width, float64(utf8.RuneCountInString(c.Title))/2+2)); err != nil {
			return err
		}
		titles[i] = excelize.Cell{StyleID: style, Value: c.Title}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return out.SetRow("A1", titles, excelize.RowOpts{Height: headerHeight})
}

func (b *Book) row(out *excelize.StreamWriter, n int, values []any, strong bool) error {
	cells := make([]any, len(values))
	for i, value := range values {
		cell, err := b.cell(value, strong)
		if err != nil {
			return err
		}
		cells[i] = cell
	}
	return out.SetRow(fmt.Sprintf("A%d", n), cells)
}

// Form writes a sheet of labels and values, row by row.
func (b *Book) Form(name string, widths []float64, rows [][]any) error {
	out, err := b.stream(name, false)
	if err != nil {
		return err
	}
	for i, width := range widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return fmt.Errorf("write sheet %q: %w", name, err)
		}
	}
	for i, row := range rows {
		if err := b.row(out, i+1, row, false); err != nil {
			return fmt.Errorf("write row %d of sheet %q: %w", i+1, name, err)
		}
	}
	return out.Flush()
}

// Range is the cells of a column of a table of so many rows, as formulas on other sheets name it.
func Range(sheet string, column, rows int) string {
	letters, err := excelize.ColumnNumberToName(column + 1)
	if err != nil {
		return "#REF!"
	}
	return fmt.Sprintf("'%s'!$%s$2:$%s$%d", sheet, letters, letters, max(rows+1, 2))
}

package focus

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// Writer writes rows in one form. Add takes partners one after the other, Flush ends.
type Writer struct {
	names Names
	write func(values []string) error
	flush func() error
}

// NewCSV writes a header and rows as RFC 4180 has them; null is empty.
func NewCSV(w io.Writer, names Names) (*Writer, error) {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	if err := out.Write(header); err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	return &Writer{names: names, write: out.Write, flush: func() error { out.Flush(); return out.Error() }}, nil
}

// NewJSONL writes one JSON object a line, with numbers as numbers and null as null.
func NewJSONL(w io.Writer, names Names) *Writer {
	out := jsontext.NewEncoder(w)
	write := func(values []string) error {
		if err := out.WriteToken(jsontext.BeginObject); err != nil {
			return err
		}
		for i, c := range columns {
			token := jsontext.String(values[i])
			if values[i] == "" {
				token = jsontext.Null
			}
			if err := out.WriteToken(jsontext.String(c.name)); err != nil {
				return err
			}
			var err error
			if c.kind == typeDecimal && values[i] != "" {
				err = out.WriteValue(jsontext.Value(values[i]))
			} else {
				err = out.WriteToken(token)
			}
			if err != nil {
				return err
			}
		}
		return out.WriteToken(jsontext.EndObject)
	}
	return &Writer{names: names, write: write, flush: func() error { return nil }}
}

// Add writes the charges that the statements of a cycle tell.
func (w *Writer) Add(book *charges.Book, cycle calendar.Cycle) error {
	list, err := book.Of(cycle)
	if err != nil {
		return err
	}
	values := make([]string, len(columns))
	for i := range list {
		r, err := newRow(book, &list[i], w.names)
		if err != nil {
			return fmt.Errorf("export the charge of order %q line %q: %w", list[i].OrderID, list[i].LineID, err)
		}
		for k, c := range columns {
			if values[k], err = c.of(r); err != nil {
				return fmt.Errorf("derive %s of order %q line %q: %w", c.name, r.OrderID, r.LineID, err)
			}
		}
		if err := w.write(values); err != nil {
			return fmt.Errorf("write the charge of order %q: %w", r.OrderID, err)
		}
	}
	return nil
}

// Flush writes what is left.
func (w *Writer) Flush() error { return w.flush() }

// Schema is the metadata that the specification wants beside the data.
type Schema struct {
	SchemaID     string             `json:"SchemaId"`
	FocusVersion string             `json:"FocusVersion"`
	CreationDate string             `json:"CreationDate"`
	Columns      []ColumnDefinition `json:"ColumnDefinition"`
}

// ColumnDefinition is a column in the metadata.
type ColumnDefinition struct {
	Name            string `json:"ColumnName"`
	Type            string `json:"DataType"`
	StringMaxLength int    `json:"StringMaxLength,omitzero"`
	StringEncoding  string `json:"StringEncoding,omitzero"`
	Precision       int    `json:"NumericPrecision,omitzero"`
	Scale           int    `json:"NumberScale,omitzero"`
}

// What the metadata says. The schema's id and date change when columns do.
const (
	focusVersion    = "1.2"
	schemaID        = "accruald-focus-1.2-1"
	schemaCreated   = "2026-11-22T00:00:00Z"
	stringMaxLength = 4096
	precision       = 38
)

// WriteSchema writes the metadata of what the writers write.
func WriteSchema(w io.Writer) error {
	schema := Schema{SchemaID: schemaID, FocusVersion: focusVersion, CreationDate: schemaCreated}
	for _, c := range columns {
		definition := ColumnDefinition{Name: c.name, Type: c.kind}
		switch c.kind {
		case typeString, typeJSON:
			definition.StringMaxLength, definition.StringEncoding = stringMaxLength, "UTF-8"
		case typeDecimal:
			definition.Precision, definition.Scale = precision, unitPlaces
		}
		schema.Columns = append(schema.Columns, definition)
	}
	return json.MarshalWrite(w, schema, jsontext.WithIndent("  "))
}

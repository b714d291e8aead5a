package upstream

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"golang.org/x/text/unicode/norm"

	"github.com/accruald/accruald/workers/money"
)

// DefaultMapping is the document of the mapping that comes with the program: the columns of the vendor's published
// exports, in Chinese and English.
//
//go:embed mapping.json
var DefaultMapping []byte

// MappingSchema is the JSON Schema of a mapping.
//
//go:embed mapping.schema.json
var MappingSchema []byte

// A Field is one thing that a line says.
type Field string

// The fields.
const (
	FieldCustomer        Field = "customer_id"
	FieldCycle           Field = "cycle"
	FieldBillType        Field = "bill_type"
	FieldBillingMode     Field = "billing_mode"
	FieldProductType     Field = "product_type"
	FieldProductTypeCode Field = "product_type_code"
	FieldProductName     Field = "product_name"
	FieldProduct         Field = "product_id"
	FieldResource        Field = "resource_id"
	FieldOrder           Field = "order_id"
	FieldOriginalOrder   Field = "original_order_id"
	FieldInvoice         Field = "invoice_id"
	FieldListAmount      Field = "list_amount"
	FieldAmount          Field = "amount"
	FieldSettlement      Field = "settlement_amount"
	FieldCurrency        Field = "currency"
)

// fields in the order in which they are told.
var fields = []Field{FieldCustomer, FieldCycle, FieldBillType, FieldBillingMode, FieldProductType, FieldProductTypeCode, FieldProductName,
	FieldProduct, FieldResource, FieldOrder, FieldOriginalOrder, FieldInvoice, FieldListAmount, FieldAmount, FieldSettlement, FieldCurrency}

// needed are the fields without which nothing can be compared.
var needed = []Field{FieldCustomer, FieldBillType, FieldOrder, FieldAmount}

// A BillType says what a line does to what the customer owes.
type BillType string

// The bill types.
const (
	Expenditure BillType = "expenditure"
	Refund      BillType = "refund"
	Adjustment  BillType = "adjustment"
)

// BillTypes lists them.
var BillTypes = []BillType{Expenditure, Refund, Adjustment}

// Signs: how an amount of a bill type is to be read.
const (
	signAsWritten = "as_written"
	signNegated   = "negated"
	signReduces   = "reduces"
)

// A Mapping says which columns hold which field, and how cells are written.
type Mapping struct {
	Version       string                 `json:"version"`
	Kind          string                 `json:"kind"`
	Delimiter     string                 `json:"delimiter"`
	Sheet         string                 `json:"sheet"`
	HeaderRowsMax int                    `json:"header_rows_max"`
	Trim          string                 `json:"trim"`
	Fields        map[Field]FieldMapping `json:"fields"`
	CycleFormats  []string               `json:"cycle_formats"`
	Numbers       NumberFormat           `json:"numbers"`
	BillTypes     map[BillType][]string  `json:"bill_types"`
	Signs         map[BillType]string    `json:"signs"`
	Currencies    map[string]string      `json:"currencies"`
	TotalLabels   []string               `json:"total_labels"`

	hash       [sha256.Size]byte
	headers    map[string]Field    // folded header -> field
	billTypes  map[string]BillType // folded value -> type
	currencies map[string]money.Currency
	totals     map[string]bool
	layouts    []string
}

// A FieldMapping names the headers that a field may have.
type FieldMapping struct {
	Headers  []string `json:"headers"`
	Required bool     `json:"required"`
}

// A NumberFormat says how amounts are written.
type NumberFormat struct {
	Decimal string   `json:"decimal"`
	Group   string   `json:"group"`
	Symbols []string `json:"symbols"`
}

const (
	headerRowsDefault = 20
	headerRowsMax     = 100
)

var kindPattern = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// Default returns the mapping that comes with the program.
func Default() *Mapping { return defaultMapping() }

var defaultMapping = sync.OnceValue(func() *Mapping {
	mapping, err := LoadMapping(DefaultMapping)
	if err != nil {
		panic(err) // the embedded file is part of the code
	}
	return mapping
})

// LoadMapping reads a mapping strictly: an unknown member, a field without headers, a header or value that two have are
// errors with code invalid_mapping.
func LoadMapping(document []byte) (*Mapping, error) {
	m := Mapping{Delimiter: ",", HeaderRowsMax: headerRowsDefault, hash: sha256.Sum256(document)}
	if err := json.Unmarshal(document, &m, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%s: read the mapping: %w", CodeInvalidMapping, err)
	}
	for _, check := range []func() error{m.checkForm, m.indexFields, m.indexValues} {
		if err := check(); err != nil {
			return nil, fmt.Errorf("%s: %w", CodeInvalidMapping, err)
		}
	}
	return &m, nil
}

// Hash tells mappings apart.
func (m *Mapping) Hash() [sha256.Size]byte { return m.hash }

func (m *Mapping) checkForm() error {
	switch {
	case m.Version == "":
		return fmt.Errorf("give it a version")
	case !kindPattern.MatchString(m.Kind):
		return fmt.Errorf("kind %q: use up to 32 of a-z, 0-9 and _", m.Kind)
	case !slices.Contains([]string{",", ";", "\t", "|"}, m.Delimiter):
		return fmt.Errorf("delimiter %q: use a comma, semicolon, tab or bar", m.Delimiter)
	case m.HeaderRowsMax < 1 || m.HeaderRowsMax > headerRowsMax:
		return fmt.Errorf("header_rows_max %d: use 1 to %d", m.HeaderRowsMax, headerRowsMax)
	case m.Numbers.Decimal != "." && m.Numbers.Decimal != ",":
		return fmt.Errorf("numbers.decimal %q: use a point or a comma", m.Numbers.Decimal)
	case m.Numbers.Group == m.Numbers.Decimal || !slices.Contains([]string{"", ",", ".", " ", "'"}, m.Numbers.Group):
		return fmt.Errorf("numbers.group %q: use another mark than for the decimals, or none", m.Numbers.Group)
	case len(m.CycleFormats) == 0:
		return fmt.Errorf("name at least one of cycle_formats, as YYYY-MM")
	}
	for _, format := range m.CycleFormats {
		if !strings.Contains(format, "YYYY") || !strings.Contains(format, "M") {
			return fmt.Errorf("cycle format %q has no YYYY or no M", format)
		}
		layout := strings.ReplaceAll(format, "YYYY", "2006")
		if strings.Contains(layout, "MM") {
			layout = strings.ReplaceAll(layout, "MM", "01")
		} else {
			layout = strings.ReplaceAll(layout, "M", "1")
		}
		m.layouts = append(m.layouts, layout)
	}
	return nil
}

func (m *Mapping) indexFields() error {
	m.headers = map[string]Field{}
	for _, field := range slices.Sorted(maps.Keys(m.Fields)) {
		if !slices.Contains(fields, field) {
			return fmt.Errorf("fields: %q is none: use one of %q", field, fields)
		}
		if len(m.Fields[field].Headers) == 0 {
			return fmt.Errorf("field %q has no headers: name one, or leave the field out", field)
		}
		for _, header := range m.Fields[field].Headers {
			folded, _ := foldHeader(header)
			if other, taken := m.headers[folded]; taken && other != field || folded == "" {
				return fmt.Errorf("field %q: header %q is empty or that of %q too", field, header, other)
			}
			m.headers[folded] = field
		}
	}
	for _, field := range needed {
		if _, there := m.Fields[field]; !there {
			return fmt.Errorf("fields: %q is missing: nothing can be compared without it", field)
		}
	}
	return nil
}

func (m *Mapping) indexValues() error {
	m.billTypes = map[string]BillType{}
	for _, billType := range BillTypes {
		if len(m.BillTypes[billType]) == 0 {
			return fmt.Errorf("bill_types: %q has no values", billType)
		}
		for _, value := range m.BillTypes[billType] {
			folded := fold(value)
			if other, taken := m.billTypes[folded]; taken && other != billType || folded == "" {
				return fmt.Errorf("bill_types: value %q of %q is empty or that of %q too", value, billType, other)
			}
			m.billTypes[folded] = billType
		}
		if !slices.Contains([]string{signAsWritten, signNegated, signReduces}, m.Signs[billType]) {
			return fmt.Errorf("signs: %q is %q: use %s, %s or %s", billType, m.Signs[billType], signAsWritten, signNegated, signReduces)
		}
	}
	if len(m.BillTypes) != len(BillTypes) || len(m.Signs) != len(BillTypes) {
		return fmt.Errorf("bill_types and signs: use %q and no others", BillTypes)
	}
	m.currencies = map[string]money.Currency{}
	for name, code := range m.Currencies {
		if _, err := money.Currency(code).Digits(); err != nil {
			return fmt.Errorf("currencies: %q: %w", name, err)
		}
		m.currencies[fold(name)] = money.Currency(code)
	}
	m.totals = map[string]bool{}
	for _, label := range m.TotalLabels {
		m.totals[fold(label)] = true
	}
	return nil
}

// fold makes texts equal that people take for the same: case, full and half width, spaces.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(text))), " ")
}

// inParentheses is a currency behind a header, as in "Amount (USD)".
var inParentheses = regexp.MustCompile(`^(.*?)\s*\(([^()]*)\)$`)

// foldHeader folds a header, and returns what stands in parentheses at its end.
func foldHeader(text string) (folded, behind string) {
	folded = fold(strings.TrimPrefix(text, "\ufeff"))
	if found := inParentheses.FindStringSubmatch(folded); found != nil && found[1] != "" {
		return found[1], found[2]
	}
	return folded, ""
}

// shorten keeps messages readable.
func shorten(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}

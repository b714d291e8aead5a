package upstream_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/workers/upstream"
)

// edited is the program's mapping with one piece of text replaced.
func edited(t *testing.T, from, to string) []byte {
	t.Helper()
	if !strings.Contains(string(upstream.DefaultMapping), from) {
		t.Fatalf("the mapping does not contain %q", from)
	}
	return []byte(strings.Replace(string(upstream.DefaultMapping), from, to, 1))
}

// TestMappingsAreJudged: the schema and the program refuse the same documents, as far as a schema can.
func TestMappingsAreJudged(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(upstream.MappingSchema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("mapping.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("mapping.schema.json")
	for name, c := range map[string]struct {
		mapping  []byte
		ok       bool
		anyValid bool // beyond what a schema says
	}{
		"the program's":                 {upstream.DefaultMapping, true, false},
		"semicolons":                    {edited(t, `"delimiter": ","`, `"delimiter": ";"`), true, false},
		"no version":                    {edited(t, `"version": "1"`, `"version": ""`), false, false},
		"a kind with spaces":            {edited(t, `"partner_bill"`, `"Partner bill"`), false, false},
		"an unknown member":             {edited(t, `"sheet"`, `"sheets"`), false, false},
		"an unknown field":              {edited(t, `"invoice_id":`, `"invoice":`), false, false},
		"a field without headers":       {edited(t, `"headers": ["发票号", "发票号码", "发票编号", "Invoice ID", "Invoice No.", "Invoice Number", "invoice_id"]`, `"headers": []`), false, false},
		"an unknown sign":               {edited(t, `"reduces"`, `"minus"`), false, false},
		"a delimiter of two characters": {edited(t, `"delimiter": ","`, `"delimiter": "::"`), false, false},
		"a header of two fields":        {edited(t, `"原订单号"`, `"订单号"`), false, true},
		"a value of two bill types":     {edited(t, `"退款"`, `"消费"`), false, true},
		"no order":                      {edited(t, `"order_id":`, `"order_id2":`), false, false},
		"two marks that are one":        {edited(t, `"group": ","`, `"group": "."`), false, true},
		"a month without year":          {edited(t, `"YYYY-MM"`, `"MM"`), false, false},
		"a currency that is none":       {edited(t, `"CNY"`, `"ABC"`), false, true},
	} {
		_, err := upstream.LoadMapping(c.mapping)
		if (err == nil) != c.ok || err != nil && !strings.HasPrefix(err.Error(), upstream.CodeInvalidMapping+": ") {
			t.Errorf("%s: %v", name, err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.mapping))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != (c.ok || c.anyValid) {
			t.Errorf("%s: the schema says %v", name, err)
		}
	}
}

// TestAnotherMapping reads a file with other headers, marks, signs and labels.
func TestAnotherMapping(t *testing.T) {
	t.Parallel()
	mapping, err := upstream.LoadMapping([]byte(`{"version":"1","kind":"marketplace","delimiter":";","fields":{"customer_id":{"headers":["Kunde"],"required":true},
		"bill_type":{"headers":["Art"],"required":true},"order_id":{"headers":["Auftrag"],"required":true},"amount":{"headers":["Betrag"],"required":true},
		"cycle":{"headers":["Monat"]}},"cycle_formats":["M.YYYY"],"numbers":{"decimal":",","group":".","symbols":["EUR"]},
		"bill_types":{"expenditure":["Kauf"],"refund":["Storno"],"adjustment":["Korrektur"]},"signs":{"expenditure":"negated","refund":"as_written","adjustment":"as_written"},
		"total_labels":["Summe"]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Mapping = mapping
	got := mustRead(t, "Kunde;Art;Auftrag;Betrag (EUR);Monat\nC1;Kauf;A1;-1.234,50 EUR;1.2026\nC1;Storno;A2;-4,00;01.2026\nSumme;;;5\n", o)
	if len(got) != 2 || got[0].Amount.String() != "1234.5" || got[0].Currency != "EUR" || got[1].Amount.String() != "-4" || got[1].Cycle != "2026-01" {
		t.Errorf("read as %+v", got)
	}
}

// TestWhatIsWrittenIsRead: lines come back as they were written, in whatever order the columns stand, quoted or not, in one
// part or several.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		heads := rapid.Permutation([]string{"Customer ID", "账期", "Bill Type", "Order ID", "Original Order ID", "Amount (USD)", "Product Name"}).Draw(rt, "columns")
		var want []upstream.Line
		var parts []string
		for p := range rapid.IntRange(1, 3).Draw(rt, "parts") {
			var text strings.Builder
			w := csv.NewWriter(&text)
			w.UseCRLF = rapid.Bool().Draw(rt, "CRLF")
			if err := w.Write(heads); err != nil {
				rt.Fatal(err)
			}
			for range rapid.IntRange(1, 5).Draw(rt, "lines") {
				line := upstream.Line{CustomerID: rapid.StringMatching(`[A-Za-z0-9_-]{1,8}[a-z]`).Draw(rt, "customer"), OrderID: rapid.StringMatching(`[A-Z0-9]{1,12}`).Draw(rt, "order"),
					OriginalOrderID: rapid.StringMatching(`([A-Z0-9]{1,12})?`).Draw(rt, "original"), BillType: rapid.SampledFrom([]upstream.BillType{upstream.Expenditure, upstream.Adjustment}).Draw(rt, "type"),
					Amount: decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(rt, "amount"), -2), ProductName: rapid.StringMatching(`([a-z](["', ;\n]|云)[a-z])?`).Draw(rt, "product")}
				want = append(want, line)
				cells := map[string]string{"Customer ID": line.CustomerID, "账期": "2026-01", "Bill Type": string(line.BillType), "Order ID": line.OrderID,
					"Original Order ID": line.OriginalOrderID, "Amount (USD)": line.Amount.StringFixed(2), "Product Name": line.ProductName}
				var row []string
				for _, head := range heads {
					row = append(row, cells[head])
				}
				if err := w.Write(row); err != nil {
					rt.Fatal(err)
				}
			}
			w.Flush()
			parts = append(parts, fmt.Sprintf("p%d.csv", p), text.String())
		}
		got := mustRead(t, packed(t, parts...), options())
		if !slices.EqualFunc(got, want, func(g, w upstream.Line) bool {
			return g.CustomerID == w.CustomerID && g.OrderID == w.OrderID && g.OriginalOrderID == w.OriginalOrderID && g.BillType == w.BillType &&
				g.Amount.Equal(w.Amount) && g.ProductName == w.ProductName && g.Currency == "USD"
		}) {
			rt.Fatalf("read %+v\nwant %+v", got, want)
		}
	})
}

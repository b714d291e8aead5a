package upstream_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/accruald/accruald/workers/upstream"
)

// TestBadFiles: what is wrong has a name and a place.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	good := text(header, row(1), row(2))
	whole := packed(t, "a.csv", good, "b.csv", text(header, row(3)))
	sheet := workbook(t, []string{"A"}, [][]any{{"Customer ID", "Bill Type", "Order ID", "Amount"}})
	doubled := strings.Replace(header, "Original Order ID", "Order ID", 1)
	for name, c := range map[string]struct {
		content      string
		code         string
		line, column int
		part         string
	}{
		"a truncated archive":                 {whole[:len(whole)-20], upstream.CodeTruncated, 0, 0, "b.csv"},
		"an archive cut in its middle":        {whole[:len(whole)/2], upstream.CodeTruncated, 0, 0, "a.csv"},
		"a truncated gzip":                    {zipped(t, good)[:40], upstream.CodeTruncated, 0, 0, ""},
		"a truncated spreadsheet":             {sheet[:len(sheet)/2], upstream.CodeTruncated, 0, 0, ""},
		"an old spreadsheet":                  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600), upstream.CodeUnreadable, 0, 0, ""},
		"a part that is no CSV":               {packed(t, "a.csv", good, "b.pdf", "x"), upstream.CodeUnexpectedPart, 0, 0, "b.pdf"},
		"nothing":                             {"", upstream.CodeEmpty, 0, 0, ""},
		"a header alone":                      {text(header), upstream.CodeEmpty, 0, 0, ""},
		"no header":                           {text(row(1), row(2)), upstream.CodeMissingColumn, 1, 0, ""},
		"a missing column":                    {strings.ReplaceAll(good, "Bill Type", "Type"), upstream.CodeMissingColumn, 1, 0, ""},
		"a doubled column":                    {text(doubled, row(1)), upstream.CodeDoubledColumn, 1, 8, ""},
		"a short line":                        {text(header, row(1), "C1,2026-01,Expenditure"), upstream.CodeShortLine, 3, 0, ""},
		"a long line":                         {text(header, row(1)+",1"), upstream.CodeLongLine, 2, 0, ""},
		"a quote that is not closed":          {text(header, row(1, "5", `"vm`)), upstream.CodeCSV, 2, 0, ""},
		"a quote within a cell":               {text(header, row(1), row(2, "5", `v"m`)), upstream.CodeCSV, 3, 0, ""},
		"another month":                       {text(header, row(1), row(2, "1", "2026-02")), upstream.CodeOtherCycle, 3, 2, ""}, // F58
		"another month by the part's name":    {packed(t, "bill_202602_0001.csv", "Customer ID,Bill Type,Order ID,Amount,Currency\nC1,Refund,X1,-5,CNY\n"), upstream.CodeOtherCycle, 2, 0, "bill_202602_0001.csv"},
		"a month that is none":                {text(header, row(1, "1", "January")), upstream.CodeInvalidCycle, 2, 2, ""},
		"no month":                            {text(header, row(1, "1", "")), upstream.CodeMissingValue, 2, 2, ""},
		"an unknown bill type":                {text(header, row(1, "2", "Bonus")), upstream.CodeUnknownBillType, 2, 3, ""}, // F57
		"no bill type":                        {text(header, row(1, "2", "")), upstream.CodeMissingValue, 2, 3, ""},
		"an id that is none":                  {text(header, row(1, "0", "C 1")), upstream.CodeInvalidID, 2, 1, ""},
		"no amount":                           {text(header, row(1, "8", "")), upstream.CodeMissingValue, 2, 9, ""},
		"a control character":                 {text(header, row(1, "5", "v\x01m")), upstream.CodeInvalidText, 2, 6, ""},
		"a text without end":                  {text(header, row(1, "5", strings.Repeat("x", 401))), upstream.CodeInvalidText, 2, 6, ""},
		"GB18030 read as UTF-8":               {encode(t, "gb18030", chinese), upstream.CodeEncoding, 1, 1, ""},
		"one byte that is no UTF-8":           {text(header, row(1), row(2, "5", "v\xffm")), upstream.CodeEncoding, 3, 6, ""},
		"UTF-16 without its mark":             {encode(t, "utf-16le", good)[2:], upstream.CodeEncoding, 1, 1, ""},
		"mixed currencies":                    {"Customer ID,Bill Type,Order ID,Amount,Currency\nC1,Refund,X1,-5,CNY\nC1,Refund,X2,-5,USD\n", upstream.CodeMixedCurrencies, 3, 5, ""},
		"a currency that is none":             {"Customer ID,Bill Type,Order ID,Amount,Currency\nC1,Refund,X1,-5,ABC\n", upstream.CodeUnknownCurrency, 2, 5, ""},
		"no currency":                         {"Customer ID,Bill Type,Order ID,Amount\nC1,Refund,X1,-5\n", upstream.CodeMissingCurrency, 2, 4, ""},
		"a place behind a cell of many lines": {text(header, row(1, "5", "\"a\n\nb\"", "8", "x")), upstream.CodeInvalidAmount, 4, 9, ""},
	} {
		got := problems(t, c.content, options())[0]
		if got.Code != c.code || got.Line != c.line || got.Column != c.column || got.Part != c.part || got.File != "statement.csv" || got.Message == "" {
			t.Errorf("%s: %v, want %s at line %d, column %d of part %q", name, got, c.code, c.line, c.column, c.part)
		}
	}
}

// TestProblemsAreCollected: one look shows several, and there is an end.
func TestProblemsAreCollected(t *testing.T) {
	t.Parallel()
	content := []string{header, row(1)}
	for range 5 {
		content = append(content, row(2, "8", "x"))
	}
	o := options()
	o.ProblemsMax = 3
	r, err := upstream.Open(strings.NewReader(text(content...)), o)
	if err != nil {
		t.Fatal(err)
	}
	if line, err := r.Next(); err != nil || line.OrderID != "CS1" {
		t.Fatalf("the first line: %v %v", line, err)
	}
	_, err = r.Next()
	found, is := errors.AsType[*upstream.Problems](err)
	if !is || len(found.List) != 3 || !found.More || found.List[2].Line != 5 || strings.Count(found.Error(), "\n") != 2 {
		t.Errorf("found %v", err)
	}
	o.ProblemsMax = 100
	if got := problems(t, text(content...), o); len(got) != 5 {
		t.Errorf("found %d problems, want 5", len(got))
	}
}

// TestRefusals of the caller stand among the others, with their place.
func TestRefusals(t *testing.T) {
	t.Parallel()
	r, err := upstream.Open(strings.NewReader(text(header, row(1), row(2, "8", "x"))), options())
	if err != nil {
		t.Fatal(err)
	}
	line, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	r.Refuse(line, upstream.FieldCustomer, upstream.CodeUnknownCustomer, "is not known")
	_, err = r.Next()
	want := "statement.csv, line 2, column 1 (Customer ID): unknown_customer: is not known\nstatement.csv, line 3, column 9 (Customer Expenditure (CNY)): invalid_amount: "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

// TestBombs: what unpacks to too much ends at a limit, and what is endless in memory too.
func TestBombs(t *testing.T) {
	t.Parallel()
	bomb := zipped(t, header+"\n"+strings.Repeat("\n", 80<<20))
	if got := problems(t, bomb, options())[0]; got.Code != upstream.CodeTooLarge {
		t.Errorf("a bomb is %v", got)
	}
	endless := header + "\nC1,\"" + strings.Repeat("x,\n", 1<<20)
	if got := problems(t, endless, options())[0]; got.Code != upstream.CodeTooLarge {
		t.Errorf("a quote that takes the rest of the file is %v", got)
	}
	if got := problems(t, text(header, row(1)+strings.Repeat(",x", 2000)), options())[0]; got.Code != upstream.CodeTooLarge || got.Line != 2 {
		t.Errorf("a line of many cells is %v", got)
	}
}

// TestErrorsOfTheSource are not the file's: they come as they are.
func TestErrorsOfTheSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for _, content := range []string{"", text(header, row(1)), zipped(t, text(header, row(1)))} {
		r, err := upstream.Open(io.MultiReader(strings.NewReader(content), iotest.ErrReader(broken)), options())
		for err == nil {
			_, err = r.Next()
		}
		if _, is := errors.AsType[*upstream.Problems](err); !errors.Is(err, broken) || is {
			t.Errorf("behind %d bytes: %v", len(content), err)
		}
	}
}

package upstream_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/accruald/accruald/workers/upstream"
)

func encode(t *testing.T, form string, content string) string {
	t.Helper()
	var out string
	var err error
	switch form {
	case "gb18030":
		out, err = simplifiedchinese.GB18030.NewEncoder().String(content)
	case "utf-16le":
		out, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(content)
	case "utf-16be":
		out, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const chinese = "客户ID,账期,客户名称,账单类型,计费模式,产品类型,产品类型编码,产品名称,产品ID,订单号/交易号,原订单号,客户消费金额（CNY）,结算金额(CNY)\n" +
	"C1,2026-01,甲公司,消费,包年/包月,弹性云服务器,hws.service.type.ec2,云主机,00301-1,CS1,,\"1,234.50\",1000\n" +
	"C2,202601,乙公司,退款,包年/包月,弹性云服务器,hws.service.type.ec2,云主机,00301-1,CS2,CS1,-34.50,-30\n" +
	"C2,2026/01,乙公司,调账,按需,弹性云服务器,hws.service.type.ec2,云主机,00301-1,CS3,CS1,-1.00,-1\n"

func TestFormsOfFiles(t *testing.T) {
	t.Parallel()
	two := text(header, row(1), row(2))
	for name, c := range map[string]struct {
		content, encoding string
		want              int
	}{
		"CSV":                             {two, "", 2},
		"without an end of line":          {strings.TrimSuffix(two, "\n"), "", 2},
		"CRLF":                            {strings.ReplaceAll(two, "\n", "\r\n"), "", 2},
		"byte order mark":                 {"\ufeff" + two, "", 2},
		"a mark says more than the flag":  {"\ufeff" + two, "gb18030", 2},
		"UTF-16, little end first":        {encode(t, "utf-16le", chinese), "", 3},
		"UTF-16, big end first":           {encode(t, "utf-16be", chinese), "", 3},
		"GB18030":                         {encode(t, "gb18030", chinese), "gb18030", 3},
		"Chinese headers":                 {chinese, "", 3},
		"gzip":                            {zipped(t, two), "", 2},
		"parts with headers":              {packed(t, "a_0001.csv", two, "a_0002.csv", text(header, row(3))), "", 3},
		"parts, a header in the first":    {packed(t, "a_0001.csv", two, "a_0002.csv", text(row(3), row(4))), "", 4},
		"parts, columns in another order": {packed(t, "a.csv", two, "b.csv", "Bill Type,Order ID,Amount,Customer ID,Currency\nRefund,X1,-5,C1,CNY\n"), "", 3},
		"an empty part":                   {packed(t, "a.csv", two, "b.csv", "", "._a.csv", "x"), "", 2},
		"title lines above the header":    {text("Partner bill,,", "exported 2026-02-05", "", header, row(1)), "", 1},
		"empty lines and totals":          {text(header, row(1), "", ",,,,,,,,", row(2), "合计,,,,,,,,4.00", "Total:,,,,,,,,4.00", "", ""), "", 2},
		"a total of few cells":            {text(header, row(1), "总计,1.50"), "", 1},
		"quoted line ends and delimiters": {text(header, row(1, "5", "\"a, b\nand \"\"c\"\"\""), row(2)), "", 2},
		"cells that are kept text":        {text(header, row(1, "0", "\t`C1`", "6", `"=""CS9"""`)), "", 1},
		"empty cells behind the header":   {text(header, row(1)+",,,"), "", 1},
	} {
		o := options()
		o.Encoding = c.encoding
		got, err := lines(c.content, o)
		if err != nil || len(got) != c.want {
			t.Errorf("%s: %d lines, want %d: %v", name, len(got), c.want, err)
		}
	}
}

func TestWhatALineSays(t *testing.T) {
	t.Parallel()
	got := mustRead(t, chinese, options())
	first := got[0]
	if first.CustomerID != "C1" || first.OrderID != "CS1" || first.Cycle != "2026-01" || first.BillType != upstream.Expenditure || first.BillingMode != "包年/包月" ||
		first.ProductType != "弹性云服务器" || first.ProductTypeCode != "hws.service.type.ec2" || first.ProductName != "云主机" || first.ProductID != "00301-1" ||
		first.Currency != "CNY" || first.Amount.String() != "1234.5" || first.SettlementAmount.String() != "1000" || first.ListAmount != nil ||
		first.No != 1 || first.PartLine != 2 {
		t.Errorf("the first line says %+v", first)
	}
	if second := got[1]; second.BillType != upstream.Refund || second.OriginalOrderID != "CS1" || second.Amount.String() != "-34.5" {
		t.Errorf("the second line says %+v", second)
	}
	if third := got[2]; third.BillType != upstream.Adjustment || third.Amount.String() != "-1" { // F57: adjustments are lines as others
		t.Errorf("the third line says %+v", third)
	}
}

// TestLinesOfNobody (F56, F58): a line without a customer or an order is taken, with its invoice, and told apart.
func TestLinesOfNobody(t *testing.T) {
	t.Parallel()
	got := mustRead(t, "Customer ID,Bill Type,Order ID,Amount,Currency,Invoice ID\n,Expenditure,CS1,5,CNY,INV-1\n-,Credit,--,-7,CNY,INV-2\n", options())
	if len(got) != 2 || got[0].CustomerID != "" || got[0].OrderID != "CS1" || got[0].InvoiceID != "INV-1" {
		t.Errorf("the line without customer came as %+v", got[0])
	}
	if credit := got[1]; credit.CustomerID != "" || credit.OrderID != "" || credit.BillType != upstream.Adjustment || credit.InvoiceID != "INV-2" {
		t.Errorf("the credit came as %+v", credit)
	}
}

// TestDoubledLines: what is twice in a file comes twice, with its line numbers and one hash.
func TestDoubledLines(t *testing.T) {
	t.Parallel()
	got := mustRead(t, text(header, row(1), row(2), row(1)), options())
	if len(got) != 3 || got[0].Hash != got[2].Hash || got[0].Hash == got[1].Hash || got[2].PartLine != 4 || got[2].No != 3 {
		t.Errorf("came as %+v", got)
	}
}

func TestSpreadsheets(t *testing.T) {
	t.Parallel()
	head := []any{"Customer ID", "Billing Cycle", "Bill Type", "Order ID", "Amount (USD)", "Original Order ID"}
	content := workbook(t, []string{"Summary", "Details", "More"},
		[][]any{{"Cycle", "2026-01"}, {"Sum", 12.5}},
		[][]any{{"Partner bill"}, nil, head, {"C1", "2026-01", "Expenditure", "CS1", 0.1 + 0.2}, {"C1", 46023, "Refund", "CS2", "(1,000.50)", "CS1"}},
		[][]any{head, {"C2", "2026-01", "Adjustment", "", -3}, {"Total", "", "", "", 1}})
	o := options()
	o.Name = "statement.xlsx"
	got := mustRead(t, content, o)
	if len(got) != 3 || got[0].Amount.String() != "0.3" || got[0].Part != "Details" || got[0].PartLine != 4 || got[0].Currency != "USD" ||
		got[1].Amount.String() != "-1000.5" || got[1].OriginalOrderID != "CS1" || got[2].Part != "More" {
		t.Errorf("came as %+v", got)
	}
	r, err := upstream.Open(strings.NewReader(content), o)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = r.Next()
	}
	if !slices.Equal(r.Ignored(), []string{"Summary"}) || r.Totals() != 1 || r.Close() != nil {
		t.Errorf("left out %q and %d totals", r.Ignored(), r.Totals())
	}
	if got := problems(t, workbook(t, []string{"A"}, [][]any{{"x", "y"}}), o); got[0].Code != upstream.CodeMissingColumn || got[0].Part != "A" {
		t.Errorf("a workbook without a statement is %v", got[0])
	}
	if got := problems(t, workbook(t, []string{"A"}, [][]any{head, {"C1", "2026-01", "Refund", "1.5E+20", 1}}), o); got[0].Code != upstream.CodeInvalidID || got[0].Line != 2 || got[0].Column != 4 {
		t.Errorf("an id that a spreadsheet made a number of is %v", got[0])
	}
}

func TestAmountsAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"0": "0", "1234.50": "1234.5", `"1,234.50"`: "1234.5", `"-1,234,567.89"`: "-1234567.89", "(5.00)": "-5", "5.00-": "-5", "−5": "-5", "￥5.00": "5", "$-5": "-5",
		`" 5 "`: "5", "+5": "5", "0.0000000001": "0.0000000001",
		`"1,23"`: "", `"12,34.5"`: "", "1.2.3": "", "abc": "", "1e3": "", "--5": "", "(-5)": "", ".5": "", "5.": "", "12345678901234567890123": "", "0.00000000001": "",
	} {
		got, err := lines(text(header, row(1, "8", cell)), options())
		switch {
		case want == "" && err == nil:
			t.Errorf("%s was read as %s", cell, got[0].Amount)
		case want != "" && (err != nil || got[0].Amount.String() != want):
			t.Errorf("%s: %v %v, want %s", cell, got, err, want)
		case want == "":
			if found, is := errors.AsType[*upstream.Problem](err); !is || found.Code != upstream.CodeInvalidAmount || found.Line != 2 || found.Column != 9 {
				t.Errorf("%s: %v", cell, err)
			}
		}
	}
}

// TestSigns: a refund lessens what is owed, however its export writes it.
func TestSigns(t *testing.T) {
	t.Parallel()
	got := mustRead(t, text(header, row(1, "2", "Refund", "8", "5"), row(2, "2", "Refund", "8", "-5"), row(3, "8", "-5")), options())
	for i := range got {
		if got[i].Amount.String() != "-5" {
			t.Errorf("line %d comes to %s", i+1, got[i].Amount)
		}
	}
}

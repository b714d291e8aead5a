package table

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/accruald/accruald/events"
)

type row struct {
	id      string
	note    string
	bills   []string
	count   int
	rate    decimal.Decimal
	amount  events.Amount
	at      time.Time
	present bool
}

var columns = []Column[row]{
	{Name: "row_id", Of: func(r *row) any { return r.id }},
	{Name: "bills", Of: func(r *row) any { return r.bills }},
	{Name: "count", Of: func(r *row) any { return r.count }},
	{Name: "rate", Of: func(r *row) any { return r.rate }},
	{Name: "paid_out", Of: func(r *row) any { return r.amount }},
	{Name: "at", Of: func(r *row) any { return r.at }},
	{Name: "present", Of: func(r *row) any { return r.present }},
	{Name: "for_people", Only: ForPeople, Of: func(r *row) any { return "x" }},
	{Name: "note", Only: ForMachines, Of: func(r *row) any { return r.note }},
}

func rows() []row {
	return []row{
		{id: "A", note: "=1+1", bills: []string{"B1", "B2"}, count: 1234, rate: decimal.New(8, -2), amount: events.NewAmount(decimal.New(-123456, -2), 2),
			at: time.Date(2026, 3, 8, 10, 0, 0, 0, time.FixedZone("", 8*3600)), present: true},
		{id: "乙", note: "say \"a, b\"\nand c", amount: events.NewAmount(decimal.New(5, 0), 2)},
	}
}

func TestRowsForPeople(t *testing.T) {
	t.Parallel()
	var text Text
	text.Rows(Rows(columns, rows()))
	want := "\n" +
		"row  bills   count  rate   paid out  at                       present  for people\n" +
		"A    B1, B2  1,234  0.08  -1,234.56  2026-03-08 10:00 +08:00  yes      x\n" +
		"乙               0     0       5.00                                    x\n"
	if text.String() != want {
		t.Errorf("set:\n%s\nwant:\n%s", text.String(), want)
	}
	var out strings.Builder
	if err := text.Write(&out); err != nil || out.String() != want[1:] {
		t.Errorf("written: %q, %v", out.String(), err)
	}
}

func TestCommaSeparatedValues(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := WriteCSV(&out, columns, rows()); err != nil {
		t.Fatal(err)
	}
	want := "row_id,bills,count,rate,paid_out,at,present,note\r\n" +
		"A,\"B1, B2\",1234,0.08,-1234.56,2026-03-08T10:00:00+08:00,true,'=1+1\r\n" +
		"乙,,0,0,5.00,,false,\"say \"\"a, b\"\"\r\nand c\"\r\n"
	if out.String() != want {
		t.Errorf("written:\n%q\nwant:\n%q", out.String(), want)
	}
	out.Reset()
	if err := WriteCSV(&out, columns, nil); err != nil || strings.Count(out.String(), "\r\n") != 1 {
		t.Errorf("of nothing: %q, %v", out.String(), err)
	}
}

// TestNoFormulas: text that a spreadsheet would compute is text, and numbers stay numbers.
func TestNoFormulas(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "a=b": "a=b", "-12.50": "-12.50", "+5": "+5", "1e3": "1e3",
		"=1+1": "'=1+1", "+SUM(A1)": "'+SUM(A1)", "-2+3": "'-2+3", "@cmd": "'@cmd", "-": "'-", "\t=1": "'\t=1", "\r=1": "'\r=1", "'=1": "'=1",
	} {
		if got := written(in); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
	if got := written([]string{"=1", "b"}); got != "'=1, b" {
		t.Errorf("a list is written %q", got)
	}
}

// TestWhatIsWrittenIsRead: any text comes back from a reader of the format, but for the apostrophe.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab ,\"\n=+-@'乙1."))).Draw(t, "text")
		var out strings.Builder
		if err := WriteCSV(&out, columns, []row{{id: "A", note: text}}); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil || len(records) != 2 {
			t.Fatalf("read %q: %v", out.String(), err)
		}
		got := records[1][len(records[1])-1]
		if got != text && got != "'"+text {
			t.Fatalf("%q came back as %q", text, got)
		}
		if got == text && text != "" && slices.Contains([]byte("=+-@"), text[0]) {
			if _, err := decimal.NewFromString(text); err != nil {
				t.Fatalf("%q is no number and was left as it is", text)
			}
		}
	})
}

func TestNothingIsSaid(t *testing.T) {
	t.Parallel()
	var text Text
	if text.Rows(Rows(columns[:1], nil)); text.String() != "\nrow\nnone\n" {
		t.Errorf("of nothing: %q", text.String())
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	for in, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", -999: "-999"} {
		if got := Number(in); got != want {
			t.Errorf("%d is set %s, want %s", in, got, want)
		}
	}
	for scale, want := range map[int32]string{0: "-1234.5", 1: "-1,234.5", 2: "-1,234.50"} {
		if got := Amount(events.NewAmount(decimal.New(-12345, -1), scale)); strings.ReplaceAll(got, ",", "") != strings.ReplaceAll(want, ",", "") {
			t.Errorf("at %d digits: %s, want %s", scale, got, want)
		}
	}
}

package upstream_test

import (
	"errors"
	"testing"

	"github.com/accruald/accruald/workers/upstream"
)

// FuzzFiles: whatever a file holds, there is an end, and it is lines that can be stored or problems with a name.
func FuzzFiles(f *testing.F) {
	tt := &testing.T{}
	good := text(header, row(1), row(2, "2", "Refund", "8", "\"-1,234.50\""))
	for _, seed := range []string{good, chinese, "\ufeff" + good, packed(tt, "a.csv", good, "b.csv", row(3)+"\n"), zipped(tt, good), encode(tt, "utf-16le", chinese),
		workbook(tt, []string{"A"}, [][]any{{"Customer ID", "Bill Type", "Order ID", "Amount (CNY)"}, {"C1", "Refund", "O1", 0.30000000000000004}}), "\"", "PK\x03\x04", "\x1f\x8b"} {
		f.Add([]byte(seed), "")
		f.Add([]byte(seed), "gb18030")
	}
	f.Fuzz(func(t *testing.T, content []byte, encoding string) {
		o := options()
		if encoding != "" {
			o.Encoding = "gb18030"
		}
		o.ProblemsMax = 5
		got, err := lines(string(content), o)
		found, is := errors.AsType[*upstream.Problems](err)
		switch {
		case err == nil && len(got) == 0:
			t.Error("neither lines nor problems")
		case err != nil && !is:
			t.Errorf("an error that is no problem of the file: %v", err)
		case is && (len(found.List) == 0 || len(found.List) > o.ProblemsMax+1 || found.List[0].Code == "" || found.List[0].Message == "" || found.List[0].File == ""):
			t.Errorf("problems without a name: %+v", found)
		}
		for i := range got {
			l := &got[i]
			if l.Cycle != o.Cycle || l.Currency == "" || l.No != int64(i+1) || len(l.CustomerID) > 64 || len(l.OrderID) > 64 {
				t.Errorf("line %+v", l)
			}
			for _, text := range []string{l.ProductName, l.BillingMode, l.InvoiceID, l.Part} {
				if problem := unstorable(text); problem != "" {
					t.Errorf("line %d has %s: %q", i+1, problem, text)
				}
			}
		}
	})
}

// unstorable says what a database would refuse of a text.
func unstorable(text string) string {
	for _, r := range text {
		if r == 0 || r == '\ufffd' {
			return "a character that cannot be stored"
		}
	}
	return ""
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"github.com/accruald/accruald/cmd/accruald/internal/books"
	"github.com/accruald/accruald/cmd/accruald/internal/report"
	"github.com/accruald/accruald/workers/calendar"
)

const quarterPath = "../../events/samples/quarter.jsonl"

// withLateFacts is the worked example with two statements and what comes too late for either: an order of March behind the
// statement of March, and a downgrade of April behind that of April, which changes a refund that it told; with adjustments
// of an order, of which one has a reason that looks like a formula.
func withLateFacts(t *testing.T) string {
	t.Helper()
	fired := func(at string) string {
		return strings.NewReplacer("AT", at).Replace(`{"specversion":"1.0","id":"schedule.fired/statement/cn/AT","source":"/accruald/scheduler","type":"schedule.fired.v1","time":"AT:00+08:00",`+
			`"subject":"statement","partitionkey":"_all","data":{"job":"statement","site":"cn","scheduled_for":"AT:00+08:00"}}`) + "\n"
	}
	adjusted := func(id, amount, reason string) string {
		return strings.NewReplacer("ID", id, "AMOUNT", amount, "REASON", reason).Replace(`{"specversion":"1.0","id":"adjustment.posted/ID","source":"/operations/cn","type":"adjustment.posted.v1",`+
			`"time":"2026-04-10T10:00:00+08:00","subject":"ID","partitionkey":"P100","data":{"adjustment_id":"ID","partner_id":"P100","order_id":"O1","amount":"AMOUNT","currency":"CNY","reason":"REASON"}}`) + "\n"
	}
	var text, late strings.Builder
	downgrade := ""
	for line := range strings.Lines(read(t, examplePath)) {
		if strings.Contains(line, `"id":"order.unsubscribed/O3"`) {
			text.WriteString(fired("2026-04-05T10:00"))
		}
		text.WriteString(line)
		if strings.Contains(line, `"id":"order.placed/O1"`) || strings.Contains(line, `"id":"order.paid/O1"`) {
			late.WriteString(strings.NewReplacer("O1", "O8", "vm-1", "vm-8",
				`{"kind":"coupon","coupon_id":"CP1","amount":"23.00"},{"kind":"credit","amount":"400.00"}`, `{"kind":"credit","amount":"423.00"}`).Replace(line))
		}
		if strings.Contains(line, `"id":"order.spec_changed/O2"`) {
			downgrade = strings.NewReplacer("O2", "O7", "2026-03-18T09:20", "2026-04-05T18:00", "s6.xlarge.2.linux", "s6.large.2.linux").Replace(line)
		}
	}
	text.WriteString(late.String() + adjusted("ADJ1", "5.00", "fee") + adjusted("ADJ2", "-2.50", "=1+1 goodwill") + fired("2026-05-05T10:00") + downgrade)
	return file(t, "late.jsonl", text.String())
}

// statement reads the statement of a cycle.
func statement(t *testing.T, args ...string) *report.Statement {
	t.Helper()
	got := call(t, "", append([]string{"report", "statement", "--format", "json"}, args...)...)
	var s report.Statement
	if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.status != statusDone {
		t.Fatalf("%q: status %d, %v, %s", args, got.status, err, got.err)
	}
	return &s
}

// quarter is the shipped quarter, decided once.
var quarter = sync.OnceValues(func() (*books.Books, error) {
	flags := rowFlags{Events: []string{quarterPath}}
	return flags.open(context.Background(), &console{})
})

var (
	quarterPartners = []string{"P110", "P120", "P130"}
	quarterCycles   = []calendar.Cycle{"2026-01", "2026-02", "2026-03", "2026-04"}
)

// TestStatementsAddUp: in every cycle of the shipped quarter the lines sum to what was issued, nothing is told twice, and the
// bills have their identity.
func TestStatementsAddUp(t *testing.T) {
	t.Parallel()
	b, err := quarter()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]calendar.Cycle{}
	for _, partner := range quarterPartners {
		book, err := chargesOf(t.Context(), b, partner)
		if err != nil {
			t.Fatal(err)
		}
		for _, cycle := range quarterCycles {
			s, err := report.StatementOf(book, cycle)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Sums) != 1 || len(s.Failed()) != 0 || len(s.Checks) != 5+2*len(s.Bills) || len(s.Charges) == 0 || len(s.Bills) == 0 || len(s.Details) == 0 {
				t.Errorf("%s %s: %d statements, %d checks of which fail %q", partner, cycle, len(s.Sums), len(s.Checks), s.Failed())
			}
			for _, c := range s.Charges {
				key := fmt.Sprintf("%s %s %s %s %s", partner, c.OrderID, c.LineID, c.Kind, c.OriginalOrder)
				if before := told[key]; before != "" || c.Change {
					t.Errorf("the charge %s is of %s and of %s", key, before, cycle)
				}
				told[key] = cycle
				if !c.List.Decimal.Sub(c.Discount.Decimal).Sub(c.Erased.Decimal).Equal(c.Amount.Decimal) {
					t.Errorf("%s: list %s - discount %s - erased %s is not %s", key, c.List.Decimal, c.Discount.Decimal, c.Erased.Decimal, c.Amount.Decimal)
				}
				if tenders := decimal.Sum(c.Coupons.Decimal, c.Cash.Decimal, c.Credit.Decimal, c.Cards.Decimal); !tenders.Equal(c.Amount.Decimal) {
					t.Errorf("%s: tenders sum to %s, not to %s", key, tenders, c.Amount.Decimal)
				}
			}
		}
	}
}

// TestLateChargesStandInTheNextStatement (F58, F61, F62): a closed cycle is never told otherwise than it was issued; what came
// too late stands in the next statement and says so, and what it changed of told lines is a line of its own.
func TestLateChargesStandInTheNextStatement(t *testing.T) {
	t.Parallel()
	path := withLateFacts(t)
	of := func(cycle string) *report.Statement {
		return statement(t, "--partner", "P100", "--cycle", cycle, "--events", path)
	}
	var lines []string
	for _, cycle := range []string{"2026-03", "2026-04", "2026-05"} {
		s := of(cycle)
		if len(s.Failed()) != 0 {
			t.Errorf("%s: %q", cycle, s.Failed())
		}
		for _, c := range s.Charges {
			line := fmt.Sprintf("%s %s %s late=%t change=%t original=%q/%s %s", cycle, c.Kind, c.OrderID, c.Late, c.Change, c.OriginalOrder, c.OriginalCycle, c.Amount.Decimal)
			lines = append(lines, strings.TrimRight(line, " "))
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", cycle, s.Sums[0].State, s.Sums[0].BillAmount.Decimal))
	}
	golden(t, "statement_late.txt", strings.Join(lines, "\n")+"\n")
}

// TestStatementFiles: the workbook and the comma-separated values of one small cycle, cell by cell.
func TestStatementFiles(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	path := filepath.Join(t.TempDir(), "statement.xlsx")
	args := []string{"report", "statement", "--partner", "P100", "--cycle", "2026-04", "--events", withLateFacts(t)}
	if got := call(t, "", append(slices.Clone(args), "--out", path)...); got.status != statusDone || got.out != "" {
		t.Fatalf("%q: %+v", args, got)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if again := call(t, "", args...); again.out != string(data) {
		t.Error("the same data made another workbook")
	}
	all.WriteString(dump(t, data))
	for _, part := range []string{"sums", "charges", "bills", "details", "requests", "invoices"} {
		got := call(t, "", append(slices.Clone(args), "--format", "csv", "--part", part)...)
		if got.status != statusDone {
			t.Errorf("%s: %+v", part, got)
		}
		checkCSV(t, args, got.out)
		all.WriteString("# " + part + "\n" + strings.ReplaceAll(got.out, "\r\n", "\n"))
	}
	golden(t, "statement.txt", all.String())
}

// dump tells every cell of a workbook as it is shown, and its formula. Formulas must come to the value written.
func dump(t *testing.T, data []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	var text strings.Builder
	for _, sheet := range f.GetSheetList() {
		panes, err := f.GetPanes(sheet)
		if err != nil {
			t.Fatal(err)
		}
		layout, err := f.GetPageLayout(sheet)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "== %s, frozen %t, %s\n", sheet, panes.Freeze, *layout.Orientation)
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			for k := range rows[i] {
				name, err := excelize.CoordinatesToCellName(k+1, i+1)
				if err != nil {
					t.Fatal(err)
				}
				formula, err := f.GetCellFormula(sheet, name)
				if err != nil {
					t.Fatal(err)
				}
				if formula == "" {
					continue
				}
				written, err := f.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				computed, err := f.CalcCellValue(sheet, name, excelize.Options{RawCellValue: true})
				if err != nil || computed != written {
					t.Errorf("%s!%s: %s comes to %q, written is %q (%v)", sheet, name, formula, computed, written, err)
				}
				rows[i][k] += " {" + formula + "}"
			}
			text.WriteString(strings.Join(rows[i], " | ") + "\n")
		}
	}
	return text.String()
}

func TestStatementRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want []string }{
		{[]string{"--partner", "P100", "--cycle", "March"}, []string{`"March"`, "YYYY-MM"}},
		{[]string{"--partner", "P7", "--cycle", "2026-03"}, []string{`"P7"`}},
		{[]string{"--partner", "P100", "--cycle", "2026-03", "--out", "/nowhere/at/all.xlsx"}, []string{"/nowhere/at/all.xlsx"}},
	} {
		got := call(t, "", append(append([]string{"report", "statement"}, c.args...), "--events", examplePath)...)
		for _, word := range c.want {
			if got.status != statusRefused || got.out != "" || !strings.Contains(got.err, word) {
				t.Errorf("%q: status %d, out %q, complaints %q", c.args, got.status, got.out, got.err)
			}
		}
	}
}

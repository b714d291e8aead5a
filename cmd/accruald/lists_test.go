package main

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

const (
	marchBill  = "yc03d3UbxE0_RGOMIAvFag" // of the worked example
	referred   = "WfuktPTeIMpGY5kVEmAn_w" // the same of a referral, which money is paid for
	aprilBill  = "9yZzZjdaYmQyP3n0dD4Slw" // the referral's next
	aprilNight = "2026-04-08T12:00:00+08:00"
)

// appliedFor is the worked example for a referral, with a request that needs an invoice, the invoice, and one more order on credit, so
// that something is frozen, applied for and payable.
func appliedFor(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	money := strings.NewReplacer(`"method":"coupon_quota"`, `"method":"bank_transfer"`, `"association":"resale"`, `"association":"referral"`, marchBill, referred)
	for line := range strings.Lines(read(t, examplePath)) {
		text.WriteString(money.Replace(line))
		if strings.Contains(line, `"id":"order.placed/O1"`) || strings.Contains(line, `"id":"order.paid/O1"`) {
			again := strings.NewReplacer("O1", "O7", "vm-1", "vm-7", "2026-03-08", "2026-04-07",
				`{"kind":"coupon","coupon_id":"CP1","amount":"23.00"},{"kind":"credit","amount":"400.00"}`, `{"kind":"credit","amount":"423.00"}`)
			text.WriteString(again.Replace(line))
		}
	}
	text.WriteString(`{"specversion":"1.0","id":"invoice.triggered/INV1/apply","source":"/partners/cn","type":"invoice.triggered.v1","time":"2026-04-08T11:00:00+08:00","subject":"INV1","partitionkey":"P100",` +
		`"data":{"invoice_id":"INV1","trigger":"apply","actor":"partner-finance","reason":"=cmd|' /C calc'!A0","direction":"to_vendor","channel":"vendor","medium":"digital","amount":"51.71","currency":"CNY","tax_rate":"0.06","payment_request_id":"PR1"}}` + "\n")
	return file(t, "applied.jsonl", text.String())
}

// issued is the worked example before anything is applied for.
func issued(t *testing.T) string {
	t.Helper()
	before, _, found := strings.Cut(read(t, examplePath), `{"specversion":"1.0","id":"payment_request.submitted`)
	if !found {
		t.Fatal("the example has no payment request")
	}
	return file(t, "issued.jsonl", before)
}

// TestLists shows what a finance person reads of a small set of events, and what a spreadsheet does.
func TestLists(t *testing.T) {
	t.Parallel()
	files := map[string]string{"applied": appliedFor(t), "issued": issued(t)}
	var all strings.Builder
	for _, c := range []struct {
		file string
		args []string
	}{
		{"issued", []string{"payable", "P100", "--at", aprilNight}},
		{"issued", []string{"bill", "show", marchBill, "--at", aprilNight}},
		{"applied", []string{"bills"}}, {"applied", []string{"bills", "--csv"}}, {"applied", []string{"bills", "--limit", "1", "--csv"}},
		{"applied", []string{"bill", "show", aprilBill, "--at", aprilNight}},
		{"applied", []string{"bill", "show", aprilBill, "--at", aprilNight, "--csv"}},
		{"applied", []string{"bill", "show", aprilBill, "--at", aprilNight, "--json"}},
		{"applied", []string{"payable", "P100", "--at", aprilNight}}, {"applied", []string{"payable", "P100", "--at", aprilNight, "--csv"}},
		{"applied", []string{"payable", "P100", "--at", aprilNight, "--json"}},
		{"applied", []string{"holds"}}, {"applied", []string{"holds", "--all"}}, {"applied", []string{"holds", "--csv"}}, {"applied", []string{"holds", "--json"}},
		{"applied", []string{"requests"}}, {"applied", []string{"requests", "--csv"}}, {"applied", []string{"requests", "--json"}},
		{"applied", []string{"requests", "--cycle", "2026-04"}}, {"applied", []string{"requests", "--state", "paid"}},
		{"applied", []string{"invoices"}}, {"applied", []string{"invoices", "--csv"}}, {"applied", []string{"invoices", "--state", "issued", "--json"}},
	} {
		got := call(t, "", append(slices.Clone(c.args), "--events", files[c.file])...)
		if got.status != statusDone || got.err != "" && !slices.Contains(c.args, "--limit") {
			t.Errorf("%q: status %d, complaints %q", c.args, got.status, got.err)
		}
		if slices.Contains(c.args, "--csv") {
			checkCSV(t, c.args, got.out)
		}
		all.WriteString("$ accruald " + strings.Join(c.args, " ") + " # " + c.file + "\n" + strings.ReplaceAll(got.out, "\r\n", "\n") + got.err + "\n")
	}
	golden(t, "lists.txt", all.String())
}

// checkCSV: every record has the columns of the header and ends as RFC 4180 says, and no cell is a formula.
func checkCSV(t *testing.T, args []string, text string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) < 1 || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("%q: %d records, %v", args, len(records), err)
	}
	for _, record := range records {
		for _, cell := range record {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("%q: the cell %q is a formula", args, cell)
			}
		}
	}
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want []string }{
		{[]string{"requests", "--state", "lost"}, []string{`"lost"`, "awaiting_invoice"}},
		{[]string{"invoices", "--state", "lost"}, []string{`"lost"`, "to_sign"}},
		{[]string{"requests", "--cycle", "March"}, []string{`"March"`, "YYYY-MM"}},
		{[]string{"ledger", "trial-balance", "--cycle", "March"}, []string{`"March"`, "YYYY-MM"}},
		{[]string{"holds", "--limit", "0"}, []string{"--limit"}},
		{[]string{"bills", "--limit", "0"}, []string{"--limit"}},
		{[]string{"holds", "--partner", "P7"}, []string{`"P7"`}},
		{[]string{"bills", "--partner", "P7"}, []string{`"P7"`}},
		{[]string{"payable", "P7"}, []string{`"P7"`}},
		{[]string{"bill", "show", "B7"}, []string{`"B7"`, "accruald bills"}},
		{[]string{"bill", "show", "B7", "--partner", "P100"}, []string{`"B7"`, "P100"}},
	} {
		args := c.args
		if args[0] != "ledger" {
			args = append(slices.Clone(args), "--events", examplePath)
		}
		got := call(t, "", args...)
		for _, word := range c.want {
			if got.status != statusRefused || got.out != "" || !strings.Contains(got.err, word) {
				t.Errorf("%q: status %d, out %q, complaints %q", c.args, got.status, got.out, got.err)
			}
		}
	}
	if got := call(t, "", "holds", "--json", "--csv", "--events", examplePath); got.status != statusUsage {
		t.Errorf("two forms at once: %+v", got)
	}
}

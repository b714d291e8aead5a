package main

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/focus"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/inquiry/charges"
)

// record is one row of an export, by column.
type record map[string]string

func (r record) has(column string) bool { return r[column] != "" }

func (r record) figure(t *testing.T, column string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(r[column])
	if err != nil {
		t.Fatalf("%s is %q: %v", column, r[column], err)
	}
	return d
}

func (r record) moment(t *testing.T, column string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05Z", r[column])
	if err != nil {
		t.Errorf("%s is %q: %v", column, r[column], err)
	}
	return at
}

func rowsOf(t *testing.T, text string) []record {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) == 0 {
		t.Fatalf("read an export: %d lines, %v", len(lines), err)
	}
	var out []record
	for _, line := range lines[1:] {
		r := record{}
		for i, name := range lines[0] {
			r[name] = line[i]
		}
		out = append(out, r)
	}
	return out
}

// The specification's rules of columns, version 1.2.
var (
	mandatory = []string{
		"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass",
		"ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity",
		"PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
	}
	conditional = []string{ // whose condition holds here, and those that are recommended
		"AvailabilityZone", "ChargeFrequency", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity",
		"CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractedUnitPrice", "InvoiceId",
		"ListUnitPrice", "PricingCategory", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceSubcategory", "SkuId", "SkuMeter",
		"SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType",
	}
	notNull = []string{
		"BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "ChargeFrequency",
		"ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ProviderName", "PublisherName",
		"ServiceCategory", "ServiceName", "ServiceSubcategory",
	}
	allowed = map[string][]string{
		"ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}, "ChargeClass": {"", "Correction"},
		"ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"}, "PricingCategory": {"", "Standard", "Dynamic", "Committed", "Other"},
		"CommitmentDiscountCategory": {"", "Spend", "Usage"}, "CommitmentDiscountStatus": {"", "Used", "Unused"},
		"ServiceCategory": {"AI and Machine Learning", "Analytics", "Business Applications", "Compute", "Databases", "Developer Tools", "Multicloud", "Identity",
			"Integration", "Internet of Things", "Management and Governance", "Media", "Migration", "Mobile", "Networking", "Security", "Storage", "Web", "Other"},
	}
	numeric = []string{
		"BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "ConsumedQuantity",
		"x_CashCost", "x_CouponCost", "x_CreditCost", "x_StoredCardCost", "x_ErasedCost",
	}
	numericFormat = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	unitFormat    = regexp.MustCompile(`^([A-Z][A-Za-z]*-)?(Years|Months|Weeks|Days|Hours|Units|GB|MB)$`)
	columnFormat  = regexp.MustCompile(`^(x_)?([A-Z][a-z]+)+$`)
	// What is null or not nullTogether: the second is null exactly when the first is.
	nullTogether = [][2]string{
		{"ConsumedQuantity", "ConsumedUnit"}, {"PricingQuantity", "PricingUnit"}, {"RegionId", "RegionName"}, {"ResourceId", "ResourceType"},
		{"SubAccountId", "SubAccountName"}, {"SubAccountId", "SubAccountType"}, {"SkuId", "SkuMeter"}, {"SkuId", "SkuPriceId"},
		{"CommitmentDiscountId", "CommitmentDiscountCategory"}, {"CommitmentDiscountId", "CommitmentDiscountType"},
		{"CommitmentDiscountQuantity", "CommitmentDiscountUnit"},
	}
)

// conforms holds the specification's rules against one row.
func conforms(t *testing.T, r record) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Errorf("%s: "+format, append([]any{r["ChargeDescription"]}, args...)...)
	}
	for _, column := range notNull {
		if strings.TrimSpace(r[column]) == "" {
			fail("%s is null", column)
		}
	}
	for column, values := range allowed {
		if !slices.Contains(values, r[column]) {
			fail("%s is %q, not one of %q", column, r[column], values)
		}
	}
	for _, column := range numeric {
		if r.has(column) && !numericFormat.MatchString(r[column]) {
			fail("%s is %q", column, r[column])
		}
	}
	for _, pair := range nullTogether {
		if r.has(pair[0]) != r.has(pair[1]) {
			fail("%s is %q and %s is %q", pair[0], r[pair[0]], pair[1], r[pair[1]])
		}
	}
	if !regexp.MustCompile(`^[A-Z]{3}$`).MatchString(r["BillingCurrency"]) {
		fail("BillingCurrency is %q", r["BillingCurrency"])
	}
	for _, column := range []string{"PricingUnit", "ConsumedUnit"} {
		if r.has(column) && !unitFormat.MatchString(r[column]) {
			fail("%s is %q", column, r[column])
		}
	}
	if !r.moment(t, "ChargePeriodStart").Before(r.moment(t, "ChargePeriodEnd")) || !r.moment(t, "BillingPeriodStart").Before(r.moment(t, "BillingPeriodEnd")) {
		fail("a period does not end behind its beginning")
	}
	conformsByCategory(t, r, fail)
}

// conformsByCategory holds the rules that depend on what kind of charge it is.
func conformsByCategory(t *testing.T, r record, fail func(string, ...any)) {
	t.Helper()
	bought := r["ChargeCategory"] == "Usage" || r["ChargeCategory"] == "Purchase"
	if r["ChargeCategory"] == "Purchase" && r["ChargeFrequency"] == "Usage-Based" {
		fail("a purchase is usage-based")
	}
	correction := r["ChargeClass"] == "Correction"
	for _, column := range []string{"ListUnitPrice", "ContractedUnitPrice", "PricingQuantity", "PricingCategory", "SkuId", "SkuPriceId"} {
		if bought && !correction && !r.has(column) {
			fail("%s is null", column)
		}
	}
	if r.has("ConsumedQuantity") != (r["ChargeCategory"] == "Usage") {
		fail("ConsumedQuantity is %q of %s", r["ConsumedQuantity"], r["ChargeCategory"])
	}
	for _, of := range []string{"List", "Contracted"} {
		price, amount := of+"UnitPrice", r.figure(t, of+"Cost")
		if !r.has(price) {
			if !amount.Equal(r.figure(t, "BilledCost")) {
				fail("%sCost is %s without a price, BilledCost %s", of, amount, r["BilledCost"])
			}
			continue
		}
		unit := r.figure(t, price)
		if product := unit.Mul(r.figure(t, "PricingQuantity")); unit.IsNegative() || !product.Round(8).Equal(amount) {
			fail("%s %s x %s is %s, not %s", price, unit, r["PricingQuantity"], product, amount)
		}
	}
	if !bought && !r.figure(t, "EffectiveCost").Equal(r.figure(t, "BilledCost")) {
		fail("EffectiveCost is %s, BilledCost %s", r["EffectiveCost"], r["BilledCost"])
	}
	paid := decimal.Sum(r.figure(t, "x_CashCost"), r.figure(t, "x_CouponCost"), r.figure(t, "x_CreditCost"), r.figure(t, "x_StoredCardCost"))
	if bought && !paid.Equal(r.figure(t, "BilledCost")) {
		fail("means of payment sum to %s, BilledCost is %s", paid, r["BilledCost"])
	}
	if r["ChargeCategory"] == "Credit" && !r.figure(t, "BilledCost").IsNegative() {
		fail("a credit of %s", r["BilledCost"])
	}
}

// exported are the rows of a cycle of one partner.
func exported(t *testing.T, book *charges.Book, cycle calendar.Cycle) []record {
	t.Helper()
	var text strings.Builder
	out, err := focus.NewCSV(&text, focus.Names{Provider: "V", Publisher: "V", Issuer: "V"})
	if err == nil {
		err = out.Add(book, cycle)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return rowsOf(t, text.String())
}

// TestFocusConforms (F57, F58): every row of the shipped quarter keeps the rules of the specification, and BilledCost sums to
// the statements to the cent, in each of their parts; coupons are told.
func TestFocusConforms(t *testing.T) {
	t.Parallel()
	b, err := quarter()
	if err != nil {
		t.Fatal(err)
	}
	rows, categories, serviceOf := 0, map[string]int{}, map[string]string{}
	var coupons decimal.Decimal
	for _, partner := range quarterPartners {
		book, err := chargesOf(t.Context(), b, partner)
		if err != nil {
			t.Fatal(err)
		}
		for _, cycle := range quarterCycles {
			sums := map[string]decimal.Decimal{}
			for _, r := range exported(t, book, cycle) {
				conforms(t, r)
				rows++
				categories[r["ChargeCategory"]+r["ChargeClass"]]++
				coupons = coupons.Add(r.figure(t, "x_CouponCost"))
				sums[r["x_StatementPart"]] = sums[r["x_StatementPart"]].Add(r.figure(t, "BilledCost"))
				if known := serviceOf[r["ServiceName"]]; known != "" && known != r["ServiceCategory"] {
					t.Errorf("service %q is of %q and of %q", r["ServiceName"], known, r["ServiceCategory"])
				}
				serviceOf[r["ServiceName"]] = r["ServiceCategory"]
				if issued := cycle < "2026-04"; issued != r.has("InvoiceId") {
					t.Errorf("%s: invoice %q", cycle, r["InvoiceId"])
				}
			}
			for _, s := range book.Sums(cycle) {
				for part, want := range map[charges.Kind]decimal.Decimal{charges.Consumption: s.Consumption, charges.Refund: s.Refunds, charges.Adjustment: s.Adjustments} {
					if got := sums[string(part)]; !got.Equal(want) {
						t.Errorf("%s %s: BilledCost of %s sums to %s, the statement has %s", partner, cycle, part, got, want)
					}
				}
			}
		}
	}
	if rows < 1000 || categories["Usage"] == 0 || categories["Purchase"] == 0 || categories["PurchaseCorrection"] == 0 || coupons.IsZero() {
		t.Errorf("%d rows, %v, coupons %s: the quarter shows too little", rows, categories, coupons)
	}
}

// TestFocusColumns: every mandatory column is there, by name and before our own; the metadata has the same columns.
func TestFocusColumns(t *testing.T) {
	t.Parallel()
	got := call(t, "", "export", "focus", "--cycle", "2026-03", "--events", examplePath)
	header, _, _ := strings.Cut(got.out, "\r\n")
	names := strings.Split(header, ",")
	own := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, "x_") })
	want := slices.Sorted(slices.Values(slices.Concat(mandatory, conditional)))
	if got.status != statusDone || own < 0 || !slices.Equal(names[:own], want) || !slices.IsSorted(names[own:]) {
		t.Errorf("status %d, columns %q, want %q and then our own", got.status, names, want)
	}
	for i, name := range names {
		if !columnFormat.MatchString(name) || len(name) > 50 || i >= own != strings.HasPrefix(name, "x_") {
			t.Errorf("column %q", name)
		}
	}
	var schema focus.Schema
	metadata := call(t, "", "export", "focus", "--cycle", "2026-03", "--format", "schema")
	if err := json.Unmarshal([]byte(metadata.out), &schema); err != nil || schema.FocusVersion != "1.2" || len(schema.Columns) != len(names) {
		t.Errorf("metadata: %v, %+v", err, schema)
	}
	for i := range schema.Columns {
		if schema.Columns[i].Name != names[i] || schema.Columns[i].Type == "" {
			t.Errorf("metadata of column %d: %+v, the data has %q", i, schema.Columns[i], names[i])
		}
	}
}

// TestFocusOfLateFacts (F58, F62): a closed billing period stays as it was issued; what came too late, and refunds of what an
// earlier statement told, are corrections in the period that tells them, with the invoice they correct.
func TestFocusOfLateFacts(t *testing.T) {
	t.Parallel()
	path := withLateFacts(t)
	var told []string
	for _, cycle := range []string{"2026-03", "2026-04", "2026-05"} {
		args := []string{"export", "focus", "--cycle", cycle, "--events", path}
		got := call(t, "", args...)
		var sum decimal.Decimal
		list := rowsOf(t, got.out)
		for _, r := range list {
			conforms(t, r)
			sum = sum.Add(r.figure(t, "BilledCost"))
			told = append(told, strings.Join([]string{cycle, r["InvoiceId"], r["ChargePeriodStart"], r["ChargeCategory"], r["ChargeClass"], r["x_OriginalInvoiceId"],
				r["BilledCost"], r["ListCost"], r["x_CouponCost"], r["ChargeDescription"]}, "|"))
		}
		if s := statement(t, "--partner", "P100", "--cycle", cycle, "--events", path); !sum.Equal(s.Sums[0].BillAmount.Decimal) {
			t.Errorf("%s: BilledCost sums to %s, the statement is %s", cycle, sum, s.Sums[0].BillAmount.Decimal)
		}
		lines := call(t, "", append(args, "--format", "jsonl")...)
		if strings.Count(lines.out, "\n") != len(list) {
			t.Errorf("%s: %d rows and %d lines", cycle, len(list), strings.Count(lines.out, "\n"))
		}
		for i, line := range slices.Collect(strings.Lines(lines.out)) {
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatal(err)
			}
			for name, value := range object {
				if value == nil && list[i].has(name) || value != nil && !list[i].has(name) {
					t.Errorf("line %d: %s is %v, in the table %q", i, name, value, list[i][name])
				}
			}
			if _, number := object["BilledCost"].(float64); !number {
				t.Errorf("line %d: BilledCost is %v", i, object["BilledCost"])
			}
		}
	}
	golden(t, "focus_late.txt", strings.Join(told, "\n")+"\n")
}

// TestFocusFile: a small cycle as it is written.
func TestFocusFile(t *testing.T) {
	t.Parallel()
	got := call(t, "", "export", "focus", "--cycle", "2026-03", "--partner", "P100", "--provider-name", "Example Cloud", "--events", examplePath)
	if got.status != statusDone || got.err != "" {
		t.Fatalf("%+v", got)
	}
	golden(t, "focus.csv", strings.ReplaceAll(got.out, "\r\n", "\n"))
	for args, word := range map[string]string{"--cycle March": "YYYY-MM", "--cycle 2026-03 --partner P7": "P7"} {
		refused := call(t, "", append(append([]string{"export", "focus"}, strings.Fields(args)...), "--events", examplePath)...)
		if refused.status != statusRefused || !strings.Contains(refused.err, word) {
			t.Errorf("%s: %+v", args, fmt.Sprint(refused))
		}
	}
}

package calendar

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/accruald/accruald/workers/money"
)

type vector struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	Assert   string         `json:"assert"`
	Input    jsontext.Value `json:"input"`
	Expected jsontext.Value `json:"expected"`
}

// checks are the vector kinds this package answers.
var checks = map[string]func(*testing.T, vector){
	"remaining_years":      checkRemaining,
	"remaining_months":     checkRemaining,
	"renew_expiry":         checkRenewal,
	"renew_expiry_unified": checkRenewal,
	"initial_expiry":       checkFirstExpiry,
	"period_to_ondemand":   checkFirstExpiry,
	"unified_day_values":   checkUnifiedDays,
}

func TestVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../testdata/vectors/pricing.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vectors {
		check, ours := checks[v.Kind]
		if !ours || v.Assert != "must" {
			continue
		}
		seen[v.Kind] = true
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			check(t, v)
		})
	}
	if len(seen) != len(checks) {
		t.Errorf("the vectors cover %d of %d kinds", len(seen), len(checks))
	}
}

func (v vector) decode(t *testing.T, input, expected any) {
	t.Helper()
	if err := json.Unmarshal(v.Input, input); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(v.Expected, expected); err != nil {
		t.Fatal(err)
	}
}

func checkRemaining(t *testing.T, v vector) {
	var in struct {
		Change string `json:"change_date"`
		Expire string `json:"expire_date"`
		Days   int    `json:"remaining_days"`
		Of     int    `json:"days_in_month"`
	}
	var want struct {
		Factor    string             `json:"factor"`
		Factor8DP string             `json:"factor_8dp"`
		Parts     [][]jsontext.Value `json:"parts"`
	}
	v.decode(t, &in, &want)
	if in.Change == "" { // only counts are printed; June has the 30 days
		in.Expire = "2023-06-30"
		in.Change = time.Date(2023, 6, in.Of-in.Days, 0, 0, 0, 0, time.UTC).Format(dateLayout)
	}
	shanghai := zoneOf(t, "Asia/Shanghai")
	change, end := at(t, shanghai, in.Change), EndOf(at(t, shanghai, in.Expire+"T23:59:59"), shanghai)
	var got money.Fraction
	var parts []string
	if v.Kind == "remaining_years" {
		var years []YearPart
		got, years = RemainingYears(change, end, shanghai)
		for _, part := range years {
			parts = append(parts, text(part.Year)+" "+text(part.Days)+" "+text(part.Of))
		}
	} else {
		var months []MonthPart
		got, months = RemainingMonths(change, end, shanghai)
		for _, part := range months {
			parts = append(parts, string(part.Month)+" "+text(part.Days)+" "+text(part.Of))
		}
	}
	if want.Factor8DP != "" && got.Text(8) != want.Factor8DP || want.Factor != "" && got.Text(1) != want.Factor {
		t.Errorf("got %s = %s, want %s%s", got, got.Text(8), want.Factor8DP, want.Factor)
	}
	for i, part := range want.Parts {
		printed := strings.Trim(string(part[0]), `"`) + " " + string(part[1]) + " " + string(part[2])
		if len(parts) != len(want.Parts) || parts[i] != printed {
			t.Errorf("part %d: got %q, want %q", i, parts, printed)
		}
	}
}

func text(n int) string { return money.FromInt(int64(n)).String() }

func periodOf(t *testing.T, text string) Period {
	t.Helper()
	period, known := map[string]Period{"1 month": {Month, 1}, "1 year": {Year, 1}}[text]
	if !known {
		t.Fatalf("period %q is not one the vectors use", text)
	}
	return period
}

func checkRenewal(t *testing.T, v vector) {
	var in struct {
		Expire  string `json:"expire"`
		Renew   string `json:"renew"`
		Unified *int   `json:"unified_day"`
	}
	var want struct {
		Expire string `json:"new_expire"`
		Days   int    `json:"supplement_days"`
	}
	v.decode(t, &in, &want)
	shanghai := zoneOf(t, "Asia/Shanghai")
	expiry := at(t, shanghai, in.Expire)
	anchor := expiry.Day()
	if in.Unified == nil {
		got, err := Renew(expiry, periodOf(t, in.Renew), anchor, shanghai)
		if err != nil || show(got, shanghai) != want.Expire {
			t.Errorf("got %s, %v, want %s", show(got, shanghai), err, want.Expire)
		}
		return
	}
	got, err := Unify(expiry, periodOf(t, in.Renew), anchor, *in.Unified, shanghai)
	if err != nil || show(got.Expiry, shanghai) != want.Expire || got.Days != want.Days {
		t.Errorf("got %s with %d days, %v, want %s with %d", show(got.Expiry, shanghai), got.Days, err, want.Expire, want.Days)
	}
}

func checkFirstExpiry(t *testing.T, v vector) {
	var in struct {
		Purchase   string `json:"purchase"`
		Subscribed string `json:"subscribed"`
		Period     string `json:"period"`
	}
	var want struct {
		Expire    string `json:"expire"`
		Effective string `json:"effective"`
	}
	v.decode(t, &in, &want)
	shanghai := zoneOf(t, "Asia/Shanghai")
	got, err := FirstExpiry(at(t, shanghai, in.Purchase+in.Subscribed), periodOf(t, in.Period), shanghai)
	if err != nil || show(got, shanghai) != want.Expire+want.Effective {
		t.Errorf("got %s, %v, want %s%s", show(got, shanghai), err, want.Expire, want.Effective)
	}
}

func checkUnifiedDays(t *testing.T, v vector) {
	var in struct{}
	var want struct {
		Allowed []int `json:"allowed"`
	}
	v.decode(t, &in, &want)
	for day := -40; day <= 40; day++ {
		if got := ValidUnifiedDay(day); got != slices.Contains(want.Allowed, day) {
			t.Errorf("day %d: got %v", day, got)
		}
	}
}

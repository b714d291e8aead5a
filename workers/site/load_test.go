package site

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func codeOf(err error) string {
	var coded *Error
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.Code()
}

func get(t *testing.T, code string) *Profile {
	t.Helper()
	profile, err := Default().Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

func TestDefaultProfiles(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprintf("%s %v", Default().Version, Default().Sites()); got != "2 [cn eu intl]" {
		t.Errorf("got %s", got)
	}
	for code, zone := range map[string]string{"cn": "Asia/Shanghai", "intl": "Asia/Singapore", "eu": "Europe/Dublin"} {
		profile := get(t, code)
		if profile.Site != code || profile.Zone().String() != zone || profile.WorkingDays() == nil {
			t.Errorf("%s: got site %q, zone %s", code, profile.Site, profile.Zone())
		}
	}
}

func TestUnknownSite(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "CN", "us"} {
		if profile, err := Default().Get(code); profile != nil || codeOf(err) != CodeUnknownSite {
			t.Errorf("%q: got %v, %v", code, profile, err)
		}
	}
	if _, err := (Profiles{}).Get("cn"); codeOf(err) != CodeUnknownSite {
		t.Errorf("no profiles: got error %v", err)
	}
}

// edited returns the default document with one piece of text replaced, in the first place where it stands.
func edited(t *testing.T, from, to string) []byte {
	t.Helper()
	if !strings.Contains(string(defaultProfiles), from) {
		t.Fatalf("the profiles do not contain %q", from)
	}
	return []byte(strings.Replace(string(defaultProfiles), from, to, 1))
}

func TestLoadOverrides(t *testing.T) {
	t.Parallel()
	profiles, err := Load(edited(t, `"2026-09-25", "2026-09-26", "2026-09-27",`, `"2026-09-10", "2026-09-25", "2026-09-26", "2026-09-27",`))
	if err != nil {
		t.Fatal(err)
	}
	profile, err := profiles.Get("cn")
	if err != nil {
		t.Fatal(err)
	}
	got, err := profile.ConfirmationDeadline("2026-08")
	if err != nil || got.Format("2006-01-02") != "2026-09-14" {
		t.Errorf("deadline of August: got %s, %v", got, err)
	}
	if slices.Contains(get(t, "cn").Holidays, "2026-09-10") {
		t.Error("loading changed the default")
	}
}

// refused are edits of the default document that both Load and, but for what a schema cannot say, the schema refuse.
var refused = []struct {
	name, from, to string
	bySchema       bool
}{
	{"not JSON", `{`, `[`, false},
	{"unknown member", `"grace_days": 15`, `"grace_days": 15, "grace_weeks": 2`, true},
	{"doubled member", `"grace_days": 15`, `"grace_days": 15, "grace_days": 16`, false},
	{"no version", `"version": "2"`, `"version": ""`, true},
	{"site twice", `"site": "intl"`, `"site": "cn"`, false},
	{"no site", `"site": "intl"`, `"site": ""`, true},
	{"unknown zone", `"Asia/Shanghai"`, `"Asia/Atlantis"`, false},
	{"the host's zone", `"Asia/Shanghai"`, `"Local"`, false},
	{"no zone", `"zone": "Asia/Shanghai"`, `"zone": ""`, true},
	{"negative days", `"grace_days": 15`, `"grace_days": -1`, true},
	{"no validity", `"order_validity_days": 7`, `"order_validity_days": 0`, true},
	{"missing member", `"order_validity_days": 7,`, ``, true},
	{"missing five-day rule", `"five_day_rule": {"enabled": true, "hours": 120, "instances_max": 10},`, ``, true},
	{"attempt outside its bounds", `"days_before": 7`, `"days_before": 8`, false},
	{"share above 1", `"shares": ["0.10"]`, `"shares": ["1.10"]`, true},
	{"negative share", `"shares": ["0.10"]`, `"shares": ["-0.10"]`, true},
	{"no share", `"shares": ["0.10"]`, `"shares": []`, true},
	{"share is no number", `"shares": ["0.10"]`, `"shares": ["a tenth"]`, true},
	{"term twice", `"term_years": 1`, `"term_years": 0`, false},
	{"no fees", `"cancellation_fees": [`, `"cancellation_fees": [], "x": [`, true},
	{"rate above 1", `"output_vat_rate": "0.06"`, `"output_vat_rate": "6"`, true},
	{"no rate", `"output_vat_rate": "0.06", `, ``, true},
	{"no grace, unsaid", `"grace_days": 15,`, ``, true},
	{"no grace, null", `"grace_days": 15`, `"grace_days": null`, true},
	{"unknown preference", `"prefer_commercial"`, `"prefer_promotion"`, true},
	{"unknown deduction", `"truncate"`, `"half_even"`, true},
	{"unknown method", `"coupon_quota"`, `"cheque"`, true},
	{"unknown association", `"resale"`, `"reseller"`, true},
	{"malformed cycle", `"2023-10"`, `"2023-13"`, true},
	{"malformed date", `"2026-01-01"`, `"1 January"`, true},
	{"holiday that is no date", `"holidays": []`, `"holidays": ["2026-02-30"]`, false},
	{"null profile", `"profiles": [`, `"profiles": [null,`, true},
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range refused {
		if _, err := Load(edited(t, c.from, c.to)); codeOf(err) != CodeInvalidProfile {
			t.Errorf("%s: got error %v, want code %s", c.name, err, CodeInvalidProfile)
		}
	}
	for _, text := range []string{"", "{}", `{"version":"1","profiles":[]}`} {
		if _, err := Load([]byte(text)); codeOf(err) != CodeInvalidProfile {
			t.Errorf("%q: got error %v, want code %s", text, err, CodeInvalidProfile)
		}
	}
}

// The schema holds the same form as Load.
func TestSchema(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("profiles.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("profiles.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(data []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
	if err := validate(defaultProfiles); err != nil {
		t.Error(err)
	}
	for _, c := range refused {
		if c.bySchema && validate(edited(t, c.from, c.to)) == nil {
			t.Errorf("%s: the schema lets it through", c.name)
		}
	}
}

// The name of profiles tells two documents apart that hold different things, whatever version they say, and no others.
func TestProfilesAreNamedByWhatTheyHold(t *testing.T) {
	t.Parallel()
	name := func(document []byte) string {
		profiles, err := Load(document)
		if err != nil {
			t.Fatal(err)
		}
		return profiles.String()
	}
	own := Default().String()
	if !strings.HasPrefix(own, "2 (") || len(own) != len("2 ()")+2*digestBytes {
		t.Errorf("the program's profiles are named %q", own)
	}
	if got := name(edited(t, `"grace_days": 15`, `"grace_days":   15`)); got != own {
		t.Errorf("a space makes %q of %q", got, own)
	}
	if got := name(edited(t, `"grace_days": 15`, `"grace_days": 14`)); got == own || !strings.HasPrefix(got, "2 (") {
		t.Errorf("other grace days are named %q too", got)
	}
	if got := name(edited(t, `"version": "2"`, `"version": "2026-11"`)); !strings.HasPrefix(got, "2026-11 (") {
		t.Errorf("version 2026-11 is named %q", got)
	}
}

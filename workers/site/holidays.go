package site

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/accruald/accruald/workers/calendar"
)

// HolidayYear says which year the holidays of a profile are known for, and from what.
type HolidayYear struct {
	Year   int          `json:"year"`
	Basis  HolidayBasis `json:"basis"`
	Source string       `json:"source"`
}

// HolidayBasis is how far the holidays of a year are settled.
type HolidayBasis string

const (
	// Announced holidays are complete, with the weekend days that are worked for them.
	Announced HolidayBasis = "announced"
	// Statutory holidays are the days that the law fixes for every year; days off in lieu and the weekend days that are
	// worked for them are not announced yet.
	Statutory HolidayBasis = "statutory"
)

const (
	holidayYearMin = 2000
	holidayYearMax = 2199
	// deadlineDaysAhead is how far before a deadline its year is asked for: the longest one shipped, five working days from
	// the 5th of the next month over a week of holidays, lies nearer.
	deadlineDaysAhead = 60
)

// checkHolidayYears refuses years given twice or out of range, and dates of a year that is not given: unless no year is,
// as in profiles that do not say what they know.
func (p *Profile) checkHolidayYears() error {
	var years []string
	for _, year := range p.HolidayYears {
		text := strconv.Itoa(year.Year)
		if year.Year < holidayYearMin || year.Year > holidayYearMax || slices.Contains(years, text) {
			return refuse(CodeInvalidProfile, "site %q: holiday_years %d: each year once, %d to %d", p.Site, year.Year, holidayYearMin, holidayYearMax)
		}
		if year.Basis != Announced && year.Basis != Statutory {
			return refuse(CodeInvalidProfile, "site %q: holiday_years basis %q of %d: use %q or %q", p.Site, year.Basis, year.Year, Announced, Statutory)
		}
		years = append(years, text)
	}
	for _, date := range slices.Concat(p.Holidays, p.MakeUpWorkingDays) {
		if len(years) > 0 && !slices.Contains(years, date[:min(len(date), len("2006"))]) {
			return refuse(CodeInvalidProfile, "site %q: date %q is of no year in holiday_years: add its year with basis and source", p.Site, date)
		}
	}
	return nil
}

// HolidayGaps tells, a sentence each, of which years that deadlines set at a time may fall into the holidays are not
// known, or not whole. Deadlines count Monday to Friday there.
func (p *Profile) HolidayGaps(at time.Time) []string {
	var gaps []string
	first, last := at.In(p.zone).Year(), at.In(p.zone).AddDate(0, 0, deadlineDaysAhead).Year()
	for year := first; year <= last; year++ {
		i := slices.IndexFunc(p.HolidayYears, func(h HolidayYear) bool { return h.Year == year })
		switch {
		case i < 0:
			gaps = append(gaps, fmt.Sprintf("site %q has no holidays of %d: deadlines count Monday to Friday; load them with --holidays", p.Site, year))
		case p.HolidayYears[i].Basis == Statutory:
			gaps = append(gaps, fmt.Sprintf("site %q has only the statutory holidays of %d, without days in lieu and make-up working days: load them with --holidays when they are announced", p.Site, year))
		}
	}
	return gaps
}

// A yearCalendar is one site's holidays of one year, in place of those of its profile.
type yearCalendar struct {
	Site string `json:"site"`
	HolidayYear
	Holidays          []string `json:"holidays"`
	MakeUpWorkingDays []string `json:"make_up_working_days"`
}

// WithHolidays returns the profiles with the holidays of a document, each of which takes the place of what the profile has
// of that site and year. The document is read as strictly as profiles are; errors have the code invalid_site_profile.
func (p Profiles) WithHolidays(data []byte) (Profiles, error) {
	var document struct {
		Version   string         `json:"version"`
		Calendars []yearCalendar `json:"calendars"`
	}
	if err := json.Unmarshal(data, &document, json.RejectUnknownMembers(true)); err != nil {
		return Profiles{}, refuseBecause(err, "read the holidays")
	}
	if document.Version == "" || len(document.Calendars) == 0 {
		return Profiles{}, refuse(CodeInvalidProfile, "read the holidays: a version and at least one calendar are needed")
	}
	if err := checkMembers(data, &document); err != nil {
		return Profiles{}, err
	}
	out := Profiles{Version: p.Version + "+" + document.Version, sites: make(map[string]*Profile, len(p.sites))}
	for code, profile := range p.sites {
		own := *profile
		out.sites[code] = &own
	}
	seen := map[string]bool{}
	for _, year := range document.Calendars {
		profile, err := out.Get(year.Site)
		if err != nil {
			return Profiles{}, err
		}
		key := fmt.Sprint(year.Site, " ", year.Year)
		if seen[key] {
			return Profiles{}, refuse(CodeInvalidProfile, "site %q: the holidays of %d are given twice: keep one", year.Site, year.Year)
		}
		seen[key] = true
		if err := profile.replaceYear(year); err != nil {
			return Profiles{}, err
		}
	}
	var err error
	out.digest, err = digestOf(out.document())
	return out, err
}

func (p *Profile) replaceYear(year yearCalendar) error {
	prefix := strconv.Itoa(year.Year) + "-"
	foreign := func(date string) bool { return !strings.HasPrefix(date, prefix) }
	if i := slices.IndexFunc(slices.Concat(year.Holidays, year.MakeUpWorkingDays), foreign); i >= 0 {
		return refuse(CodeInvalidProfile, "site %q: date %q is not of %d", p.Site, slices.Concat(year.Holidays, year.MakeUpWorkingDays)[i], year.Year)
	}
	p.Holidays = slices.Concat(filtered(p.Holidays, foreign), year.Holidays)
	p.MakeUpWorkingDays = slices.Concat(filtered(p.MakeUpWorkingDays, foreign), year.MakeUpWorkingDays)
	others := filtered(p.HolidayYears, func(h HolidayYear) bool { return h.Year != year.Year })
	p.HolidayYears = append(others, year.HolidayYear)
	var err error
	if p.workingDays, err = calendar.NewWorkingDays(p.Holidays, p.MakeUpWorkingDays); err != nil {
		return refuseBecause(err, "site %q: holidays of %d", p.Site, year.Year)
	}
	return p.checkHolidayYears()
}

// filtered is a new list of what keep lets through.
func filtered[T any](list []T, keep func(T) bool) (out []T) {
	for _, one := range list {
		if keep(one) {
			out = append(out, one)
		}
	}
	return out
}

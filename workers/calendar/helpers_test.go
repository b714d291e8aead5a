package calendar

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // the tests name zones and must find them on every machine

	"pgregory.net/rapid"
)

// zoneNames have daylight saving of every sort: none, ordinary, half an hour, at midnight, a skipped date.
var zoneNames = []string{
	"UTC", "Asia/Shanghai", "Asia/Singapore", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe",
	"America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/Havana",
}

func zoneOf(t interface {
	Helper()
	Fatal(...any)
}, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func drawZone(t *rapid.T) *time.Location {
	return zoneOf(t, rapid.SampledFrom(zoneNames).Draw(t, "zone"))
}

// drawInstant is between 1990 and 2060, to the second.
func drawInstant(t *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(631152000, 2840140800).Draw(t, name), 0)
}

// at reads "2006-01-02T15:04:05" or a date as the wall clock of the zone.
func at(t *testing.T, zone *time.Location, text string) time.Time {
	t.Helper()
	layout := "2006-01-02T15:04:05"
	parsed, err := time.Parse(layout[:len(text)], text)
	if err != nil {
		t.Fatal(err)
	}
	return ExactInstant(parsed, zone)
}

func show(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02T15:04:05") }

func codeOf(err error) string {
	var coded *Error
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.Code()
}

package calendar

import (
	"strconv"
	"time"
)

// Cycle is a billing cycle: a calendar month of the site's zone, "2026-03". It is made by CycleOf and ParseCycle
// and decoded with a check, so a Cycle in hand is well formed or empty ("no cycle"). Cycles order as text.
type Cycle string

const cycleLayout = "2006-01"

// The years that cycles have: the months and periods beside one are written
// with four digits as well.
const (
	cycleYearMin = 1000
	cycleYearMax = 9998
)

// CycleOf returns the cycle an instant belongs to in the zone.
func CycleOf(t time.Time, zone *time.Location) Cycle {
	return Cycle(t.In(zone).Format(cycleLayout))
}

// ParseCycle reads "2026-03". Anything else is an error with code invalid_cycle.
func ParseCycle(text string) (Cycle, error) {
	month, err := time.Parse(cycleLayout, text)
	if err != nil || month.Year() < cycleYearMin || month.Year() > cycleYearMax {
		return "", refuse(CodeInvalidCycle, "cycle %q is not a month such as \"2026-03\"", text)
	}
	return Cycle(text), nil
}

// UnmarshalText checks what is decoded; empty text is the empty cycle.
func (c *Cycle) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = ""
		return nil
	}
	parsed, err := ParseCycle(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// first is the cycle's first date. A malformed cycle can only come from a conversion that went around ParseCycle:
// a mistake in the code, hence a panic.
func (c Cycle) first() time.Time {
	month, err := time.Parse(cycleLayout, string(c))
	if err != nil {
		panic(refuse(CodeInvalidCycle, "cycle %q was made without ParseCycle", string(c)))
	}
	return month
}

// Start returns the cycle's first instant; the cycle is [Start, End).
func (c Cycle) Start(zone *time.Location) time.Time { return ExactInstant(c.first(), zone) }

// End returns the first instant after the cycle, the next one's Start.
func (c Cycle) End(zone *time.Location) time.Time { return c.Next().Start(zone) }

// Next returns the following month.
func (c Cycle) Next() Cycle { return c.plus(1) }

// Prev returns the month before.
func (c Cycle) Prev() Cycle { return c.plus(-1) }

func (c Cycle) plus(months int) Cycle {
	return Cycle(c.first().AddDate(0, months, 0).Format(cycleLayout))
}

// PeriodKind is the span an incentive policy counts over.
type PeriodKind string

// The period kinds of an incentive policy.
const (
	PeriodMonth   PeriodKind = "month"
	PeriodQuarter PeriodKind = "quarter"
	PeriodYear    PeriodKind = "year"
)

const monthsPerQuarter = 3

// PeriodOf returns the period an instant falls into in the zone: its id ("2026-03", "2026-Q1", "2026") and its
// first and last cycle. An unknown kind is an error with code unknown_period_kind.
func PeriodOf(kind PeriodKind, t time.Time, zone *time.Location) (id string, first, last Cycle, err error) {
	return CycleOf(t, zone).PeriodOf(kind)
}

// PeriodOf returns the period that contains the cycle, as the function PeriodOf does.
func (c Cycle) PeriodOf(kind PeriodKind) (id string, first, last Cycle, err error) {
	month := c.first()
	year := strconv.Itoa(month.Year())
	switch kind {
	case PeriodMonth:
		return string(c), c, c, nil
	case PeriodQuarter:
		index := (int(month.Month()) - 1) % monthsPerQuarter
		quarter := (int(month.Month())-1)/monthsPerQuarter + 1
		first = c.plus(-index)
		return year + "-Q" + strconv.Itoa(quarter), first, first.plus(monthsPerQuarter - 1), nil
	case PeriodYear:
		return year, Cycle(year + "-01"), Cycle(year + "-12"), nil
	default:
		return "", "", "", refuse(CodeUnknownPeriodKind, "period kind %q is unknown: use month, quarter or year", string(kind))
	}
}

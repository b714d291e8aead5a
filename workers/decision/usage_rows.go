package decision

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/pricing"
)

// KindUsage is the kind of the order that settles usage, and of what it earns.
const KindUsage = "usage"

// usageOrderPrefix begins the id of an order that settles usage: an id that is
// a hash alone may begin like a flag of a command.
const usageOrderPrefix = "usage-"

// A Usage is one metered amount with its price. One that its resource refuses
// is kept: the facts that made it wrong may turn out otherwise.
type Usage struct {
	ID                               string
	Event                            EventRef
	DecisionNo                       int64  // when it was first taken in
	ReferenceVersion, PartnerVersion int64  // of its first decision
	WindowID                         string // the settlement it falls in
	TierID                           string // the total its tiers run over, "" without one
	Refused                          bool
	Counted                          bool // it is in that total
	Use                              pricing.Usage
	Cost                             pricing.UsageCost
}

// A UsageWindow is the usage that is settled together: of one resource and
// factor within an hour, a date or a month. Its id is that of the order that
// settles it.
type UsageWindow struct {
	ID, ResourceID string
	Window         pricing.Window
	Usages         int // refused ones as well
	Settled        bool
}

// A UsageTier is the total of settled usage that tiers run over, and the last
// usage in it: what stands behind that goes on from the total.
type UsageTier struct {
	ID     string
	Usages int // refused and unsettled ones as well
	Total  decimal.Decimal
	Last   EventRef
}

// UsageBill is what an order that settles usage is made of.
type UsageBill struct {
	UsageFactor string
	Settle      string // hour, day or month
	Window      pricing.Window
	Erase       decimal.Decimal // Official - Discount - what is paid
	Tiers       calendar.Cycle  `json:",omitzero"` // month whose total its tiers run over: provisional until it is closed
	Lines       []pricing.UsageLine
}

// Indexes of the tables of usage, in the order of NewPartner.
const (
	usageByWindow = iota
	usageByTier
	usageByResource
)

const windowsOpen = 0

// open is the one value of the index windowsOpen.
const open = "open"

func openKey(w *UsageWindow) string {
	if w.Settled {
		return ""
	}
	return open
}

func newUsageTable(j *journal) *Table[Usage] {
	return newTable(j, func(u *Usage) string { return u.WindowID }, func(u *Usage) string { return u.TierID },
		func(u *Usage) string { return u.Use.ResourceID })
}

// inputID names the input that brought the usage.
func (u *Usage) inputID() string { return InputID(u.Event.Source, u.Event.ID) }

// settledBy tells whether the usage counts once everything is settled that
// ended by a time.
func (u *Usage) settledBy(until time.Time) bool {
	return !u.Refused && !u.Cost.Settlement.To.After(until)
}

// sinceSeparator parts resource and time in the id of ScopeUsagesSince; ids
// have none.
const sinceSeparator = "@"

// CutSince splits the id of ScopeUsagesSince.
func CutSince(id string) (resourceID string, since time.Time, err error) {
	resourceID, text, _ := strings.Cut(id, sinceSeparator)
	since, err = time.Parse(time.RFC3339Nano, text)
	return resourceID, since, err
}

// usagesSince names the usages of a resource whose windows end after a time.
func usagesSince(resourceID string, t time.Time) string {
	return resourceID + sinceSeparator + t.UTC().Format(time.RFC3339Nano)
}

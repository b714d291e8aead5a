package pricing

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// UsageSettlement is what a resource's usage factor costs in one hour, date or month: one bill line, on which
// Official = Discount + Erase + Consumed. Official, Discount and Erase have 8 places; Consumed is what tenders pay, in
// minor units.
type UsageSettlement struct {
	ResourceID, UsageFactor             string
	Settle                              string // SettleHourly, SettleDaily or SettleMonthly
	Window                              Window
	Currency                            money.Currency
	Official, Discount, Erase, Consumed decimal.Decimal
	Provisional                         bool // some of its tiers run over a month that later usage may still change
	Lines                               []UsageLine
	Steps                               []Step
}

// UsageLine is the part of a settlement in which the resource was one product of one size under one discount: an
// hour in which the resource changes has two.
type UsageLine struct {
	SpecState
	Measure                    int // of Usage
	Window                     Window
	Usage                      decimal.Decimal
	Official, Discount, Amount decimal.Decimal
	DiscountID                 string
	DiscountType               int
}

// settlementKey finds the settlement of a cost.
type settlementKey struct {
	resourceID, usageFactor, settle string
	currency                        money.Currency
	from                            int64 // nanoseconds since 1970
}

// SettleUsage settles all costs there are of the settlement windows they fall in, one settlement for each resource,
// usage factor and window, in the order of windows, resources and factors. It is a function of the set: the order of
// costs does not count, and late usage is settled by calling it again with the set it belongs to. The site says how
// consumed is cut: China truncates and erases the rest, elsewhere it is rounded and the difference may be negative
// (Pricing rules, section 8). Refusals: duplicate_usage.
func SettleUsage(p *site.Profile, costs []UsageCost) ([]UsageSettlement, error) {
	if err := refuseDuplicates(costs); err != nil {
		return nil, err
	}
	ordered := make([]*UsageCost, len(costs))
	for i := range costs {
		ordered[i] = &costs[i]
	}
	slices.SortFunc(ordered, func(x, y *UsageCost) int {
		return cmp.Or(x.Window.From.Compare(y.Window.From), x.compare(y.UsageKey))
	})
	groups := make(map[settlementKey]int)
	var settlements []UsageSettlement
	for _, cost := range ordered {
		key := settlementKey{cost.ResourceID, cost.Group.UsageFactor, cost.Settle, cost.Currency, cost.Settlement.From.UnixNano()}
		i, found := groups[key]
		if !found {
			i = len(settlements)
			groups[key] = i
			settlements = append(settlements, UsageSettlement{
				ResourceID: key.resourceID, UsageFactor: key.usageFactor, Settle: key.settle, Window: cost.Settlement, Currency: key.currency,
			})
		}
		settlements[i].add(cost)
	}
	for i := range settlements {
		if err := settlements[i].deduct(p); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(settlements, (UsageSettlement).compare)
	return settlements, nil
}

func (s UsageSettlement) compare(other UsageSettlement) int {
	return cmp.Or(s.Window.From.Compare(other.Window.From), cmp.Compare(s.ResourceID, other.ResourceID),
		cmp.Compare(s.UsageFactor, other.UsageFactor), cmp.Compare(s.Settle, other.Settle), cmp.Compare(s.Currency, other.Currency))
}

// add takes a cost into the settlement: into its last line when nothing changed since.
func (s *UsageSettlement) add(cost *UsageCost) {
	s.Official = s.Official.Add(cost.Official)
	s.Discount = s.Discount.Add(cost.Discount)
	s.Provisional = s.Provisional || cost.Provisional
	if len(s.Lines) == 0 || !s.Lines[len(s.Lines)-1].continues(cost) {
		s.Lines = append(s.Lines, UsageLine{
			SpecState: cost.SpecState, Measure: cost.Group.Measure, Window: cost.Window,
			DiscountID: cost.DiscountID, DiscountType: cost.DiscountType,
		})
	}
	line := &s.Lines[len(s.Lines)-1]
	line.Window.To = later(line.Window.To, cost.Window.To)
	line.Usage = line.Usage.Add(cost.Usage)
	line.Official = line.Official.Add(cost.Official)
	line.Discount = line.Discount.Add(cost.Discount)
	line.Amount = line.Amount.Add(cost.Amount)
}

func (l *UsageLine) continues(cost *UsageCost) bool {
	sameSize := (l.Size == nil) == (cost.Size == nil) && (l.Size == nil || l.Size.Equal(*cost.Size))
	return sameSize && l.ProductID == cost.ProductID && l.Spec == cost.Spec && l.SizeMeasure == cost.SizeMeasure &&
		l.Measure == cost.Group.Measure && l.DiscountID == cost.DiscountID
}

func later(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}

// deduct cuts what is paid and erases the rest, and explains both.
func (s *UsageSettlement) deduct(p *site.Profile) error {
	payable := s.Official.Sub(s.Discount)
	stage := p.UsageDeductionStage()
	consumed, err := money.RoundProduct(payable, one, one, stage, s.Currency)
	if err != nil {
		return refuseAt(err, "", "")
	}
	// A negative sum, when the month's usage reaches a cheaper price for all of it, is cut in the customer's favour too.
	if stage == money.StageUsageDeductTruncate && consumed.GreaterThan(payable) {
		consumed = consumed.Sub(decimal.New(1, consumed.Exponent()))
	}
	s.Consumed, s.Erase = consumed, payable.Sub(consumed)
	for i := range s.Lines {
		line := &s.Lines[i]
		s.Steps = append(s.Steps, Step{Rule: "usage_line", Reference: line.ProductID, After: line.Amount,
			Formula: measured(line.Usage, line.Measure) + ": " + line.Official.String() + " - " + line.Discount.String() + " = " + line.Amount.String()})
	}
	s.Steps = append(s.Steps, Step{Rule: stage.String(), Reference: p.Site, Before: payable, After: consumed,
		Formula: s.Official.String() + " - " + s.Discount.String() + " - " + s.Erase.String() + " = " + money.Fixed(consumed, s.Currency)})
	return nil
}

// refuseDuplicates refuses to bill one usage twice.
func refuseDuplicates(costs []UsageCost) error {
	type name struct{ source, id string }
	seen := make(map[name]bool, len(costs))
	for i := range costs {
		key := name{costs[i].Source, costs[i].ID}
		if seen[key] {
			return refuse(CodeDuplicateUsage, "", "usage %q of source %q stands twice among the usages of resource %q: bill each once", key.id, key.source, costs[i].ResourceID)
		}
		seen[key] = true
	}
	return nil
}

package decision

import (
	"fmt"
	"sync"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/pricing"
	"github.com/accruald/accruald/workers/site"
)

// Reference is the common reference data: the fold of the reference log.
// Every row carries the version that brought it, so that a decision can be
// made again as it was made first. Apply and Read may be used together.
type Reference struct {
	Sites site.Profiles

	mu        sync.RWMutex
	version   int64
	catalogue *pricing.Catalogue
	policies  *incentive.Policies
}

// NewReference returns reference data without any row.
func NewReference(sites site.Profiles) *Reference {
	return &Reference{Sites: sites, catalogue: pricing.NewCatalogue(), policies: incentive.New()}
}

// Version is that of the last event applied, 0 before the first.
func (r *Reference) Version() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.version
}

// Prices is the catalogue as of the last event applied.
func (r *Reference) Prices() pricing.View { return r.catalogue.View(r.Version()) }

// Read holds the data still while f decides.
func (r *Reference) Read(f func()) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	f()
}

// Apply adds one accepted reference event under its version, which must be
// the next. A refused event changes nothing.
func (r *Reference) Apply(version int64, ev *events.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if version <= r.version {
		return fmt.Errorf("apply reference event %q: version %d is not above %d", ev.ID, version, r.version)
	}
	if err := r.add(version, ev); err != nil {
		return err
	}
	r.version = version
	return nil
}

func (r *Reference) add(version int64, ev *events.Event) error {
	switch data := ev.Data.(type) {
	case *events.ServiceTypePublished:
		return r.catalogue.AddServiceType(version, serviceType(data))
	case *events.ProductPublished:
		return r.catalogue.AddProduct(version, product(data))
	case *events.ProductWithdrawn:
		return r.catalogue.AddWithdrawal(version, data.ProductID, data.EffectiveTime)
	case *events.ConversionPublished:
		return r.catalogue.AddConversion(version, pricing.Conversion{
			Measure: data.MeasureID, RefMeasure: data.RefMeasureID, Ratio: data.ConversionRatio, MeasureType: data.MeasureType})
	case *events.IncentivePolicyPublished:
		return r.policies.Add(version, policy(data))
	default:
		return &events.Rejection{Code: CodeNotSupported, Pointer: "/type", Message: fmt.Sprintf(
			"%s is not common reference data; publish it with its partner's key", ev.Type)}
	}
}

func serviceType(d *events.ServiceTypePublished) pricing.ServiceType {
	st := pricing.ServiceType{
		Code: d.ServiceTypeCode, Names: pricing.Names(d.Names), IncentivePolicy: d.IncentivePolicy, AllowDiscount: d.AllowDiscount == "YES",
		UnsubscribeLevel: pricing.UnsubscribeLevel(d.UnsubscribeLevel), EffectiveTime: d.EffectiveTime,
	}
	for _, r := range d.ResourceTypes {
		st.ResourceTypes = append(st.ResourceTypes, pricing.ResourceTypeName{Code: r.ResourceTypeCode, Names: pricing.Names(r.Names)})
	}
	for _, u := range d.UsageTypes {
		st.UsageTypes = append(st.UsageTypes, pricing.UsageType{Code: u.Code, Names: pricing.Names(u.Names), ResourceType: u.ResourceTypeCode})
	}
	return st
}

func product(d *events.ProductPublished) pricing.Product {
	p := pricing.Product{
		ID: d.ProductID, Names: pricing.Names(d.Names),
		ServiceType: d.CloudServiceType, ResourceType: d.ResourceType, Spec: d.ResourceSpec, Region: d.Region, Zone: d.AvailableZone,
		Linear: d.Linear, SizeMeasure: d.SizeMeasureID, Currency: money.Currency(d.Currency),
		Renewable: d.Renewable, Refundable: d.Refundable, ReservedInstance: d.ReservedInstance, Channel: d.Channel,
		EffectiveTime: d.EffectiveTime,
	}
	for _, row := range d.Prices {
		p.Prices = append(p.Prices, priceRow(row))
	}
	if m := d.Metering; m != nil {
		p.Metering = &pricing.Metering{Unit: m.Unit, Settle: m.Settle, Accumulate: m.Accumulate}
	}
	return p
}

func priceRow(row events.PriceRow) pricing.PriceRow {
	r := pricing.PriceRow{ChargingMode: pricing.ChargingMode(row.ChargingMode), UsageFactor: row.UsageFactor,
		UsageMeasure: row.UsageMeasureID, Amount: row.Amount, Mode: pricing.BandMode(row.Mode)}
	if row.PeriodType != nil {
		r.Period = calendar.Period{Type: calendar.PeriodType(*row.PeriodType), Num: max(row.PeriodNum, 1)}
	}
	for _, b := range row.Bands {
		r.Bands = append(r.Bands, pricing.Band{UpTo: b.UpTo, Amount: b.Amount})
	}
	return r
}

func policy(d *events.IncentivePolicyPublished) incentive.Policy {
	p := incentive.Policy{
		ID: d.PolicyID, Version: d.Version, Name: d.Name, Kind: incentive.Kind(d.Kind), Association: d.Association,
		Categories: d.Categories, Levels: d.Levels, OrderKinds: d.OrderKinds, Basis: incentive.Basis(d.Basis),
		Period: calendar.PeriodKind(d.Period), Currency: money.Currency(d.Currency), Mode: incentive.Mode(d.Mode),
		BaseCap: d.BaseCap, RewardCap: d.RewardCap, OutsideCap: d.OutsideCap, MinPayment: d.MinPayment, CycleBy: incentive.CycleBy(d.CycleBy),
		EffectiveTime: d.EffectiveTime,
	}
	for _, b := range d.Bands {
		p.Bands = append(p.Bands, incentive.Band{UpTo: b.UpTo, UpToInclusive: b.Inclusive(), Rate: b.Rate})
	}
	if t := d.Threshold; t != nil {
		p.Threshold = &incentive.Threshold{Amount: t.Amount, Inclusive: t.Inclusive}
	}
	if n := d.Newness; n != nil {
		p.Newness = &incentive.Newness{MonthsWithoutPaidOrder: n.MonthsWithoutPaidOrder}
	}
	for _, w := range d.ExclusionWindows {
		p.ExclusionWindows = append(p.ExclusionWindows, incentive.Window{From: w.From, To: w.To})
	}
	if !d.ExpireTime.IsZero() {
		p.ExpireTime = &d.ExpireTime
	}
	return p
}

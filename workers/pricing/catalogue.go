package pricing

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/shopspring/decimal"
)

// Catalogue holds every version of products, service types and conversions that was published. It is append-only:
// each row carries the reference version it came with, so that a View keeps seeing what it saw. Rows may be added
// while views are in use.
type Catalogue struct {
	mu           sync.RWMutex
	products     map[string][]productRow // by product id
	ids          map[ProductKey][]string // by key without zone, every product id that ever had it
	specs        map[ProductKey][]string // by key without zone and specification, every specification that ever had it
	serviceTypes map[string][]serviceTypeRow
	conversions  []conversionRow
}

// productRow is a published version, or a withdrawal when product is nil.
type productRow struct {
	version int64
	at      time.Time
	product *Product
}

type serviceTypeRow struct {
	version     int64
	serviceType *ServiceType
}

type conversionRow struct {
	version    int64
	conversion Conversion
}

// NewCatalogue returns an empty catalogue.
func NewCatalogue() *Catalogue {
	return &Catalogue{
		products:     map[string][]productRow{},
		ids:          map[ProductKey][]string{},
		specs:        map[ProductKey][]string{},
		serviceTypes: map[string][]serviceTypeRow{},
	}
}

// AddProduct adds a product version. Refusals: product_invalid.
func (c *Catalogue) AddProduct(version int64, p Product) error {
	if err := p.check(); err != nil {
		return err
	}
	p.Prices = slices.Clone(p.Prices)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.products[p.ID] = append(c.products[p.ID], productRow{version: version, at: p.EffectiveTime, product: &p})
	key := p.Key().everyZone()
	if len(c.ids[key]) == 0 {
		c.specs[key.everySpec()] = append(c.specs[key.everySpec()], p.Spec)
	}
	if !slices.Contains(c.ids[key], p.ID) {
		c.ids[key] = append(c.ids[key], p.ID)
	}
	return nil
}

// AddWithdrawal takes a product off sale from at on; its last price stays for changes and refunds.
// Refusals: product_not_found.
func (c *Catalogue) AddWithdrawal(version int64, productID string, at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.products[productID]) == 0 {
		refusal := refuse(CodeProductNotFound, "/product_id", "withdraw product %q: it was never published; publish it first", productID)
		refusal.Retryable = true
		return refusal
	}
	c.products[productID] = append(c.products[productID], productRow{version: version, at: at})
	return nil
}

// AddServiceType adds a version of a service type. Refusals: service_type_invalid.
func (c *Catalogue) AddServiceType(version int64, s ServiceType) error {
	if s.Code == "" {
		return refuse(CodeServiceTypeInvalid, "/service_type_code", "publish service type %q: give it a code", s.Code)
	}
	if s.UnsubscribeLevel != UnsubscribeByResource && s.UnsubscribeLevel != UnsubscribeByOrder {
		return refuse(CodeServiceTypeInvalid, "/unsubscribe_level", "publish service type %q with unsubscribe level %q: use %q or %q",
			s.Code, string(s.UnsubscribeLevel), string(UnsubscribeByResource), string(UnsubscribeByOrder))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serviceTypes[s.Code] = append(c.serviceTypes[s.Code], serviceTypeRow{version: version, serviceType: &s})
	return nil
}

// AddConversion adds a conversion; a later one for the same measures replaces it. Refusals: conversion_invalid.
func (c *Catalogue) AddConversion(version int64, v Conversion) error {
	if !v.Ratio.IsPositive() {
		return refuse(CodeConversionInvalid, "/conversion_ratio", "publish the conversion of measure %d with ratio %s: the ratio must be above 0", v.Measure, v.Ratio)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conversions = append(c.conversions, conversionRow{version: version, conversion: v})
	return nil
}

// View returns the catalogue as it stood at a reference version. It is a cheap value.
func (c *Catalogue) View(version int64) View { return View{catalogue: c, version: version} }

// View sees the rows of a catalogue up to one version. The zero View is empty.
type View struct {
	catalogue *Catalogue
	version   int64
}

// Key returns the key that finds the product.
func (p *Product) Key() ProductKey {
	return ProductKey{ServiceType: p.ServiceType, ResourceType: p.ResourceType, Spec: p.Spec, Region: p.Region, Zone: p.Zone}
}

func (k ProductKey) everyZone() ProductKey {
	k.Zone = ""
	return k
}

func (k ProductKey) everySpec() ProductKey {
	k.Zone, k.Spec = "", ""
	return k
}

// inForce returns the last product version published for at, and whether a withdrawal stands after it.
func inForce(rows []productRow, version int64, at time.Time) (product *Product, withdrawn bool) {
	var last, withdrawal *productRow
	for i := range rows {
		row := &rows[i]
		if row.version > version || row.at.After(at) {
			continue
		}
		if row.product != nil && (last == nil || row.follows(last)) {
			last = row
		}
		if row.product == nil && (withdrawal == nil || row.follows(withdrawal)) {
			withdrawal = row
		}
	}
	if last == nil {
		return nil, false
	}
	return last.product, withdrawal != nil && withdrawal.follows(last)
}

// follows reports whether the row counts over other: the later effective time does, then the later version.
func (r *productRow) follows(other *productRow) bool {
	if r.at.Equal(other.at) {
		return r.version >= other.version
	}
	return r.at.After(other.at)
}

// ServiceType returns the version of a service type in force at a time.
// Refusals: service_type_not_found (retryable).
func (v View) ServiceType(code string, at time.Time) (*ServiceType, error) {
	var found *serviceTypeRow
	if v.catalogue != nil {
		v.catalogue.mu.RLock()
		defer v.catalogue.mu.RUnlock()
		rows := v.catalogue.serviceTypes[code]
		for i := range rows {
			row := &rows[i]
			if row.version > v.version || row.serviceType.EffectiveTime.After(at) {
				continue
			}
			if found == nil || !row.serviceType.EffectiveTime.Before(found.serviceType.EffectiveTime) {
				found = row
			}
		}
	}
	if found == nil {
		refusal := refuse(CodeServiceTypeNotFound, "", "service type %q is not published for %s: publish it, or correct the code", code, at.Format(time.RFC3339))
		refusal.Retryable = true
		return nil, refusal
	}
	return found.serviceType, nil
}

// ServiceTypes returns every service type in force at a time, by code.
func (v View) ServiceTypes(at time.Time) []*ServiceType {
	if v.catalogue == nil {
		return nil
	}
	v.catalogue.mu.RLock()
	codes := slices.Sorted(maps.Keys(v.catalogue.serviceTypes))
	v.catalogue.mu.RUnlock()
	var out []*ServiceType
	for _, code := range codes {
		if st, err := v.ServiceType(code, at); err == nil { // else it is not published yet
			out = append(out, st)
		}
	}
	return out
}

// Conversions returns the conversions in force, by measure and then by the one it is converted to: the last row of each
// pair counts.
func (v View) Conversions() []Conversion {
	if v.catalogue == nil {
		return nil
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	last := map[[2]int]Conversion{}
	for _, row := range v.catalogue.conversions {
		if row.version <= v.version {
			last[[2]int{row.conversion.Measure, row.conversion.RefMeasure}] = row.conversion
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b Conversion) int {
		return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.RefMeasure, b.RefMeasure))
	})
}

// Ratio returns how many units of measure to one unit of measure from is, as numerator and denominator: the table is
// read in either direction, the latest row first. It reports false when there is no row for the two.
func (v View) Ratio(from, to int) (num, den decimal.Decimal, known bool) {
	one := decimal.New(1, 0)
	if from == to {
		return one, one, true
	}
	if v.catalogue == nil {
		return one, one, false
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	for _, row := range slices.Backward(v.catalogue.conversions) {
		switch c := row.conversion; {
		case row.version > v.version:
		case c.Measure == from && c.RefMeasure == to:
			return c.Ratio, one, true
		case c.Measure == to && c.RefMeasure == from:
			return one, c.Ratio, true
		}
	}
	return one, one, false
}

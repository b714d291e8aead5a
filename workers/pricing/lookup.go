package pricing

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Product returns the one product on sale for a key at a time, for new orders. A product without a zone is sold in
// every zone of its region. Refusals: product_not_found (retryable), ambiguous_product, product_withdrawn.
func (v View) Product(key ProductKey, at time.Time) (*Product, error) {
	var found, withdrawn *Product
	for _, id := range v.idsOf(key) {
		product, off := v.inForce(id, at)
		switch {
		case product == nil || !product.matches(key):
		case off:
			withdrawn = product
		case found != nil:
			return nil, refuse(CodeAmbiguousProduct, "", "products %q and %q both match %s: name the available zone, or withdraw one of them", found.ID, product.ID, key)
		default:
			found = product
		}
	}
	switch {
	case found != nil:
		return found, nil
	case withdrawn != nil:
		return nil, refuse(CodeProductWithdrawn, "", "product %q is off sale at %s: choose another specification", withdrawn.ID, at.Format(time.RFC3339))
	default:
		return nil, productNotFound("no product for %s is published at %s: publish it, or correct the specification, the region or the zone", key, at.Format(time.RFC3339))
	}
}

// ProductByID returns the version of a product in force at a time, also when it is off sale.
// Refusals: product_not_found (retryable).
func (v View) ProductByID(id string, at time.Time) (*Product, error) {
	if product, _ := v.inForce(id, at); product != nil {
		return product, nil
	}
	return nil, productNotFound("product %q is not published at %s: publish it, or correct the id", id, at.Format(time.RFC3339))
}

// OnSale returns the products of a service type, resource type and region that are on sale at a time, by specification
// and product id. Specification and zone of the key are not looked at.
func (v View) OnSale(key ProductKey, at time.Time) []*Product {
	var out []*Product
	for _, spec := range v.specsOf(key) {
		key.Spec, key.Zone = spec, ""
		for _, id := range v.idsOf(key) {
			if product, off := v.inForce(id, at); product != nil && !off && product.matches(key) {
				out = append(out, product)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Product) int { return cmp.Or(cmp.Compare(a.Spec, b.Spec), cmp.Compare(a.ID, b.ID)) })
	return out
}

func (v View) specsOf(key ProductKey) []string {
	if v.catalogue == nil {
		return nil
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	return v.catalogue.specs[key.everySpec()] // appended to only, so this header stays good
}

// Withdrawn reports whether a product is off sale at a time.
func (v View) Withdrawn(productID string, at time.Time) bool {
	_, withdrawn := v.inForce(productID, at)
	return withdrawn
}

func (v View) inForce(id string, at time.Time) (*Product, bool) {
	if v.catalogue == nil {
		return nil, false
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	return inForce(v.catalogue.products[id], v.version, at)
}

func (v View) idsOf(key ProductKey) []string {
	if v.catalogue == nil {
		return nil
	}
	v.catalogue.mu.RLock()
	defer v.catalogue.mu.RUnlock()
	return v.catalogue.ids[key.everyZone()] // appended to only, so this header stays good
}

func (p *Product) matches(key ProductKey) bool {
	if p.Key().everyZone() != key.everyZone() {
		return false // an earlier or later version of it had this key
	}
	return key.Zone == "" || p.Zone == "" || strings.EqualFold(key.Zone, p.Zone)
}

// String names the key in sentences.
func (k ProductKey) String() string {
	text := "specification \"" + k.Spec + "\" of \"" + k.ServiceType + "\" \"" + k.ResourceType + "\" in region \"" + k.Region + "\""
	if k.Zone != "" {
		text += " zone \"" + k.Zone + "\""
	}
	return text
}

func productNotFound(format string, args ...any) *Refusal {
	refusal := refuse(CodeProductNotFound, "", format, args...)
	refusal.Retryable = true
	return refusal
}

package sample

import (
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/pricing"
)

// A customer of the story.
type customer struct {
	id, partner             string
	association, settlement string
}

func (c customer) site() string {
	if c.partner == partnerSingapore {
		return siteInternational
	}
	return siteChina
}

func (c customer) region() string {
	if c.site() == siteInternational {
		return regionSingapore
	}
	return regionChina
}

// The partners: two of the site of China, one international.
const (
	partnerShanghai  = "P110"
	partnerHangzhou  = "P120"
	partnerSingapore = "P130"
)

// Their levels. The policies of the story are for these alone: what another file brings beside it earns under its own.
const (
	levelPlatinum = "platinum"
	levelSilver   = "silver"
)

var partners = []string{partnerShanghai, partnerHangzhou, partnerSingapore}

var customers = []customer{
	{"C101", partnerShanghai, "resale", "credit"}, {"C102", partnerShanghai, "resale", "credit"},
	{"C103", partnerShanghai, "resale", "monthly"}, {"C104", partnerShanghai, "resale", "immediate"},
	{"C105", partnerShanghai, "resale", "immediate"}, {"C106", partnerShanghai, "referral", "immediate"},
	{"C107", partnerShanghai, "referral", "immediate"}, {"C108", partnerShanghai, "referral", "immediate"},
	{"C201", partnerHangzhou, "resale", "credit"}, {"C202", partnerHangzhou, "resale", "monthly"},
	{"C203", partnerHangzhou, "resale", "immediate"}, {"C204", partnerHangzhou, "resale", "immediate"},
	{"C205", partnerHangzhou, "referral", "immediate"}, {"C206", partnerHangzhou, "referral", "immediate"},
	{"C207", partnerHangzhou, "referral", "immediate"},
	{"C301", partnerSingapore, "resale", "credit"}, {"C302", partnerSingapore, "resale", "immediate"},
	{"C303", partnerSingapore, "resale", "monthly"}, {"C304", partnerSingapore, "referral", "immediate"},
	{"C305", partnerSingapore, "referral", "immediate"},
}

// couponsEach is how many coupons each resale customer gets; the last of them keeps a balance, which is spent in parts.
const couponsEach = 3

var couponPart = decimal.NewFromInt(8)

// Policies that add to the base, and for how long somebody who bought nothing is new.
const (
	policyOpportunity = "SPECIAL-OPPORTUNITY-CN"
	policyNewCustomer = "SPECIAL-NEW-CN"
	newMonths         = 12
)

// policies publishes the incentive policies: flat base rates for resale and referral in both currencies, and those that
// add to them: for databases, for what opportunities were closed with, for new customers.
func (q *quarter) policies(at time.Time) {
	minPayment := decimal.NewFromInt(100)
	for _, p := range []struct {
		id, name, kind, association, currency, rate string
		categories                                  []string
		minPayment                                  *decimal.Decimal
	}{
		{"BASE-RESALE-CN", "Base incentive, resale", "base", "resale", "CNY", "0.08", []string{"0", "1"}, nil},
		{"BASE-REFERRAL-CN", "Base incentive, referral", "base", "referral", "CNY", "0.12", []string{"0", "1"}, &minPayment},
		{"BASE-RESALE-INTL", "Base incentive, resale", "base", "resale", "USD", "0.05", []string{"0", "1"}, nil},
		{"BASE-REFERRAL-INTL", "Base incentive, referral", "base", "referral", "USD", "0.10", []string{"0", "1"}, nil},
		{"SPECIAL-DATABASE-CN", "Databases, extra", "special", "none", "CNY", "0.02", []string{serviceDatabase}, nil},
		{policyOpportunity, "Opportunities, extra", "special", "none", "CNY", "0.06", []string{"opportunity"}, nil}, // of no service
		{policyNewCustomer, "New customers, extra", "special", "none", "CNY", "0.03", []string{"0", "1"}, nil},
	} {
		data := &events.IncentivePolicyPublished{
			PolicyID: p.id, Version: 1, Name: p.name, Kind: p.kind, Association: p.association, Categories: p.categories,
			Levels:     []string{levelPlatinum, levelSilver},
			OrderKinds: []string{"new", "renew", "change", "usage"}, Basis: "order", Period: "month", Currency: p.currency, Mode: "marginal",
			Bands: []events.RateBand{{Rate: decimal.RequireFromString(p.rate)}}, MinPayment: p.minPayment, CycleBy: "payment", EffectiveTime: at}
		if p.id == policyNewCustomer {
			data.Newness = &events.Newness{MonthsWithoutPaidOrder: newMonths}
			data.OrderKinds = []string{"new"}
		}
		q.emit(fact{source: "/catalogue/cn", id: p.id + "/1", subject: p.id, partner: events.AllPartners, at: at, data: data})
	}
}

// parties enrols the partners with their customers, discounts and coupons.
func (q *quarter) parties(at time.Time) {
	share := decimal.RequireFromString("0.85")
	for _, p := range []*events.PartnerEnrolled{
		{PartnerID: partnerShanghai, Site: siteChina, Level: levelPlatinum, Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: at},
		{PartnerID: partnerHangzhou, Site: siteChina, Level: levelSilver, Tier: 1, BusinessInfoAuthenticated: true, Certified: true, EffectiveTime: at},
		{PartnerID: partnerSingapore, Site: siteInternational, Level: levelPlatinum, Tier: 1, BusinessInfoAuthenticated: true, Certified: true,
			SettlementDiscount: &share, AutoRequest: true, AutoRequestMethod: events.MethodAccountTopUp, EffectiveTime: at},
	} {
		q.emit(fact{source: "/partners/" + p.Site, id: p.PartnerID + "/1", subject: p.PartnerID, partner: p.PartnerID, at: at, data: p})
	}
	for _, c := range customers {
		q.emit(fact{source: "/partners/" + c.site(), id: c.id + "/" + c.partner, subject: c.id, partner: c.partner, at: at, data: &events.CustomerAssociated{
			CustomerID: c.id, PartnerID: c.partner, Association: c.association, Settlement: c.settlement, EffectiveTime: at}})
	}
	q.discounts(at)
	q.coupons(at)
}

// discounts grants each kind: a vendor's ratio (605), a distributor's fixed price (606) and amount off, a partner's
// own ratio (607), and one that ends during the story.
func (q *quarter) discounts(at time.Time) {
	for _, d := range []*events.DiscountGranted{
		{DiscountID: "D-605-1", PartnerID: partnerShanghai, GrantedBy: "vendor", DiscountType: 605, DiscountName: "Contract 2026", Mode: "ratio",
			Value: decimal.RequireFromString("0.9"), Scope: events.DiscountScope{CustomerIDs: []string{"C101", "C102", "C104"}}},
		{DiscountID: "D-607-1", PartnerID: partnerShanghai, GrantedBy: "partner", DiscountType: 607, DiscountName: "House discount", Mode: "ratio",
			Value: decimal.RequireFromString("0.95")},
		{DiscountID: "D-606-2", PartnerID: partnerHangzhou, GrantedBy: "vendor", DiscountType: 606, DiscountName: "Server at a fixed price", Mode: "fixed_price",
			Value: decimal.RequireFromString("88.00"), Currency: "CNY",
			Scope: events.DiscountScope{ProductIDs: []string{productID("s6.medium.2.linux", regionChina)}, PeriodTypes: []int{events.PeriodMonth}}},
		{DiscountID: "D-OFF-2", PartnerID: partnerHangzhou, GrantedBy: "vendor", DiscountType: 605, DiscountName: "Welcome", Mode: "amount_off",
			Value: decimal.RequireFromString("20.00"), Currency: "CNY", Scope: events.DiscountScope{CustomerIDs: []string{"C203"}},
			ExpireTime: at.AddDate(0, 2, 0)},
		{DiscountID: "D-607-2", PartnerID: partnerHangzhou, GrantedBy: "partner", DiscountType: 607, DiscountName: "Databases", Mode: "ratio",
			Value: decimal.RequireFromString("0.88"), Scope: events.DiscountScope{CloudServiceTypes: []string{serviceDatabase}}},
		{DiscountID: "D-605-3", PartnerID: partnerSingapore, GrantedBy: "vendor", DiscountType: 605, DiscountName: "Yearly terms", Mode: "ratio",
			Value: decimal.RequireFromString("0.92"), Scope: events.DiscountScope{PeriodTypes: []int{events.PeriodYear}}},
	} {
		d.EffectiveTime = at
		q.emit(fact{source: "/partners/" + siteOf(d.PartnerID), id: d.DiscountID, subject: d.DiscountID, partner: d.PartnerID, at: at, data: d})
	}
}

func siteOf(partner string) string { return customer{partner: partner}.site() }

// coupons issues cash coupons to the resale customers, from a quota of their partner.
func (q *quarter) coupons(at time.Time) {
	expire := at.AddDate(1, 0, 0)
	for _, p := range partners {
		quota := "Q-" + p
		q.emit(fact{source: "/partners/" + siteOf(p), id: quota, subject: quota, partner: p, at: at, data: &events.CouponQuotaGranted{
			QuotaID: quota, PartnerID: p, Amount: decimal.NewFromInt(10_000), Currency: currencyOf(p), EffectiveTime: at, ExpireTime: expire}})
	}
	for _, c := range customers {
		if c.association != "resale" {
			continue
		}
		for n := range couponsEach {
			id := couponID(c, n)
			face, version := decimal.NewFromInt(int64(10+5*n)), 1
			if n == couponsEach-1 {
				version = 2
			}
			q.emit(fact{source: "/partners/" + c.site(), id: id, subject: id, partner: c.partner, at: at, data: &events.CouponIssued{
				CouponID: id, QuotaID: "Q-" + c.partner, PartnerID: c.partner, CustomerID: c.id, CouponType: events.CouponCash, CouponVersion: version,
				FaceValue: &face, Currency: currencyOf(c.partner), ValidTime: at, ExpireTime: expire}})
		}
	}
}

// couponPart is what a customer pays with a coupon: all of it where it is used once, a part where it keeps a balance,
// nothing where nothing is left.
func (q *quarter) couponPart(c customer, id string) decimal.Decimal {
	coupon := q.engine.Partners[c.partner].Coupons.Get(id)
	if coupon == nil || coupon.Standing() != pricing.CouponNormal {
		return decimal.Zero
	}
	if coupon.Version == 1 {
		return coupon.FaceValue
	}
	return decimal.Min(couponPart, coupon.Balance())
}

func couponID(c customer, n int) string { return fmt.Sprintf("CP-%s-%s", c.id, strconv.Itoa(n+1)) }

func currencyOf(partner string) string {
	if partner == partnerSingapore {
		return "USD"
	}
	return "CNY"
}

package incentive

import (
	"time"

	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/site"
)

// Fact is what a policy is chosen by: one order line, change or usage
// settlement of a customer, at the time it happened.
//
// ServicePolicy is the service type's incentive policy code: "0" ordinary,
// "1" specific product, "2" no performance and no rebate, "13" performance but
// no rebate. PreviousPaidAt is the time of the customer's last paid order
// before this fact, nil if there is none. MovedAt is when the customer came
// from another partner, nil if it never did. Zone is the site's: windows in
// months are counted in its calendar. Opportunity is the policy that the
// order's opportunity was closed with, OpportunityPolicies are those of any.
type Fact struct {
	Association    string
	ServiceType    string
	ServicePolicy  string
	OrderKind      string
	Level          string
	Currency       money.Currency
	At             time.Time
	InProgramme    bool
	Certified      bool
	Segment        string
	MovedAt        *time.Time
	PreviousPaidAt *time.Time
	Site           *site.Profile

	Opportunity         string
	OpportunityPolicies []string
}

// Selection is the outcome of choosing: the base policy (nil if there is
// none) and every matching special one, by id. ZeroReason says why there is no
// base policy; it is empty exactly when there is one.
type Selection struct {
	Base       *Policy
	Special    []*Policy
	ZeroReason string
}

// Reasons for an incentive of zero.
const (
	ZeroOutsidePolicy        = "outside_policy"
	ZeroNoPolicyInForce      = "no_policy_in_force"
	ZeroBelowThreshold       = "below_threshold"
	ZeroTransferred          = "transferred"
	ZeroCertificationExpired = "certification_expired"
	ZeroNotInProgramme       = "not_in_programme"
	ZeroExcludedWindow       = "excluded_window"
	ZeroCouponPaid           = "coupon_paid"
)

// Incentive policy codes of service types.
const (
	ServicePolicyOrdinary = "0"
	ServicePolicySpecific = "1"
	ServicePolicyNothing  = "2"
	ServicePolicyNoRebate = "13"
)

// SegmentLongTail is the customer segment to which the rebind exclusion applies.
const SegmentLongTail = "long_tail"

package pricing

import (
	"github.com/accruald/accruald/workers/site"
)

// tieRank is the place of a discount type when amounts are equal: 605, 606, 607, then promotions.
func tieRank(discountType int) int {
	switch discountType {
	case DiscountCommercial, DiscountDistributor, DiscountPartner:
		return discountType - DiscountCommercial
	default:
		return DiscountPartner - DiscountCommercial + 1
	}
}

func commercial(discountType int) bool {
	return discountType == DiscountCommercial || discountType == DiscountDistributor
}

func promotional(discountType int) bool {
	return discountType == DiscountPromotion || discountType == DiscountPromotionOffer
}

// better reports whether x beats y: the larger discount, then the order of types, then the smaller id.
func (x *Candidate) better(y *Candidate) bool {
	if order := x.Discount.Cmp(y.Discount); order != 0 {
		return order > 0
	}
	if xRank, yRank := tieRank(x.DiscountType), tieRank(y.DiscountType); xRank != yRank {
		return xRank < yRank
	}
	return x.DiscountID < y.DiscountID
}

// markBestOffer marks the largest commercial or partner discount; promotions never take part.
func markBestOffer(candidates []Candidate) {
	best := -1
	for i := range candidates {
		candidate := &candidates[i]
		if candidate.Selectable && candidate.Discount.IsPositive() && !promotional(candidate.DiscountType) &&
			(best < 0 || candidate.better(&candidates[best])) {
			best = i
		}
	}
	if best >= 0 {
		candidates[best].BestOffer = true
	}
}

// choose returns the candidate an automatic payment takes, -1 for none. Promotions count only when a past order of
// the resource used them. prefer_commercial takes a commercial one before any other.
func choose(candidates []Candidate, preference site.PaymentPreference) int {
	best := -1
	for i := range candidates {
		candidate := &candidates[i]
		if !candidate.Selectable || !candidate.Discount.IsPositive() || promotional(candidate.DiscountType) && !candidate.UsedBefore {
			continue
		}
		if best < 0 || candidate.chosenOver(&candidates[best], preference) {
			best = i
		}
	}
	return best
}

func (x *Candidate) chosenOver(y *Candidate, preference site.PaymentPreference) bool {
	xFirst, yFirst := commercial(x.DiscountType), commercial(y.DiscountType)
	if preference == site.PreferCommercial && xFirst != yFirst {
		return xFirst
	}
	return x.better(y)
}

// explainChoice says of each candidate why the automatic choice did not take it.
func explainChoice(candidates []Candidate, preference site.PaymentPreference) {
	chosen := choose(candidates, preference)
	for i := range candidates {
		if i != chosen && candidates[i].Lost == "" {
			candidates[i].Lost = candidates[i].whyLost(candidates, chosen)
		}
	}
}

func (x *Candidate) whyLost(candidates []Candidate, chosen int) string {
	switch {
	case !x.Discount.IsPositive():
		return "it takes nothing off"
	case promotional(x.DiscountType) && !x.UsedBefore:
		return "no past order of the resource used this promotion"
	}
	winner := &candidates[chosen] // x itself qualified, so there is one
	switch order := x.Discount.Cmp(winner.Discount); {
	case order < 0:
		return "it takes " + x.Discount.String() + ", " + winner.DiscountID + " takes " + winner.Discount.String()
	case order > 0 || commercial(winner.DiscountType) != commercial(x.DiscountType):
		return "the commercial discount " + winner.DiscountID + " goes first"
	default:
		return "it takes as much as " + winner.DiscountID + ", which goes first by type and id"
	}
}

// AutomaticChoice returns the id of the one discount that an automatic payment takes under the profile's preference,
// "" for the list price. An adjusted order takes its adjustment. (Pricing rules, section 3.)
func (q *Quote) AutomaticChoice(p *site.Profile) string {
	if q.Adjustment != nil {
		return q.Adjustment.DiscountID
	}
	if chosen := choose(q.Candidates, p.AutomaticPayment); chosen >= 0 {
		return q.Candidates[chosen].DiscountID
	}
	return ""
}

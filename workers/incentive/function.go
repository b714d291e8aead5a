package incentive

import "github.com/shopspring/decimal"

// function is F of the final calculation for one group: performance in, unrounded reward out.
type function struct {
	policy *Policy
	earns  bool            // the group's total is positive and meets the threshold
	rate   decimal.Decimal // the rate the group's total reaches; zero if it earns nothing
}

func newFunction(p *Policy, total decimal.Decimal) function {
	f := function{policy: p, earns: total.IsPositive() && p.meets(total)}
	if f.earns {
		f.rate = p.bandOf(p.capped(total)).Rate
	}
	return f
}

// at returns F(sum) for a running sum of the group. In mode whole the rate that the total reached stands for every
// sum on the way, threshold included; in mode marginal the detail that crosses the threshold takes what lay below it.
func (f function) at(sum decimal.Decimal) decimal.Decimal {
	p := f.policy
	if !sum.IsPositive() {
		return decimal.Zero
	}
	base := p.capped(sum)
	var reward decimal.Decimal
	switch {
	case p.Mode == ModeWhole && f.earns:
		reward = base.Mul(f.rate)
	case p.Mode == ModeMarginal && p.meets(sum):
		reward = p.marginal(base)
	default:
		return decimal.Zero
	}
	if p.RewardCap != nil {
		reward = decimal.Min(reward, *p.RewardCap)
	}
	return reward
}

// marginal gives each band its own rate.
func (p *Policy) marginal(base decimal.Decimal) decimal.Decimal {
	reward, from := decimal.Zero, decimal.Zero
	for _, band := range p.Bands {
		to := base
		if band.UpTo != nil {
			to = decimal.Min(base, *band.UpTo)
		}
		reward = reward.Add(to.Sub(from).Mul(band.Rate))
		if to.Equal(base) {
			break
		}
		from = to
	}
	return reward
}

// bandOf returns the band a performance belongs to.
func (p *Policy) bandOf(base decimal.Decimal) Band {
	for _, band := range p.Bands {
		if band.UpTo == nil || base.LessThan(*band.UpTo) || band.UpToInclusive && base.Equal(*band.UpTo) {
			return band
		}
	}
	return p.Bands[len(p.Bands)-1] // a valid policy's last band has no end
}

func (p *Policy) capped(performance decimal.Decimal) decimal.Decimal {
	if p.BaseCap != nil {
		return decimal.Min(performance, *p.BaseCap)
	}
	return performance
}

func (p *Policy) meets(performance decimal.Decimal) bool {
	if p.Threshold == nil {
		return true
	}
	order := performance.Cmp(p.Threshold.Amount)
	return order > 0 || order == 0 && p.Threshold.Inclusive
}

// Within returns the policy as it stands for one group next to the base policy it adds to: its reward cap is at most
// what the base policy's reward cap still leaves after earned, the group's amounts under the base policy and the
// special ones before this (by id). A policy outside the cap, and any next to a base without one, is unchanged.
func (p *Policy) Within(base *Policy, earned decimal.Decimal) *Policy {
	if p.OutsideCap || base == nil || base.RewardCap == nil {
		return p
	}
	room := decimal.Max(base.RewardCap.Sub(earned), decimal.Zero)
	if p.RewardCap != nil {
		room = decimal.Min(room, *p.RewardCap)
	}
	limited := *p
	limited.RewardCap = &room
	return &limited
}

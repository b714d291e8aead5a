package incentive

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const ecs = "hws.service.type.ec2"

// fact is one that every flat policy covers.
func fact(t testing.TB) Fact {
	t.Helper()
	return Fact{
		Association: AssociationResale, ServiceType: ecs, ServicePolicy: ServicePolicyOrdinary, OrderKind: OrderKindNew,
		Level: "gold", Currency: cny, At: at(t, "2026-03-08 10:05"), InProgramme: true, Certified: true, Site: china(t),
	}
}

func view(t testing.TB, policies ...*Policy) PolicyView {
	t.Helper()
	set := New()
	for i, p := range policies {
		if err := set.Add(int64(i+1), *p); err != nil {
			t.Fatal(err)
		}
	}
	return set.View(int64(len(policies)))
}

func TestSelectExactlyOneBase(t *testing.T) {
	t.Parallel()
	special := func(p *Policy) { p.Kind = KindSpecial }
	named := func(id string, version int, categories ...string) func(*Policy) {
		return func(p *Policy) { p.ID, p.Version, p.Categories = id, version, categories }
	}
	for _, c := range []struct {
		name     string
		policies []*Policy
		base     string
		special  []string
	}{
		{"a service type is more specific than its code", []*Policy{
			flat("0.1", named("A", 9, "0")), flat("0.1", named("Z", 1, ecs)), flat("0.1", named("B", 9)),
		}, "Z", nil},
		{"a code is more specific than no category", []*Policy{flat("0.1", named("A", 9)), flat("0.1", named("Z", 1, "0"))}, "Z", nil},
		{"then the highest version", []*Policy{flat("0.1", named("A", 1, "0")), flat("0.1", named("Z", 2, "0"))}, "Z", nil},
		{"then the smaller id", []*Policy{flat("0.1", named("Z", 1, "0")), flat("0.1", named("A", 1, "0"))}, "A", nil},
		{"every special one adds", []*Policy{
			flat("0.1", named("S2", 1), special), flat("0.1", named("B", 1)), flat("0.1", named("S1", 1), special),
		}, "B", []string{"S1", "S2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := view(t, c.policies...).Select(fact(t))
			if got.Base == nil || got.Base.ID != c.base || got.ZeroReason != "" {
				t.Errorf("base %v (%s), want %q", got.Base, got.ZeroReason, c.base)
			}
			var ids []string
			for _, p := range got.Special {
				ids = append(ids, p.ID)
			}
			if !slices.Equal(ids, c.special) {
				t.Errorf("special %v, want %v", ids, c.special)
			}
		})
	}
}

func TestSelectZeroReasons(t *testing.T) {
	t.Parallel()
	march := func(p *Policy) {
		p.ExclusionWindows = []Window{{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}}
	}
	for _, c := range []struct {
		name   string
		policy *Policy
		change func(*Fact)
		want   string
	}{
		{"covered", flat("0.1"), func(*Fact) {}, ""},
		{"left the programme", flat("0.1"), func(f *Fact) { f.InProgramme = false }, ZeroNotInProgramme},
		{"certification expired", flat("0.1"), func(f *Fact) { f.Certified = false }, ZeroCertificationExpired},
		{"no rebate on the service", flat("0.1"), func(f *Fact) { f.ServicePolicy = ServicePolicyNoRebate }, ZeroOutsidePolicy},
		{"no performance on the service", flat("0.1"), func(f *Fact) { f.ServicePolicy = ServicePolicyNothing }, ZeroOutsidePolicy},
		{"before the policy", flat("0.1", func(p *Policy) { p.EffectiveTime = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }), func(*Fact) {}, ZeroNoPolicyInForce},
		{"after the policy", flat("0.1", func(p *Policy) { p.ExpireTime = ptr(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) }), func(*Fact) {}, ZeroNoPolicyInForce},
		{"other association", flat("0.1"), func(f *Fact) { f.Association = AssociationReferral }, ZeroOutsidePolicy},
		{"association none covers both", flat("0.1", func(p *Policy) { p.Association = AssociationNone }), func(f *Fact) { f.Association = AssociationReferral }, ""},
		{"other currency", flat("0.1"), func(f *Fact) { f.Currency = "USD" }, ZeroOutsidePolicy},
		{"other order kind", flat("0.1", func(p *Policy) { p.OrderKinds = []string{OrderKindRenew} }), func(*Fact) {}, ZeroOutsidePolicy},
		{"other level", flat("0.1", func(p *Policy) { p.Levels = []string{"silver"} }), func(*Fact) {}, ZeroOutsidePolicy},
		{"other category", flat("0.1", func(p *Policy) { p.Categories = []string{"1"} }), func(*Fact) {}, ZeroOutsidePolicy},
		{"excluded window", flat("0.1", march), func(*Fact) {}, ZeroExcludedWindow},
		{"moved long tail", flat("0.1"), func(f *Fact) { f.Segment, f.MovedAt = SegmentLongTail, ptr(f.At.AddDate(0, -2, 0)) }, ZeroTransferred},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := fact(t)
			c.change(&f)
			got := view(t, c.policy).Select(f)
			if got.ZeroReason != c.want || (got.Base == nil) != (c.want != "") {
				t.Errorf("base %v, reason %q; want %q", got.Base, got.ZeroReason, c.want)
			}
		})
	}
	if got := view(t, flat("0.1", march), flat("0.1", func(p *Policy) { p.ID, p.Kind = "S", KindSpecial })).Select(fact(t)); len(got.Special) != 1 {
		t.Error("a special policy still adds where the base policy is in its excluded window")
	}
	excluded := flat("0.1", march, func(p *Policy) { p.ID, p.Kind = "S", KindSpecial })
	if got := view(t, flat("0.1"), excluded).Select(fact(t)); got.Base == nil || len(got.Special) != 0 {
		t.Error("a special policy in its excluded window adds nothing, the base policy stands")
	}
	for text, want := range map[string]bool{"2026-03-01 07:59": false, "2026-03-01 08:00": true, "2026-04-01 07:59": true, "2026-04-01 08:00": false} {
		if got := excluded.excludes(at(t, text)); got != want {
			t.Errorf("a window from 1 March 08:00 to 1 April 08:00 excludes %s: %v", text, got)
		}
	}
}

// A policy is chosen by the time of the fact, however late it arrives, and a decision made again sees the reference
// version of its first time (F60).
func TestSelectVersionInForce(t *testing.T) {
	t.Parallel()
	set := New()
	version := func(n int, effective string, change ...func(*Policy)) Policy {
		return *flat("0.1", append(change, func(p *Policy) { p.Version, p.EffectiveTime = n, at(t, effective) })...)
	}
	for i, p := range []Policy{
		version(1, "2026-01-01"), version(2, "2026-03-01"),
		version(3, "2026-05-01", func(p *Policy) { p.ExpireTime = ptr(at(t, "2026-06-01")) }),
	} {
		if err := set.Add(int64(10*(i+1)), p); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		day       string
		reference int64
		want      int
	}{
		{"2026-02-28", 30, 1}, {"2026-03-01", 30, 2}, {"2026-03-01", 19, 1}, {"2026-05-31", 30, 3}, {"2026-05-31", 20, 2},
		{"2026-06-01", 30, 0}, {"2026-02-28", 9, 0}, {"2025-12-31", 30, 0},
	} {
		f := fact(t)
		f.At = at(t, c.day)
		got := 0
		if base := set.View(c.reference).Select(f).Base; base != nil {
			got = base.Version
		}
		if got != c.want {
			t.Errorf("on %s at reference version %d: version %d, want %d", c.day, c.reference, got, c.want)
		}
	}
	if _, found := set.View(20).Find("POL", 2); !found {
		t.Error("version 2 is known at 20")
	}
	if _, found := set.View(19).Find("POL", 2); found {
		t.Error("version 2 is not known at 19")
	}
	if latest, found := set.View(20).Latest("POL"); !found || latest.Version != 2 {
		t.Errorf("the latest version at 20 is %v", latest)
	}
	if set.View(9).Has("POL") || !set.View(10).Has("POL") || set.View(10).Has("OTHER") {
		t.Error("a policy is known from its first reference version on")
	}
}

func TestAddRefusals(t *testing.T) {
	t.Parallel()
	set := New()
	if err := set.Add(5, *flat("0.1")); err != nil {
		t.Fatal(err)
	}
	before := set.View(100)
	for _, c := range []struct {
		name      string
		reference int64
		policy    *Policy
		want      string
	}{
		{"the same again", 6, flat("0.10"), ""},
		{"other content", 6, flat("0.2"), CodePolicyConflict},
		{"out of order", 4, flat("0.2", func(p *Policy) { p.Version = 2 }), CodeReferenceOrder},
		{"invalid", 6, flat("-0.1"), CodeInvalidPolicy},
	} {
		if code := codeOf(set.Add(c.reference, *c.policy)); code != c.want {
			t.Errorf("%s: code %q, want %q", c.name, code, c.want)
		}
	}
	if err := set.Add(7, *flat("0.3", func(p *Policy) { p.Version = 2 })); err != nil {
		t.Fatal(err)
	}
	if got := before.Select(fact(t)).Base.Version; got != 1 {
		t.Errorf("a view taken before changed to version %d", got)
	}
}

func codeOf(err error) string {
	if coded, ok := err.(interface{ Code() string }); ok {
		return coded.Code()
	}
	return ""
}

func TestValidateNamesEveryProblem(t *testing.T) {
	t.Parallel()
	p := &Policy{
		Kind: "bonus", Association: "friend", OrderKinds: []string{"gift"}, Categories: []string{""}, Newness: &Newness{},
		Basis: "year", Period: "week", Currency: "XXX", Mode: "linear", CycleBy: "order", BaseCap: ptr(dec("-1")),
		Threshold: &Threshold{Amount: dec("-2")}, ExclusionWindows: []Window{{}},
		Bands:         []Band{{Rate: dec("-1")}, {UpTo: ptr(dec("5"))}},
		EffectiveTime: time.Unix(2, 0), ExpireTime: ptr(time.Unix(1, 0)),
	}
	err := p.Validate()
	if codeOf(err) != CodeInvalidPolicy {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{
		"id", "version 0", `"bonus"`, `"friend"`, `"gift"`, "category", "newness", `"year"`, `"week"`, `"XXX"`, `"linear"`,
		`"order"`, "base_cap -1", "threshold -2", "window", "rate -1", "no up_to", "last band", "expire_time",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not speak of %q", err, part)
		}
	}
	for _, falling := range [][]Band{nil, bands("5", "0.1", "5", "0.2", "", "0.3"), bands("0", "0.1", "", "0.3")} {
		if codeOf(flat("0", func(p *Policy) { p.Bands = falling }).Validate()) != CodeInvalidPolicy {
			t.Errorf("bands %v pass", falling)
		}
	}
}

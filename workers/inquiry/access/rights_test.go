package access

import (
	"slices"
	"testing"
	"time"
)

// TestRights: what Settlement rules, section 10, says of each role.
func TestRights(t *testing.T) {
	t.Parallel()
	all := func(except ...Right) []Right {
		return slices.DeleteFunc(slices.Clone(Rights), func(r Right) bool { return slices.Contains(except, r) })
	}
	for role, want := range map[Role][]Right{
		RoleMain:           all(Approvals, OwnBills), // everything, but not the other side's approvals of it, nor what only customers have
		RoleFinance:        {Catalogue, Customers, CustomerBills, Statements, Incentives, Settlement, Findings},
		RoleAccountManager: {Catalogue, Prices, Orders, Customers, Performance},
		RoleSupervisor:     {Catalogue, Prices, Orders, Customers, Performance},
		RoleReseller:       {Catalogue, Prices, Orders, OrderActions, Coupons, CustomerCoupons, Customers, CustomerBills},
		RoleOperations:     all(Prices, OrderActions, Coupons, CustomerCoupons, CouponActions, CustomerBills, OwnBills, Statements, Resellers),
		RoleCustomer:       {Catalogue, Prices, Orders, OrderActions, CustomerCoupons, OwnBills},
	} {
		c := &Caller{PartnerID: "P", Roles: []Role{role}}
		for _, right := range Rights {
			if got := c.May(right); got != slices.Contains(want, right) {
				t.Errorf("%s: %s is %v", role, right, got)
			}
		}
	}
	if (&Caller{PartnerID: "P", Roles: []Role{"unheard"}}).May(Catalogue) {
		t.Error("an unknown role has a right")
	}
}

func TestWhoSeesWhichCustomer(t *testing.T) {
	t.Parallel()
	mine := Customer{ID: "C1", ManagerID: "M1", ResellerID: "R1"}
	for _, c := range []struct {
		caller Caller
		sees   bool
	}{
		{Caller{Roles: []Role{RoleMain}}, true},
		{Caller{Roles: []Role{RoleFinance}}, true},
		{Caller{Roles: []Role{RoleAccountManager}, Managers: []string{"M1"}}, true},
		{Caller{Roles: []Role{RoleAccountManager}, Managers: []string{"M2"}}, false},
		{Caller{Roles: []Role{RoleSupervisor}, Managers: []string{"M2", "M1"}}, true},
		{Caller{Roles: []Role{RoleReseller}, ResellerID: "R1"}, true},
		{Caller{Roles: []Role{RoleReseller}, ResellerID: "R2"}, false},
		{Caller{Roles: []Role{RoleReseller}}, false},
		{Caller{Roles: []Role{RoleCustomer}, CustomerID: "C1"}, true},
		{Caller{Roles: []Role{RoleCustomer}, CustomerID: "C2"}, false},
		{Caller{}, false},
	} {
		if got := c.caller.Sees(mine); got != c.sees {
			t.Errorf("%+v sees it: %v", c.caller, got)
		}
	}
	if (&Caller{Roles: []Role{RoleAccountManager}, Managers: []string{""}}).Sees(Customer{ID: "C1"}) {
		t.Error("a customer without a manager is seen by one without a name")
	}
}

// TestRolesWidenNoOther: finance sees all customers and no orders, an account
// manager the orders of its own; both together no orders of others.
func TestRolesWidenNoOther(t *testing.T) {
	t.Parallel()
	c := &Caller{PartnerID: "P", KeyID: "K", Roles: []Role{RoleFinance, RoleAccountManager}, Managers: []string{"M1"}}
	own, others := Customer{ID: "C1", ManagerID: "M1"}, Customer{ID: "C2", ManagerID: "M2"}
	for right, sees := range map[Right]bool{Orders: false, Prices: false, Performance: false, CustomerBills: true, Customers: true, Incentives: true} {
		by := c.By(right)
		if !by.May(right) || !by.Sees(own) || by.Sees(others) != sees || by.PartnerID != "P" || by.KeyID != "K" {
			t.Errorf("%s: %+v sees another's customer: %v", right, by, by.Sees(others))
		}
	}
	if by := c.By(Statements); len(by.Managers) > 0 || by.May(Orders) {
		t.Errorf("by what finance alone may: %+v", by)
	}
	if by := c.By(Coupons); by.May(Coupons) || by.Sees(own) {
		t.Errorf("by a right that no role gives: %+v", by)
	}
	if len(c.Roles) != 2 || len(c.Managers) != 1 {
		t.Errorf("the caller itself was changed: %+v", c)
	}
}

func TestCallersThatAreBoundToTooLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []Caller{
		{Roles: []Role{RoleMain}}, {PartnerID: "P"}, {PartnerID: "P", Roles: []Role{RoleCustomer}}, {PartnerID: "P", CustomerID: "C", Roles: []Role{RoleMain}},
		{PartnerID: "P", Roles: []Role{RoleReseller}}, {PartnerID: "P", Roles: []Role{RoleAccountManager}}, {PartnerID: "P", Roles: []Role{RoleMain}, Managers: []string{"M"}},
		{PartnerID: "P", CustomerID: "C", Roles: []Role{RoleCustomer, RoleMain}},
	} {
		if c.Check() == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

// TestRate: so many at once, then so many a second; callers and operations
// are counted by themselves, and the table stays bounded.
func TestRate(t *testing.T) {
	t.Parallel()
	l, now, c := NewLimiter(10), time.Date(2026, 3, 18, 9, 0, 0, 0, time.UTC), &Caller{PartnerID: "P", KeyID: "K"}
	for i := range 10 {
		if ok, _ := l.Allow(c, "op", now); !ok {
			t.Fatalf("request %d is refused", i+1)
		}
	}
	if ok, after := l.Allow(c, "op", now); ok || after != 1 {
		t.Errorf("the eleventh: %v, after %d s", ok, after)
	}
	for name, allowed := range map[string]func() (bool, int){
		"another operation":      func() (bool, int) { return l.Allow(c, "other", now) },
		"another caller":         func() (bool, int) { return l.Allow(&Caller{PartnerID: "P", KeyID: "L"}, "op", now) },
		"a tenth of a second on": func() (bool, int) { return l.Allow(c, "op", now.Add(100*time.Millisecond)) },
	} {
		if ok, _ := allowed(); !ok {
			t.Errorf("%s is refused", name)
		}
	}
	for i := range 2 * rateCountMax {
		l.Allow(&Caller{PartnerID: "P", KeyID: time.Duration(i).String()}, "op", now)
	}
	if len(l.counts) > rateCountMax {
		t.Errorf("%d callers are counted", len(l.counts))
	}
}

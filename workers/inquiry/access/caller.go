package access

import (
	"fmt"
	"slices"
	"strings"
)

// A Role is what somebody does for a partner or customer.
type Role string

// The roles (Settlement rules, section 10).
const (
	RoleMain           Role = "main"            // the partner's main account: everything
	RoleFinance        Role = "finance"         // bills, payment requests, invoices
	RoleAccountManager Role = "account_manager" // orders and performance of the own customers
	RoleSupervisor     Role = "supervisor"      // reads what the account managers of the team see
	RoleReseller       Role = "reseller"        // a tier-2 reseller: its own customers, no incentives
	RoleOperations     Role = "operations"      // approvals and holds
	RoleCustomer       Role = "customer"        // a customer: its own prices, orders and resources
)

// Roles lists all of them.
var Roles = []Role{RoleMain, RoleFinance, RoleAccountManager, RoleSupervisor, RoleReseller, RoleOperations, RoleCustomer}

// ParseRoles reads names of roles.
func ParseRoles(names []string) ([]Role, error) {
	var out []Role
	for _, name := range names {
		if !slices.Contains(Roles, Role(name)) {
			return nil, fmt.Errorf("role %q is unknown: use some of %s", name, joined(Roles))
		}
		if !slices.Contains(out, Role(name)) {
			out = append(out, Role(name))
		}
	}
	return out, nil
}

func joined(of []Role) string { return strings.Join(texts(of), ", ") }

// A Caller is who asks. PartnerID is always there: a customer asks as one of
// its partner's.
type Caller struct {
	KeyID      string   // of the access key, or the subject of the token
	PartnerID  string   // tier 1
	CustomerID string   // of a customer's own key, else ""
	ResellerID string   // of a tier-2 reseller's key, else ""
	Managers   []string // account managers whose customers are seen: oneself, or the team
	Roles      []Role
}

// May reports whether one of the caller's roles gives a right.
func (c *Caller) May(right Right) bool {
	return slices.ContainsFunc(c.Roles, func(role Role) bool { return slices.Contains(rights[role], right) })
}

// By is the caller as one right has it: with those of its roles that give the
// right. What another of them sees, as finance sees every customer, is not seen
// by this one.
func (c *Caller) By(right Right) *Caller {
	if len(c.Roles) < 2 {
		return c
	}
	out := *c
	out.Roles = slices.DeleteFunc(slices.Clone(c.Roles), func(role Role) bool { return !slices.Contains(rights[role], right) })
	if !slices.Contains(out.Roles, RoleAccountManager) && !slices.Contains(out.Roles, RoleSupervisor) {
		out.Managers = nil
	}
	return &out
}

// A Customer is what decides who sees a customer.
type Customer struct {
	ID         string
	ResellerID string // of the reseller it belongs to
	ManagerID  string // of its account manager
}

// Sees reports whether the caller may know of a customer of its partner. The
// widest role counts, of those that By leaves.
func (c *Caller) Sees(customer Customer) bool {
	return slices.ContainsFunc(c.Roles, func(role Role) bool {
		switch role {
		case RoleMain, RoleFinance, RoleOperations:
			return true
		case RoleAccountManager, RoleSupervisor:
			return customer.ManagerID != "" && slices.Contains(c.Managers, customer.ManagerID)
		case RoleReseller:
			return c.ResellerID != "" && customer.ResellerID == c.ResellerID
		case RoleCustomer:
			return c.CustomerID != "" && customer.ID == c.CustomerID
		default:
			return false
		}
	})
}

// Check refuses a caller that is bound to nothing, or to less than its roles
// need.
func (c *Caller) Check() error {
	has := func(role Role) bool { return slices.Contains(c.Roles, role) }
	switch {
	case c.PartnerID == "":
		return fmt.Errorf("bound to no partner: name one")
	case len(c.Roles) == 0:
		return fmt.Errorf("without any role: give some of %s", joined(Roles))
	case has(RoleCustomer) != (c.CustomerID != ""):
		return fmt.Errorf("customer %q with the roles %s: the role %s and a customer go together", c.CustomerID, joined(c.Roles), RoleCustomer)
	case has(RoleReseller) != (c.ResellerID != ""):
		return fmt.Errorf("reseller %q with the roles %s: the role %s and a reseller go together", c.ResellerID, joined(c.Roles), RoleReseller)
	case (has(RoleAccountManager) || has(RoleSupervisor)) != (len(c.Managers) > 0):
		return fmt.Errorf("%d account managers with the roles %s: the roles %s and %s name whose customers they see, others nobody",
			len(c.Managers), joined(c.Roles), RoleAccountManager, RoleSupervisor)
	case (has(RoleCustomer) || has(RoleReseller)) && len(c.Roles) > 1:
		return fmt.Errorf("roles %s: %s and %s stand alone, or others would widen what they see", joined(c.Roles), RoleCustomer, RoleReseller)
	default:
		return nil
	}
}

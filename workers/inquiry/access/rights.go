package access

// A Right is what an operation needs.
type Right string

// The rights.
const (
	Catalogue       Right = "catalogue"        // service types, measures, conversions
	Prices          Right = "prices"           // price inquiries
	Orders          Right = "orders"           // orders and resources of the customers one sees
	OrderActions    Right = "order_actions"    // pay, cancel, renew, unsubscribe, automatic renewal
	Coupons         Right = "coupons"          // coupons and quotas
	CouponActions   Right = "coupon_actions"   // issue and reclaim
	CustomerCoupons Right = "customer_coupons" // coupons as their holders see them, and which of them pay an order
	CustomerBills   Right = "customer_bills"   // what customers consumed, statements
	Resellers       Right = "resellers"        // tier-2 resellers
	Performance     Right = "performance"      // what the orders of the customers one sees earned
	Incentives      Right = "incentives"       // incentive bills, details and holds
	Settlement      Right = "settlement"       // payment requests and invoices, and the partner's own steps of them
	Approvals       Right = "approvals"        // the vendor's steps of bills, requests and invoices; holds
	Findings        Right = "findings"         // of reconciliation
)

// rights says what a role may do (Settlement rules, section 10). What a role
// sees of customers says Caller.Sees.
var rights = map[Role][]Right{
	RoleMain: {Catalogue, Prices, Orders, OrderActions, Coupons, CouponActions, CustomerCoupons, CustomerBills, Resellers, Performance, Incentives,
		Settlement, Findings},
	RoleFinance:        {Catalogue, CustomerBills, Incentives, Settlement, Findings},
	RoleAccountManager: {Catalogue, Prices, Orders, Performance},
	RoleSupervisor:     {Catalogue, Prices, Orders, Performance},
	RoleReseller:       {Catalogue, Prices, Orders, OrderActions, Coupons, CustomerCoupons, CustomerBills},
	RoleOperations:     {Catalogue, Orders, Performance, Incentives, Settlement, Approvals, Findings},
	RoleCustomer:       {Catalogue, Prices, Orders, OrderActions, CustomerCoupons},
}

// Rights lists all of them.
var Rights = []Right{Catalogue, Prices, Orders, OrderActions, Coupons, CouponActions, CustomerCoupons, CustomerBills, Resellers, Performance, Incentives,
	Settlement, Approvals, Findings}

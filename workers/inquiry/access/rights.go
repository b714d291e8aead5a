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
	Customers       Right = "customers"        // who the customers that one sees are
	CustomerBills   Right = "customer_bills"   // what the customers that one sees consumed
	OwnBills        Right = "own_bills"        // what oneself consumed, as a customer
	Statements      Right = "statements"       // what the partner is charged
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
	RoleMain: {Catalogue, Prices, Orders, OrderActions, Coupons, CouponActions, CustomerCoupons, Customers, CustomerBills, Statements, Resellers,
		Performance, Incentives, Settlement, Findings},
	RoleFinance:        {Catalogue, Customers, CustomerBills, Statements, Incentives, Settlement, Findings},
	RoleAccountManager: {Catalogue, Prices, Orders, Customers, Performance},
	RoleSupervisor:     {Catalogue, Prices, Orders, Customers, Performance},
	RoleReseller:       {Catalogue, Prices, Orders, OrderActions, Coupons, CustomerCoupons, Customers, CustomerBills},
	RoleOperations:     {Catalogue, Orders, Customers, Performance, Incentives, Settlement, Approvals, Findings},
	RoleCustomer:       {Catalogue, Prices, Orders, OrderActions, CustomerCoupons, OwnBills},
}

// Rights lists all of them.
var Rights = []Right{Catalogue, Prices, Orders, OrderActions, Coupons, CouponActions, CustomerCoupons, Customers, CustomerBills, OwnBills, Statements,
	Resellers, Performance, Incentives, Settlement, Approvals, Findings}

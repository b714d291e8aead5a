package reconciliation

// Kinds of differences between the orders of the books and the vendor's statement.
const (
	// MissingInStatement: the books have an order in a cycle whose statement has no line of it.
	MissingInStatement Kind = "missing_in_statement"
	// MissingInBooks: a statement has a line of an order that the books have not.
	MissingInBooks Kind = "missing_in_books"
	// AmountDiffers: the lines of an order do not sum to what the books say it came to.
	AmountDiffers Kind = "amount_differs"
	// CurrencyDiffers: the statement has an order in another currency.
	CurrencyDiffers Kind = "currency_differs"
	// CycleDiffers: the statement of another cycle has the order.
	CycleDiffers Kind = "cycle_differs"
	// CustomerDiffers: the statement has an order as another customer's.
	CustomerDiffers Kind = "customer_differs"
	// BillTypeDiffers: what is one kind of bill in the books is another in the statement.
	BillTypeDiffers Kind = "bill_type_differs"
	// DuplicateLine: a statement has a line twice, and the books know it once.
	DuplicateLine Kind = "duplicate_line"
)

// What is done about a difference to the statement.
const (
	mendByAmount = "If the vendor is right, \"accruald adjust FINDING\" posts the difference to the order and refers to the finding; else import the vendor's corrected statement."
	mendByEvents = "Events of the order were lost on the way: \"accruald inbox missing FILE\" names them, \"accruald publish\" sends them. A line about an order that the books do have can be adjusted; else ask the vendor for a corrected statement and import it."
	mendByVendor = "No adjustment can change it: ask the vendor for a corrected statement and import it; if the books are wrong, correct them by events."
)

var statementKeys = []string{"cycle", "bill_type", "order_id"}

var statementKinds = []KindInfo{
	{MissingInStatement, PairStatements, SeverityError, statementKeys, "orders that resale customers paid in a cycle, refunds and adjustments of it against the lines of its statement", mendByAmount, false},
	{MissingInBooks, PairStatements, SeverityError, statementKeys, "lines of a statement against orders, refunds and adjustments", mendByEvents, false},
	{AmountDiffers, PairStatements, SeverityError, statementKeys, "what an order came to after discounts, whatever paid for it, against the sum of its lines", mendByAmount, false},
	{CurrencyDiffers, PairStatements, SeverityError, statementKeys, "the currency of an order against that of its lines", mendByVendor, false},
	{CycleDiffers, PairStatements, SeverityWarning, []string{"cycle", "bill_type", "order_id", "statement_cycle"}, "the cycle in which an order was paid against that of the statement that has it", mendByVendor, false},
	{CustomerDiffers, PairStatements, SeverityError, statementKeys, "the customer of an order against that of its lines", mendByVendor, false},
	{BillTypeDiffers, PairStatements, SeverityError, statementKeys, "whether an order is an expenditure, a refund or an adjustment against what its lines say", mendByVendor, false},
	{DuplicateLine, PairStatements, SeverityWarning, []string{"cycle", "bill_type", "order_id", "line"}, "lines of one file against one another, where the books know the order once", mendByAmount, false},
}

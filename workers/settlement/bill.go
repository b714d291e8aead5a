package settlement

// BillState is where an incentive bill is in its life.
type BillState string

// The states of an incentive bill.
const (
	BillEstimated           BillState = "estimated"
	BillPendingConfirmation BillState = "pending_confirmation"
	BillDisputed            BillState = "disputed"
	BillIssuing             BillState = "issuing"
	BillIssued              BillState = "issued"
	BillExpired             BillState = "expired"
)

// BillTrigger is what moves an incentive bill.
type BillTrigger string

// The triggers of an incentive bill. BillDeadlinePassed is the automatic confirmation the day after the deadline.
const (
	BillFirstDetail    BillTrigger = "first_detail"
	BillPeriodClosed   BillTrigger = "period_closed"
	BillConfirm        BillTrigger = "confirm"
	BillDeadlinePassed BillTrigger = "deadline_passed"
	BillDispute        BillTrigger = "dispute"
	BillResolve        BillTrigger = "resolve"
	BillApprove        BillTrigger = "approve"
	BillReject         BillTrigger = "reject"
	BillExpire         BillTrigger = "expire"
)

// Codes of refused steps of a bill.
const (
	CodeBillExists       = "bill_exists"
	CodeBillNotEstimated = "bill_not_estimated"
	CodeBillNotPending   = "bill_not_pending_confirmation"
	CodeBillConfirmed    = "bill_already_confirmed"
	CodeBillNotDisputed  = "bill_not_disputed"
	CodeBillNotIssuing   = "bill_not_issuing"
	CodeBillNotIssued    = "bill_not_issued"
)

// billMachine is the table of Settlement rules, section 3.
var billMachine = machine[BillState, BillTrigger]{
	name:   "bill",
	states: []BillState{BillEstimated, BillPendingConfirmation, BillDisputed, BillIssuing, BillIssued, BillExpired},
	triggers: []trigger[BillTrigger]{
		{BillFirstDetail, CodeBillExists},
		{BillPeriodClosed, CodeBillNotEstimated},
		{BillConfirm, CodeBillNotPending},
		{BillDeadlinePassed, CodeBillNotPending},
		{BillDispute, CodeBillNotPending},
		{BillResolve, CodeBillNotDisputed},
		{BillApprove, CodeBillNotIssuing},
		{BillReject, CodeBillNotIssuing},
		{BillExpire, CodeBillNotIssued},
	},
	edges: []edge[BillState, BillTrigger]{
		{"", BillFirstDetail, "", BillEstimated},
		{BillEstimated, BillPeriodClosed, "", BillPendingConfirmation},
		{BillPendingConfirmation, BillConfirm, "", BillIssuing},
		{BillPendingConfirmation, BillDeadlinePassed, "", BillIssuing},
		{BillPendingConfirmation, BillDispute, "", BillDisputed},
		{BillDisputed, BillResolve, "", BillPendingConfirmation},
		{BillIssuing, BillApprove, "", BillIssued},
		{BillIssuing, BillReject, "", BillPendingConfirmation},
		{BillIssued, BillExpire, "", BillExpired},
	},
}

// BillTable returns the bill's state machine as data.
func BillTable() Table { return billMachine.table() }

// NextBill returns the state a trigger leads to, or a Refusal. Confirming a bill that was confirmed before is
// refused bill_already_confirmed.
func NextBill(from BillState, by BillTrigger) (BillState, error) {
	if by == BillConfirm && (from == BillIssuing || from == BillIssued || from == BillExpired) {
		return from, refuse(CodeBillConfirmed, "confirm a bill in state %q: it is confirmed already", string(from))
	}
	return billMachine.next(from, by)
}

// Confirmed reports whether the partner's word on a bill has been given, so that its amounts may be issued.
func (s BillState) Confirmed() bool { return s == BillIssued || s == BillExpired }

// Open reports whether the bill's period still runs, so that details are provisional.
func (s BillState) Open() bool { return s == "" || s == BillEstimated }

package decision

// Codes of rejections about holds, overdue accounts and adjustments.
const (
	CodeUnknownHold        = "unknown_hold"
	CodeUnknownDetail      = "unknown_detail"
	CodeHoldExists         = "hold_exists"
	CodeHoldReleased       = "hold_already_released"
	CodeHoldOfRules        = "hold_not_of_operations"
	CodeMilestoneDelivered = "milestone_already_delivered"
	CodeOverdueExists      = "overdue_exists"
	CodeOverdueCleared     = "overdue_already_cleared"
	CodeAdjustmentPosted   = "adjustment_exists"
)

package settlement

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// refusalCodes are the codes a table may refuse with; every other refusal has forgotten its name.
func refusalCodes[S, T ~string](m *machine[S, T]) []string {
	codes := []string{CodeBillConfirmed, CodeReturnNotWithdrawable}
	for _, t := range m.triggers {
		codes = append(codes, t.refusal)
	}
	return codes
}

// checkTotal asks every state x trigger x case and compares with the table's edges: an edge leads where the table
// says, everything else is refused by name and leaves the state as it is.
func checkTotal[S, T ~string](t *testing.T, m *machine[S, T], cases []string, next func(S, T, string) (S, error)) {
	t.Helper()
	for _, from := range append([]S{""}, m.states...) {
		for _, by := range m.triggers {
			for _, when := range cases {
				at := slices.IndexFunc(m.edges, func(e edge[S, T]) bool {
					return e.from == from && e.trigger == by.name && (e.when == "" || e.when == when)
				})
				to, err := next(from, by.name, when)
				switch {
				case at >= 0 && (err != nil || to != m.edges[at].to):
					t.Errorf("%s %q by %q (%s): %q, %v; want %q", m.name, from, by.name, when, to, err, m.edges[at].to)
				case at < 0 && (to != from || !slices.Contains(refusalCodes(m), codeOf(err))):
					t.Errorf("%s %q by %q (%s): %q, %v; want a named refusal", m.name, from, by.name, when, to, err)
				}
			}
		}
		if _, err := next(from, "no such trigger", cases[0]); codeOf(err) != CodeUnknownTrigger {
			t.Errorf("%s %q by an unknown trigger: %v", m.name, from, err)
		}
	}
	if _, err := next("no such state", m.triggers[0].name, cases[0]); codeOf(err) != CodeUnknownState {
		t.Errorf("%s from an unknown state: %v", m.name, err)
	}
}

func TestEveryStateTimesTriggerIsAnEdgeOrANamedRefusal(t *testing.T) {
	t.Parallel()
	none := []string{""}
	checkTotal(t, &billMachine, none, func(s BillState, by BillTrigger, _ string) (BillState, error) { return NextBill(s, by) })
	checkTotal(t, &requestMachine, []string{WhenInvoiceNeeded, WhenNoInvoiceNeeded},
		func(s RequestState, by RequestTrigger, when string) (RequestState, error) {
			return NextRequest(s, by, RequestFacts{InvoiceNeeded: when == WhenInvoiceNeeded})
		})
	checkTotal(t, &invoiceMachine, []string{"electronic", "paper", "digital"},
		func(s InvoiceState, by InvoiceTrigger, medium string) (InvoiceState, error) {
			return NextInvoice(s, by, Medium(medium))
		})
	checkTotal(t, &opportunityMachine, none, func(s OpportunityState, by OpportunityTrigger, _ string) (OpportunityState, error) {
		return NextOpportunity(s, by)
	})
	checkTotal(t, &registrationMachine, none, func(s RegistrationState, by RegistrationTrigger, _ string) (RegistrationState, error) {
		return NextRegistration(s, by)
	})
}

// Every edge begins and ends in a listed state, no two edges answer the same question, and every state is reached.
func TestTablesAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, table := range Tables() {
		reached, seen := map[string]bool{}, map[string]bool{}
		for _, e := range table.Edges {
			if e.From != "" && !slices.Contains(table.States, e.From) || !slices.Contains(table.States, e.To) || !slices.Contains(table.Triggers, e.Trigger) {
				t.Errorf("%s: edge %v names what is not in the table", table.Name, e)
			}
			key := strings.Join([]string{e.From, e.Trigger, e.When}, "|")
			if seen[key] || e.When != "" && seen[strings.Join([]string{e.From, e.Trigger, ""}, "|")] {
				t.Errorf("%s: edge %v is there twice", table.Name, e)
			}
			seen[key], reached[e.To] = true, true
		}
		for _, state := range table.States {
			if !reached[state] {
				t.Errorf("%s: nothing leads to %q", table.Name, state)
			}
		}
	}
}

// The tables are those of the rules, edge by edge.
func TestTablesReadAsTheRules(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"bill": {
			" first_detail estimated", "estimated period_closed pending_confirmation", "pending_confirmation confirm issuing",
			"pending_confirmation deadline_passed issuing", "pending_confirmation dispute disputed",
			"disputed resolve pending_confirmation", "issuing approve issued", "issuing reject pending_confirmation",
			"issued expire expired",
		},
		"payment_request": {
			" submit processing", "processing approve paid if no invoice needed", "processing approve awaiting_invoice if invoice needed",
			"processing reject cancelled", "processing cancel cancelled", "awaiting_invoice reject cancelled",
			"awaiting_invoice cancel cancelled", "invoice_review reject cancelled", "invoice_review cancel cancelled",
			"awaiting_invoice covered invoice_review", "invoice_review uncovered awaiting_invoice",
			"invoice_review approve paying", "paying transfer paid", "paying fail paying",
		},
		"invoice": {
			" apply pending_review", "pending_review approve issuing", "pending_review reject rejected", "pending_review cancel cancelled",
			"issuing issue issued if electronic", "issuing issue issued if digital", "issuing issue to_sign if paper",
			"issuing cancel cancelling if paper", "cancelling cancel_accept cancelled", "cancelling cancel_refuse issuing_cancel_failed",
			"issuing_cancel_failed issue issued if electronic", "issuing_cancel_failed issue issued if digital",
			"issuing_cancel_failed issue to_sign if paper", "to_sign sign issued", "issued return_request returning",
			"return_refused return_request returning", "returning return_done returned", "returning return_refuse return_refused",
		},
	}
	for _, table := range []Table{BillTable(), RequestTable(), InvoiceTable()} {
		var got []string
		for _, e := range table.Edges {
			line := fmt.Sprintf("%s %s %s", e.From, e.Trigger, e.To)
			if e.When != "" {
				line += " if " + e.When
			}
			got = append(got, line)
		}
		if !slices.Equal(got, want[table.Name]) {
			t.Errorf("%s:\n%s\nwant\n%s", table.Name, strings.Join(got, "\n"), strings.Join(want[table.Name], "\n"))
		}
	}
}

func TestNamedRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"confirming twice", second(NextBill(BillIssuing, BillConfirm)), CodeBillConfirmed},
		{"confirming while the period runs", second(NextBill(BillEstimated, BillConfirm)), CodeBillNotPending},
		{"disputing after confirmation", second(NextBill(BillIssuing, BillDispute)), CodeBillNotPending},
		{"submitting twice", second(NextRequest(RequestProcessing, RequestSubmit, RequestFacts{})), CodeRequestExists},
		{"cancelling while paying", second(NextRequest(RequestPaying, RequestCancel, RequestFacts{})), CodeRequestNotCancellable},
		{"F55: held before paid", second(NextRequest(RequestProcessing, RequestApprove, RequestFacts{Held: true})), CodeHeld},
		{"F55: held before paying", second(NextRequest(RequestInvoiceReview, RequestApprove, RequestFacts{InvoiceNeeded: true, Held: true})), CodeHeld},
		{"held money may still be invoiced", second(NextRequest(RequestProcessing, RequestApprove, RequestFacts{InvoiceNeeded: true, Held: true})), ""},
		{"held money may be given back", second(NextRequest(RequestProcessing, RequestCancel, RequestFacts{Held: true})), ""},
		{"a rejected invoice is not applied for again", second(NextInvoice(InvoiceRejected, InvoiceApply, MediumPaper)), CodeInvoiceExists},
		{"withdrawing a return", second(NextInvoice(InvoiceReturning, InvoiceCancel, MediumDigital)), CodeReturnNotWithdrawable},
		{"an unknown medium", second(NextInvoice(InvoiceIssuing, InvoiceIssue, "clay")), CodeUnknownMedium},
		{"accepting an opportunity nobody shared", second(NextOpportunity(OpportunityRegistered, OpportunityAccept)), CodeOpportunityNotShared},
		{"closing a shared opportunity", second(NextOpportunity(OpportunityShared, OpportunityClose)), CodeOpportunityNotOpen},
		{"approving a rejected registration", second(NextRegistration(RegistrationRejected, RegistrationApprove)), CodeRegistrationNotPending},
	} {
		if got := codeOf(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func second[S any](_ S, err error) error { return err }

func TestStateWords(t *testing.T) {
	t.Parallel()
	if !BillIssued.Confirmed() || !BillExpired.Confirmed() || BillIssuing.Confirmed() || !BillEstimated.Open() || BillDisputed.Open() {
		t.Error("a bill is confirmed from issued on and open while estimated")
	}
	var live, covering []InvoiceState
	for _, s := range invoiceMachine.states {
		if s.Live() {
			live = append(live, s)
		}
		if s.Covers() {
			covering = append(covering, s)
		}
	}
	if len(live) != 8 || !slices.Equal(covering, []InvoiceState{InvoiceToSign, InvoiceIssued, InvoiceReturnRefused}) {
		t.Errorf("live %v, covering %v", live, covering)
	}
	var counting []RegistrationState
	for _, s := range registrationMachine.states {
		if s.Counts() {
			counting = append(counting, s)
		}
	}
	if !slices.Equal(counting, []RegistrationState{RegistrationPending, RegistrationRegistered}) {
		t.Errorf("counting registrations %v", counting)
	}
}

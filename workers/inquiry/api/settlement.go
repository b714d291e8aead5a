package api

import (
	"context"
	"net/http"
	"time"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/inquiry/access"
	"github.com/accruald/accruald/workers/inquiry/account"
	"github.com/accruald/accruald/workers/money"
)

// settlements are what became of incentives: payment requests, invoices, and
// what reconciliation found.
func settlements() []Operation {
	return []Operation{
		{
			ID: "ListPaymentRequests", Method: http.MethodGet, Path: "/v2/partners/payment-requests",
			Summary: "Payment requests with the bills that they take from.",
			Right:   access.Settlement, Handle: with(listPaymentRequests),
		},
		{
			ID: "ShowPaymentRequest", Method: http.MethodGet, Path: "/v2/partners/payment-requests/{payment_request_id}",
			Summary: "One payment request with the bills that it takes from and its invoices.",
			Right:   access.Settlement, Handle: with(showPaymentRequest),
		},
		{
			ID: "ListInvoices", Method: http.MethodGet, Path: "/v2/partners/invoices",
			Summary: "Invoices of either direction.",
			Right:   access.Settlement, Handle: with(listInvoices),
		},
		{
			ID: "ShowInvoice", Method: http.MethodGet, Path: "/v2/partners/invoices/{invoice_id}",
			Summary: "One invoice with every step that it took, by whom and why, and the steps that it can take.",
			Right:   access.Settlement, Handle: with(showInvoice),
		},
		{
			ID: "ListFindings", Method: http.MethodGet, Path: "/v2/partners/findings",
			Summary: "What reconciliation found: differences between two views of the books, or between the books and a statement.",
			Right:   access.Findings, Handle: with(listFindings),
		},
		{
			ID: "ShowFinding", Method: http.MethodGet, Path: "/v2/partners/findings/{finding_id}",
			Summary: "One finding with the rows of both sides.",
			Right:   access.Findings, Handle: with(showFinding),
		},
	}
}

type listPaymentRequestsRequest struct {
	State string `query:"state" enum:"processing,awaiting_invoice,invoice_review,paying,paid,cancelled" doc:"Only in this state."`
	Page
}

type paymentRequestsResponse struct {
	PaymentRequests []account.Request `json:"payment_requests"`
	TotalCount      int               `json:"total_count"`
}

func listPaymentRequests(ctx context.Context, call *Call, request *listPaymentRequestsRequest) (*paymentRequestsResponse, error) {
	out := &paymentRequestsResponse{PaymentRequests: []account.Request{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		list, total, err := rows.Requests(ctx, p.ID, request.State, request.Offset, request.Limit)
		if err != nil {
			return err
		}
		if err := loadBillsOf(ctx, rows, p, list); err != nil {
			return err
		}
		out.TotalCount = total
		for _, r := range list {
			out.PaymentRequests = append(out.PaymentRequests, account.RequestOf(p, r))
		}
		return nil
	})
	return out, err
}

// loadBillsOf brings the bills that requests take from.
func loadBillsOf(ctx context.Context, rows *workers.Snapshot, p *decision.Partner, list []*decision.Request) error {
	var scopes []decision.Scope
	for _, r := range list {
		for _, part := range r.Bills {
			scopes = append(scopes, decision.Scope{Kind: decision.ScopeBill, ID: part.BillID})
		}
	}
	return rows.Load(ctx, p, scopes...)
}

type showPaymentRequestRequest struct {
	RequestID string `path:"payment_request_id" max:"64" doc:"The payment request."`
}

type paymentRequestResponse struct {
	account.Request
	Invoices []account.Invoice `json:"invoices"`
}

// requestInvoicesMax bounds the invoices that are told with a request.
const requestInvoicesMax = 1000

func showPaymentRequest(ctx context.Context, call *Call, request *showPaymentRequestRequest) (*paymentRequestResponse, error) {
	out := &paymentRequestResponse{Invoices: []account.Invoice{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.Load(ctx, p, decision.Scope{Kind: decision.ScopeRequest, ID: request.RequestID}); err != nil {
			return err
		}
		found := p.Requests.Get(request.RequestID)
		if found == nil {
			return Denied()
		}
		if err := loadBillsOf(ctx, rows, p, []*decision.Request{found}); err != nil {
			return err
		}
		invoices, total, err := rows.Invoices(ctx, p.ID, "", found.ID, 0, requestInvoicesMax)
		if err != nil {
			return err
		}
		if total > requestInvoicesMax {
			return NotAllowed("payment request %s has more than %d invoices: list them by its id", quoted(found.ID), requestInvoicesMax)
		}
		out.Request = account.RequestOf(p, found)
		for _, i := range invoices {
			out.Invoices = append(out.Invoices, account.InvoiceOf(p, i))
		}
		return nil
	})
	return out, err
}

type listInvoicesRequest struct {
	State     string `query:"state" enum:"pending_review,rejected,cancelled,issuing,cancelling,issuing_cancel_failed,to_sign,issued,returning,return_refused,returned" doc:"Only in this state."`
	RequestID string `query:"payment_request_id" max:"64" doc:"Only of this payment request."`
	Page
}

type invoicesResponse struct {
	Invoices   []account.Invoice `json:"invoices"`
	TotalCount int               `json:"total_count"`
}

func listInvoices(ctx context.Context, call *Call, request *listInvoicesRequest) (*invoicesResponse, error) {
	out := &invoicesResponse{Invoices: []account.Invoice{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		list, total, err := rows.Invoices(ctx, p.ID, request.State, request.RequestID, request.Offset, request.Limit)
		out.TotalCount = total
		for _, i := range list {
			out.Invoices = append(out.Invoices, account.InvoiceOf(p, i))
		}
		return err
	})
	return out, err
}

type showInvoiceRequest struct {
	InvoiceID string `path:"invoice_id" max:"64" doc:"The invoice."`
}

type invoiceResponse struct {
	account.Invoice
	Transitions  []account.Transition `json:"transitions"`
	NextTriggers []string             `json:"next_triggers"`
}

func showInvoice(ctx context.Context, call *Call, request *showInvoiceRequest) (*invoiceResponse, error) {
	out := &invoiceResponse{}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		if err := rows.Load(ctx, p, decision.Scope{Kind: decision.ScopeInvoice, ID: request.InvoiceID}); err != nil {
			return err
		}
		invoice := p.Invoices.Get(request.InvoiceID)
		if invoice == nil {
			return Denied()
		}
		triggers, err := rows.InvoiceTriggers(ctx, p.ID, invoice.ID)
		if err != nil {
			return err
		}
		steps := make([]account.Trigger, len(triggers))
		for i, t := range triggers {
			steps[i] = account.Trigger(t)
		}
		out.Invoice, out.NextTriggers = account.InvoiceOf(p, invoice), account.TriggersOf(invoice)
		out.Transitions, err = account.TransitionsOf(invoice, steps)
		return err
	})
	return out, err
}

type listFindingsRequest struct {
	Kind     string `query:"kind" max:"64" doc:"Only of this kind."`
	State    string `query:"state" enum:"open,closed" doc:"Only in this state."`
	Severity string `query:"severity" enum:"error,warning,notice" doc:"Only of this severity."`
	Page
}

type findingsResponse struct {
	Findings   []finding `json:"findings"`
	TotalCount int       `json:"total_count"`
}

// A finding is a difference that reconciliation found.
type finding struct {
	FindingID  string        `json:"finding_id"`
	Kind       string        `json:"kind"`
	Severity   string        `json:"severity"`
	State      string        `json:"state"`
	Keys       []findingKey  `json:"keys"`
	Cycle      string        `json:"cycle,omitzero"`
	Expected   string        `json:"expected"`
	Found      string        `json:"found"`
	Difference events.Amount `json:"difference"`
	Currency   string        `json:"currency,omitzero"`
	OpenedAt   time.Time     `json:"opened_at"`
	SeenAt     time.Time     `json:"seen_at"`
	SeenCount  int64         `json:"seen_count"`
	ClosedAt   *time.Time    `json:"closed_at"`
}

type findingKey struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type findingRow struct {
	Source string `json:"source"`
	ID     string `json:"id"`
	Text   string `json:"text"`
}

func findingOf(f *workers.StoredFinding) finding {
	digits, err := money.Currency(f.Currency).Digits()
	if err != nil { // the sides differ by no amount
		digits = 0
	}
	out := finding{FindingID: f.FindingID, Kind: f.Kind, Severity: f.Severity, State: f.State, Keys: []findingKey{}, Cycle: f.Cycle, Expected: f.Expected,
		Found: f.Finding.Found, Difference: events.NewAmount(f.Difference, max(digits, -f.Difference.Exponent())), Currency: f.Currency,
		OpenedAt: f.OpenedAt.UTC(), SeenAt: f.SeenAt.UTC(), SeenCount: f.SeenCount}
	if f.ClosedAt != nil {
		at := f.ClosedAt.UTC()
		out.ClosedAt = &at
	}
	for _, key := range f.About {
		out.Keys = append(out.Keys, findingKey(key))
	}
	return out
}

func listFindings(ctx context.Context, call *Call, request *listFindingsRequest) (*findingsResponse, error) {
	out := &findingsResponse{Findings: []finding{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		filter := workers.FindingFilter{Kind: request.Kind, State: request.State, Severity: request.Severity}
		list, total, err := rows.Findings(ctx, p.ID, filter, request.Offset, request.Limit)
		out.TotalCount = total
		for i := range list {
			out.Findings = append(out.Findings, findingOf(&list[i]))
		}
		return err
	})
	return out, err
}

type showFindingRequest struct {
	FindingID string `path:"finding_id" max:"64" doc:"The finding."`
}

type findingResponse struct {
	finding  `json:",inline"`
	Evidence []findingRow `json:"evidence"`
}

func showFinding(ctx context.Context, call *Call, request *showFindingRequest) (*findingResponse, error) {
	out := &findingResponse{Evidence: []findingRow{}}
	err := call.Read(ctx, func(rows *workers.Snapshot, p *decision.Partner) error {
		found, err := rows.Finding(ctx, p.ID, request.FindingID)
		if err != nil {
			return err
		}
		if found == nil {
			return Denied()
		}
		out.finding = findingOf(found)
		for _, row := range found.Evidence {
			out.Evidence = append(out.Evidence, findingRow(row))
		}
		return nil
	})
	return out, err
}

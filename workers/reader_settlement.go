package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

const (
	// judgeRoundsMax bounds how often a judgement asks for rows that are not
	// there.
	judgeRoundsMax = 8
	// invoiceStepsMax is how many steps of an invoice are told. Returns that
	// are refused can be asked for again without end.
	invoiceStepsMax = 10_000
)

// Applicable returns what of a partner's bill may be applied for at a time,
// and what stands against it.
func (s *Snapshot) Applicable(ctx context.Context, p *decision.Partner, bill *decision.Bill, at time.Time) (decimal.Decimal, []string, error) {
	for range judgeRoundsMax {
		amount, blockedBy, err := p.Applicable(s.Common, bill, at)
		needs, lacking := errors.AsType[*decision.ErrNeeds](err)
		if !lacking {
			return amount, blockedBy, err
		}
		if err := s.Load(ctx, p, needs.Scopes...); err != nil {
			return amount, nil, err
		}
	}
	return decimal.Decimal{}, nil, fmt.Errorf("judge bill %q: more than %d rounds of loading", bill.ID, judgeRoundsMax)
}

// LoadHolds brings what tells of a detail what its holds are about: the holds,
// and the debts that credit is frozen for.
func (s *Snapshot) LoadHolds(ctx context.Context, p *decision.Partner) error {
	if err := s.LoadRows(ctx, p, HoldRows); err != nil {
		return err
	}
	return s.Load(ctx, p, decision.Scope{Kind: decision.ScopeHolds}, decision.Scope{Kind: decision.ScopeBook})
}

// DetailsOfBill brings one page of a bill's details, by id.
func (s *Snapshot) DetailsOfBill(ctx context.Context, partnerID, billID string, offset, limit int) ([]*decision.Detail, error) {
	rows, err := db.New(s.tx).DetailPageOfBill(ctx, db.DetailPageOfBillParams{PartnerID: partnerID, BillID: billID, PassedOver: int32(offset), Page: int32(limit)}) //nolint:gosec // within the bounds of a page
	if err != nil {
		return nil, fmt.Errorf("list the details of bill %q: %w", billID, err)
	}
	return restoreAll[decision.Detail](rows, func(r db.DetailPageOfBillRow) (string, []byte) { return r.ID, r.Document })
}

// Requests returns one page of a partner's payment requests, by id, and how
// many there are; an empty state is every state.
func (s *Snapshot) Requests(ctx context.Context, partnerID, state string, offset, limit int) ([]*decision.Request, int, error) {
	queries := db.New(s.tx)
	total, err := queries.CountRequests(ctx, partnerID, state)
	if err != nil {
		return nil, 0, fmt.Errorf("count the payment requests of partner %q: %w", partnerID, err)
	}
	rows, err := queries.RequestPage(ctx, db.RequestPageParams{PartnerID: partnerID, State: state, PassedOver: int32(offset), Page: int32(limit)}) //nolint:gosec // within the bounds of a page
	if err != nil {
		return nil, 0, fmt.Errorf("list the payment requests of partner %q: %w", partnerID, err)
	}
	list, err := restoreAll[decision.Request](rows, func(r db.RequestPageRow) (string, []byte) { return r.ID, r.Document })
	return list, int(total), err
}

// Invoices returns one page of a partner's invoices, by id, and how many there
// are; an empty state or payment request is every one.
func (s *Snapshot) Invoices(ctx context.Context, partnerID, state, requestID string, offset, limit int) ([]*decision.Invoice, int, error) {
	queries := db.New(s.tx)
	total, err := queries.CountInvoices(ctx, partnerID, state, requestID)
	if err != nil {
		return nil, 0, fmt.Errorf("count the invoices of partner %q: %w", partnerID, err)
	}
	rows, err := queries.InvoicePage(ctx, db.InvoicePageParams{PartnerID: partnerID, State: state, RequestID: requestID, PassedOver: int32(offset), Page: int32(limit)}) //nolint:gosec // within the bounds of a page
	if err != nil {
		return nil, 0, fmt.Errorf("list the invoices of partner %q: %w", partnerID, err)
	}
	list, err := restoreAll[decision.Invoice](rows, func(r db.InvoicePageRow) (string, []byte) { return r.ID, r.Document })
	return list, int(total), err
}

// An InvoiceTrigger is what moved an invoice, and when it happened.
type InvoiceTrigger struct {
	Data *events.InvoiceTriggered
	Time time.Time
}

// InvoiceTriggers lists what moved an invoice, in the order in which it was
// decided.
func (s *Snapshot) InvoiceTriggers(ctx context.Context, partnerID, invoiceID string) ([]InvoiceTrigger, error) {
	rows, err := db.New(s.tx).InvoiceTriggers(ctx, partnerID, invoiceID, invoiceStepsMax+1)
	if err != nil {
		return nil, fmt.Errorf("list the steps of invoice %q: %w", invoiceID, err)
	}
	if len(rows) > invoiceStepsMax {
		return nil, fmt.Errorf("list the steps of invoice %q: it took more than %d", invoiceID, invoiceStepsMax)
	}
	out := make([]InvoiceTrigger, len(rows))
	for i, row := range rows {
		out[i] = InvoiceTrigger{Data: new(events.InvoiceTriggered), Time: atOffset(row.Time, row.TimeOffset)}
		if err := json.Unmarshal(row.Payload, out[i].Data); err != nil {
			return nil, fmt.Errorf("read step %d of invoice %q: %w", i+1, invoiceID, err)
		}
	}
	return out, nil
}

// Findings returns one page of a partner's findings, by kind, state and
// severity, the newest first, and how many there are.
func (s *Snapshot) Findings(ctx context.Context, partnerID string, f FindingFilter, offset, limit int) ([]StoredFinding, int, error) {
	queries := db.New(s.tx)
	total, err := queries.CountFindingsOfPartner(ctx, db.CountFindingsOfPartnerParams{PartnerID: partnerID, Kind: f.Kind, State: f.State, Severity: f.Severity})
	if err != nil {
		return nil, 0, fmt.Errorf("count the findings of partner %q: %w", partnerID, err)
	}
	rows, err := queries.FindingPage(ctx, db.FindingPageParams{PartnerID: partnerID, Kind: f.Kind, State: f.State, Severity: f.Severity,
		PassedOver: int32(offset), Page: int32(limit)}) //nolint:gosec // within the bounds of a page
	if err != nil {
		return nil, 0, fmt.Errorf("list the findings of partner %q: %w", partnerID, err)
	}
	out, err := readFindings(rows)
	return out, int(total), err
}

// Finding returns one finding of a partner, nil if there is none of that id.
func (s *Snapshot) Finding(ctx context.Context, partnerID, id string) (*StoredFinding, error) {
	rows, err := db.New(s.tx).FindingsByID(ctx, partnerID, []string{id})
	if err != nil {
		return nil, fmt.Errorf("look for finding %q of partner %q: %w", id, partnerID, err)
	}
	found, err := readFindings(rows)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// restoreAll reads the documents of rows.
func restoreAll[R, Q any](rows []Q, of func(Q) (id string, document []byte)) ([]*R, error) {
	out := make([]*R, len(rows))
	for i, row := range rows {
		id, document := of(row)
		var err error
		if out[i], err = decision.Restore[R](document); err != nil {
			return nil, fmt.Errorf("row %q: %w", id, err)
		}
	}
	return out, nil
}

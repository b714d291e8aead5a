package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// A RowKind is a kind of a partner's rows that lists show whole.
type RowKind string

// The kinds.
const (
	BillRows          RowKind = "bills"
	HoldRows          RowKind = "holds"
	CoveredDetailRows RowKind = "covered details" // by a hold
	RequestRows       RowKind = "payment requests"
	InvoiceRows       RowKind = "invoices"
	CouponRows        RowKind = "coupons"
	QuotaRows         RowKind = "coupon quotas"
	OrderRows         RowKind = "orders"
	ResourceRows      RowKind = "resources"
	DetailRows        RowKind = "incentive details"
	AdjustmentRows    RowKind = "adjustments"
	LateRows          RowKind = "late details" // and the events that they are put down to
)

// anyCustomer is every customer of a partner, to a query that may be for one.
const anyCustomer = ""

// Partners lists the ids of all partners.
func (s *Snapshot) Partners(ctx context.Context) ([]string, error) {
	ids, err := db.New(s.tx).SummaryPartners(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the partners: %w", err)
	}
	return ids, nil
}

// Rows returns a partner with its rows of those kinds, without its reference
// data.
func (s *Snapshot) Rows(ctx context.Context, id string, kinds ...RowKind) (*decision.Partner, error) {
	p := decision.NewPartner(id, s.sites, decision.NewPartnerReference(), false)
	return p, s.LoadRows(ctx, p, kinds...)
}

// LoadRows brings a partner's rows of those kinds.
func (s *Snapshot) LoadRows(ctx context.Context, p *decision.Partner, kinds ...RowKind) (err error) {
	for _, kind := range kinds {
		switch kind {
		case BillRows:
			err = fill(ctx, s.tx, p.Bills, db.BillDocuments, p.ID)
			p.Loaded(decision.Scope{Kind: decision.ScopeBills})
		case HoldRows:
			err = fill(ctx, s.tx, p.Holds, db.HoldDocuments, p.ID)
		case CoveredDetailRows:
			err = fill(ctx, s.tx, p.Details, db.CoveredDetailDocuments, p.ID)
		case RequestRows:
			err = fill(ctx, s.tx, p.Requests, db.RequestDocuments, p.ID)
		case InvoiceRows:
			err = fill(ctx, s.tx, p.Invoices, db.InvoiceDocuments, p.ID)
		case CouponRows:
			err = fill(ctx, s.tx, p.Coupons, db.CouponDocuments, p.ID, anyCustomer)
		case QuotaRows:
			err = fill(ctx, s.tx, p.Quotas, db.CouponQuotaDocuments, p.ID)
		case OrderRows:
			err = fill(ctx, s.tx, p.Orders, db.OrderDocuments, p.ID)
		case ResourceRows:
			err = fill(ctx, s.tx, p.Resources, db.ResourceDocuments, p.ID)
		case DetailRows:
			err = fill(ctx, s.tx, p.Details, db.DetailDocuments, p.ID)
		case AdjustmentRows:
			err = fill(ctx, s.tx, p.Adjustments, db.AdjustmentDocuments, p.ID)
		case LateRows:
			err = s.loadLate(ctx, p)
		default:
			err = fmt.Errorf("no query brings rows of kind %q", kind)
		}
		if err != nil {
			return fmt.Errorf("load the %s of partner %q: %w", kind, p.ID, err)
		}
	}
	return nil
}

// loadLate brings the corrective details and the inputs that they are put down
// to.
func (s *Snapshot) loadLate(ctx context.Context, p *decision.Partner) error {
	if err := fill(ctx, s.tx, p.Details, db.LateDetailDocuments, p.ID); err != nil {
		return err
	}
	var partners []string
	var hashes [][]byte
	for _, detail := range p.Details.All() {
		if detail.LateOf != "" {
			hash := inputKey(detail.Event.Source, detail.Event.ID)
			partners, hashes = append(partners, p.ID), append(hashes, hash[:])
		}
	}
	rows, err := db.New(s.tx).LoadInputsByKey(ctx, partners, hashes)
	if err != nil {
		return err
	}
	for i := range rows {
		in, err := restoreInput(&rows[i])
		if err != nil {
			return err
		}
		p.Inputs.Load(decision.InputID(rows[i].Source, rows[i].EventID), in, 1)
	}
	return nil
}

// LoadDetails brings the details of a bill and those that take back of them.
func (s *Snapshot) LoadDetails(ctx context.Context, p *decision.Partner, billID string) error {
	if err := fill(ctx, s.tx, p.Details, db.DetailDocumentsOfBill, p.ID, billID); err != nil {
		return fmt.Errorf("load the details of bill %q: %w", billID, err)
	}
	return nil
}

// Telling finds out which statement told what of a partner.
func (s *Snapshot) Telling(ctx context.Context, partnerID string, zone *time.Location) (*decision.Telling, error) {
	telling, err := s.StatementRuns(ctx, partnerID, zone)
	if err != nil {
		return nil, err
	}
	queries := db.New(s.tx)
	var ends []time.Time
	var decisions []int64
	for _, run := range telling.Runs {
		ends, decisions = append(ends, run.Cycle.End(zone)), append(decisions, run.DecisionNo)
	}
	late, err := queries.DecidedLate(ctx, ends, decisions, partnerID)
	if err != nil {
		return nil, fmt.Errorf("list what partner %q decided after its statements: %w", partnerID, err)
	}
	for _, row := range late {
		telling.Late[decision.InputID(row.Source, row.EventID)] = row.DecisionNo
	}
	windows, err := queries.FirstUsageDecisions(ctx, partnerID)
	if err != nil {
		return nil, fmt.Errorf("list the usage of partner %q: %w", partnerID, err)
	}
	for _, row := range windows {
		telling.Usage[row.WindowID] = row.DecisionNo
	}
	return telling, nil
}

// StatementRuns are the runs that issued a partner's statements.
func (s *Snapshot) StatementRuns(ctx context.Context, partnerID string, zone *time.Location) (*decision.Telling, error) {
	stored, err := db.New(s.tx).StatementRuns(ctx, partnerID)
	if err != nil {
		return nil, fmt.Errorf("list the statement runs of partner %q: %w", partnerID, err)
	}
	var runs []decision.StatementRun
	for _, row := range stored {
		var data events.ScheduleApplied
		if err := json.Unmarshal(row.Payload, &data); err != nil {
			return nil, fmt.Errorf("read the statement run that partner %q decided as number %d: %w", partnerID, row.DecisionNo, err)
		}
		runs = append(runs, decision.RunOf(&data, row.DecisionNo, zone))
	}
	return decision.NewTelling(runs), nil
}

// LoadResourcesOfCustomer brings a customer's resources, also those that are
// gone, but not more than so many.
func (s *Snapshot) LoadResourcesOfCustomer(ctx context.Context, p *decision.Partner, customerID string, most int32) error {
	if err := fill(ctx, s.tx, p.Resources, db.ResourceDocumentsOfCustomer, p.ID, customerID, most); err != nil {
		return fmt.Errorf("load the resources of customer %q of partner %q: %w", customerID, p.ID, err)
	}
	return nil
}

// fill puts the rows of a query of ids and documents into a table.
func fill[R any](ctx context.Context, tx pgx.Tx, table *decision.Table[R], query string, args ...any) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	var id string
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &document}, func() error {
		row, err := decision.Restore[R](document)
		if err != nil {
			return fmt.Errorf("row %q: %w", id, err)
		}
		table.Load(id, row, 1) // nothing that only reads asks for the version
		return nil
	})
	return err
}

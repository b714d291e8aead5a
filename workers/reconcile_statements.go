package workers

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

const (
	statementOrdersMax     = 500     // that are in memory at once
	statementLinesMax      = 200_000 // of these, and of no order
	statementAdjustsMax    = 100_000 // that answer findings of one partner
	statementKindsCompared = reconciliation.PairStatements
)

// statements compares orders, refunds and adjustments with the lines of the
// statements in force (Settlement rules, section 9). An incremental run does so
// where a statement came, where differences stand open, or where something was
// decided that happened in a cycle with a statement.
//
// Ids are paged in the database's own order and compared a page at a time in
// the order of their bytes: the two differ by collation, and a page holds all
// that either side has of its orders.
func (c *comparing) statements(ctx context.Context) error {
	inForce, err := c.queries.UpstreamStatementsInForce(ctx, c.partnerID)
	if err != nil {
		return fmt.Errorf("list the statements: %w", err)
	}
	if len(inForce) == 0 { // there are no lines, and nowhere that an order could be missing
		if c.whole {
			c.covers(reconciliation.KindsOf(statementKindsCompared)...)
		}
		return nil
	}
	zone, needed, err := c.statementsNeeded(ctx, inForce)
	if err != nil || !needed {
		return err
	}
	s, err := c.statementSide(ctx, inForce, zone)
	if err != nil {
		return err
	}
	for keys := []string{""}; len(keys) > 0; {
		if err := s.page(ctx, keys); err != nil {
			return fmt.Errorf("compare orders with statements: %w", err)
		}
		keys, err = c.queries.StatementKeys(ctx, c.partnerID, keys[len(keys)-1], statementOrdersMax)
		if err != nil {
			return fmt.Errorf("list the orders behind: %w", err)
		}
	}
	c.covers(reconciliation.KindsOf(statementKindsCompared)...)
	return nil
}

// statementsNeeded says whether anything may differ otherwise than before.
func (c *comparing) statementsNeeded(ctx context.Context, inForce []db.UpstreamStatementsInForceRow) (*time.Location, bool, error) {
	profile, err := c.sites.Get(c.counters.Site)
	if err != nil {
		return time.UTC, c.whole, nil //nolint:nilerr // never enrolled: there are no orders, and nothing differs
	}
	zone := profile.Zone()
	open := slices.ContainsFunc(c.open, func(row db.CountFindingsRow) bool {
		info, known := reconciliation.Info(reconciliation.Kind(row.Kind))
		return known && info.Pair == statementKindsCompared
	})
	if c.whole || open || c.since.Statements != c.upTo.Statements {
		return zone, true, nil
	}
	last := calendar.Cycle(inForce[len(inForce)-1].Cycle)
	decided, err := c.queries.DecidedInCycles(ctx, c.partnerID, c.since.DecisionNo, last.End(zone))
	if err != nil {
		return zone, false, fmt.Errorf("look for facts of cycles with statements: %w", err)
	}
	return zone, decided, nil
}

// statementSide is the comparison of one partner with its statements.
type statementSide struct {
	*comparing
	zone  *time.Location
	cycle map[string]db.UpstreamStatementsInForceRow // by statement
	rules reconciliation.Comparison
}

func (c *comparing) statementSide(ctx context.Context, inForce []db.UpstreamStatementsInForceRow, zone *time.Location) (*statementSide, error) {
	s := &statementSide{comparing: c, zone: zone, cycle: map[string]db.UpstreamStatementsInForceRow{}}
	compared := map[string]bool{}
	for _, row := range inForce {
		s.cycle[row.StatementID] = row
		compared[row.Cycle+" "+row.Currency] = true
	}
	answers, err := c.queries.CorrectionsOfFindings(ctx, c.partnerID, statementAdjustsMax+1)
	if err != nil {
		return nil, fmt.Errorf("read the adjustments that answer findings: %w", err)
	}
	if len(answers) > statementAdjustsMax {
		return nil, fmt.Errorf("read the adjustments that answer findings: more than %d", statementAdjustsMax)
	}
	s.rules = reconciliation.Comparison{PartnerID: c.partnerID, Corrections: map[string]decimal.Decimal{},
		Compared: func(cycle string, currency money.Currency) bool { return compared[cycle+" "+string(currency)] },
		Found: func(f reconciliation.Finding) error {
			if c.run.Cycle == "" || f.Cycle == c.run.Cycle {
				c.found(statementKindsCompared, f)
			}
			return nil
		},
		Counted: func(currency money.Currency, amount decimal.Decimal) {
			count := c.count(statementKindsCompared, currency)
			count.compared++
			count.amount = count.amount.Add(amount)
		}}
	for _, row := range answers {
		s.rules.Corrections[row.FindingID] = row.Amount
	}
	return s, nil
}

// page compares some orders; "" are the lines that name none.
func (s *statementSide) page(ctx context.Context, keys []string) error {
	charges, err := s.charges(ctx, keys)
	if err != nil {
		return err
	}
	lines, err := s.lines(ctx, keys)
	if err != nil {
		return err
	}
	return s.rules.Compare(sortedBy(charges, func(c *reconciliation.Charge) string { return c.OrderID }),
		sortedBy(lines, func(l *reconciliation.StatementLine) string { return l.OrderID }))
}

// sortedBy hands rows on in the byte order of their ids; equal ones stay as they stand.
func sortedBy[R any](rows []R, id func(*R) string) iter.Seq2[R, error] {
	slices.SortStableFunc(rows, func(a, b R) int { return strings.Compare(id(&a), id(&b)) })
	return func(yield func(R, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// charges are what the books say of orders: those of resale customers, by the
// cycle of the fact, as the partner's own statement has them.
func (s *statementSide) charges(ctx context.Context, keys []string) (out []reconciliation.Charge, err error) {
	orders, err := s.queries.ChargedOrders(ctx, s.partnerID, keys)
	if err != nil {
		return nil, fmt.Errorf("read the orders: %w", err)
	}
	customers := map[string]*decision.Order{}
	for _, row := range orders {
		order, err := decision.Restore[decision.Order](row.Document)
		if err != nil {
			return nil, fmt.Errorf("read order %q: %w", row.ID, err)
		}
		if order.Association != incentive.AssociationResale {
			continue
		}
		customers[row.ID] = order
		if order.Payment == nil && order.Refund == nil {
			continue // settled without money: a conversion, a change at renewal
		}
		at, sums := order.Turnover()
		charge := reconciliation.Charge{OrderID: row.ID, CustomerID: order.CustomerID, Cycle: string(calendar.CycleOf(at, s.zone)), Currency: order.Currency()}
		charge.BillType, charge.Amount = reconciliation.BillExpenditure, sums.Consumption
		if order.Refund != nil && order.Payment == nil {
			charge.BillType, charge.Amount = reconciliation.BillRefund, sums.Refunds
		}
		charge.Evidence = evidence("customer_order", row.ID, map[string]string{"kind": order.Kind, "customer_id": order.CustomerID, "cycle": charge.Cycle,
			"at": at.Format(time.RFC3339), "amount": money.Fixed(charge.Amount, charge.Currency), "currency": string(charge.Currency)})
		out = append(out, charge)
	}
	adjustments, err := s.queries.OrderAdjustments(ctx, s.partnerID, keys)
	if err != nil {
		return nil, fmt.Errorf("read the adjustments: %w", err)
	}
	for _, row := range adjustments {
		adjustment, err := decision.Restore[decision.Adjustment](row.Document)
		if err != nil {
			return nil, fmt.Errorf("read adjustment %q: %w", row.ID, err)
		}
		order := customers[adjustment.OrderID]
		if order == nil {
			continue // of an order that is not on the statement
		}
		cycle := string(calendar.CycleOf(adjustment.Event.Time, s.zone))
		out = append(out, reconciliation.Charge{OrderID: order.ID, CustomerID: order.CustomerID, BillType: reconciliation.BillAdjustment, Cycle: cycle,
			Currency: adjustment.Currency, Amount: adjustment.Amount, Evidence: evidence("adjustment", row.ID, map[string]string{"order_id": order.ID, "cycle": cycle,
				"reason": adjustment.Reason, "amount": money.Fixed(adjustment.Amount, adjustment.Currency), "currency": string(adjustment.Currency)})})
	}
	return out, nil
}

// lines are what the statements in force say of orders.
func (s *statementSide) lines(ctx context.Context, keys []string) (out []reconciliation.StatementLine, err error) {
	rows, err := s.queries.UpstreamLinesOfOrders(ctx, s.partnerID, keys, statementLinesMax+1)
	if err != nil {
		return nil, fmt.Errorf("read the lines: %w", err)
	}
	if len(rows) > statementLinesMax {
		return nil, fmt.Errorf("read the lines of %d orders from %q on: more than %d; has the file a column of ids?", len(keys), keys[0], statementLinesMax)
	}
	for i := range rows {
		row := &rows[i]
		statement := s.cycle[row.StatementID]
		place := statement.File + " line " + strconv.FormatInt(row.PartLine, 10)
		if row.Part != "" {
			place = statement.File + " " + row.Part + " line " + strconv.FormatInt(row.PartLine, 10)
		}
		currency := money.Currency(statement.Currency)
		out = append(out, reconciliation.StatementLine{OrderID: row.MatchID, CustomerID: row.CustomerID, BillType: row.BillType, Cycle: statement.Cycle,
			Currency: currency, Amount: row.Amount, StatementID: row.StatementID, Hash: base64.RawURLEncoding.EncodeToString(row.LineHash),
			Evidence: evidence(place, row.StatementID+"/"+strconv.FormatInt(row.LineNo, 10), map[string]string{"bill_type": row.BillType, "customer_id": row.CustomerID,
				"order_id": row.OrderID, "original_order_id": row.OriginalOrderID, "invoice_id": row.InvoiceID, "product": cmp.Or(row.ProductTypeCode, row.ProductType),
				"cycle": statement.Cycle, "amount": money.Fixed(row.Amount, currency), "currency": statement.Currency})})
	}
	return out, nil
}

// evidence is a row for people; members without a value are left out.
func evidence(source, id string, members map[string]string) reconciliation.Row {
	for name, value := range members {
		if value == "" {
			delete(members, name)
		}
	}
	text, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		panic(err) // texts can be written
	}
	return reconciliation.Row{Source: source, ID: id, Text: string(text)}
}

package workers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/reconciliation"
)

// Adjustments that answer findings. A correction is never an edit: it is an
// event that goes the way of all others and refers to the finding, which the
// next run of the reconciliation closes.

// An AdjustmentWish is what somebody says of an adjustment; what is empty
// follows from the finding.
type AdjustmentWish struct {
	FindingID       string // or the beginning of it
	OrderID, BillID string
	Amount          *decimal.Decimal
	Reason          string
	Actor           string
}

// ErrAdjusted says that the adjustment was posted before: the same finding by
// the same amount.
var ErrAdjusted = errors.New("this adjustment was posted before; nothing was done")

// DraftAdjustment makes the event that answers a finding. Its id follows from
// the finding as it stands, what is adjusted and the amount, so a repetition is
// the same one; when a run has seen what is left, that is answered anew.
func DraftAdjustment(ctx context.Context, pool *pgxpool.Pool, wish AdjustmentWish) (*events.AdjustmentPosted, error) {
	queries := db.New(pool)
	row, err := findingNamed(ctx, queries, wish.FindingID)
	if err != nil {
		return nil, err
	}
	if row.State != "open" {
		return nil, fmt.Errorf("adjust finding %q: it is closed since run %q, and there is nothing to answer", row.FindingID, row.ClosedRun)
	}
	finding, err := restoredFinding(row)
	if err != nil {
		return nil, err
	}
	answer, err := reconciliation.AnswerTo(finding)
	if err != nil {
		return nil, fmt.Errorf("adjust finding %q: %w", row.FindingID, err)
	}
	if wish.OrderID != "" || wish.BillID != "" {
		answer.OrderID, answer.BillID = wish.OrderID, wish.BillID
	}
	if wish.Amount != nil {
		answer.Amount = *wish.Amount
	}
	data := &events.AdjustmentPosted{PartnerID: row.PartnerID, OrderID: answer.OrderID, BillID: answer.BillID, Amount: answer.Amount,
		Corrects: row.FindingID, Reason: cmp.Or(wish.Reason, fmt.Sprintf("%s: expected %s, found %s", row.Kind, row.Expected, row.Found)) + " (" + wish.Actor + ")"}
	if data.Currency, err = adjustable(ctx, queries, finding, answer); err != nil {
		return nil, fmt.Errorf("adjust finding %q: %w", row.FindingID, err)
	}
	data.AdjustmentID = events.DeriveID("adjustment_of_finding", row.PartnerID, row.FindingID, strconv.FormatInt(row.Version, 10), answer.OrderID, answer.BillID, answer.Amount.String())
	posted, err := queries.LoadAdjustments(ctx, []string{row.PartnerID}, []string{data.AdjustmentID})
	if err != nil {
		return nil, fmt.Errorf("look for adjustment %q: %w", data.AdjustmentID, err)
	}
	if len(posted) > 0 {
		return data, fmt.Errorf("adjust finding %q by %s %s: %w", row.FindingID, answer.Amount, data.Currency, ErrAdjusted)
	}
	return data, nil
}

// findingNamed returns the one finding whose id begins so.
func findingNamed(ctx context.Context, queries *db.Queries, prefix string) (db.Finding, error) {
	const several = 5
	rows, err := queries.FindingsNamed(ctx, prefix, several)
	switch {
	case err != nil:
		return db.Finding{}, fmt.Errorf("look up finding %q: %w", prefix, err)
	case len(rows) == 0 || prefix == "":
		return db.Finding{}, fmt.Errorf("there is no finding %q: take the id from `accruald findings`", prefix)
	case len(rows) > 1:
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.FindingID
		}
		return db.Finding{}, fmt.Errorf("several findings begin with %q, as %s: write more of the id", prefix, strings.Join(ids, ", "))
	default:
		return rows[0], nil
	}
}

func restoredFinding(row db.Finding) (*reconciliation.Finding, error) {
	f := &reconciliation.Finding{Kind: reconciliation.Kind(row.Kind), Severity: reconciliation.Severity(row.Severity), PartnerID: row.PartnerID,
		Expected: row.Expected, Found: row.Found, Difference: row.Difference, Currency: money.Currency(row.Currency), Cycle: row.Cycle}
	if err := json.Unmarshal(row.Keys, &f.Keys); err != nil {
		return nil, fmt.Errorf("read the keys of finding %q: %w", row.FindingID, err)
	}
	if err := json.Unmarshal(row.Evidence, &f.Evidence); err != nil {
		return nil, fmt.Errorf("read the evidence of finding %q: %w", row.FindingID, err)
	}
	return f, nil
}

// adjustable checks what is to be adjusted, and returns its currency.
func adjustable(ctx context.Context, queries *db.Queries, f *reconciliation.Finding, answer reconciliation.Answer) (string, error) {
	info, _ := reconciliation.Info(f.Kind)
	var currency string
	switch {
	case answer.OrderID != "" && answer.BillID != "":
		return "", fmt.Errorf("an adjustment is of an order or of a bill: name one of them, by --order or --bill")
	case answer.OrderID == "" && answer.BillID == "":
		return "", fmt.Errorf("nothing says what is to be adjusted: name an order by --order, or a bill by --bill. %s", info.Mend)
	case answer.BillID != "":
		rows, err := queries.LoadBills(ctx, []string{f.PartnerID}, []string{answer.BillID})
		if err != nil {
			return "", fmt.Errorf("look up bill %q: %w", answer.BillID, err)
		}
		if len(rows) == 0 || rows[0].Document == nil {
			return "", fmt.Errorf("partner %q has no bill %q: take the id from `accruald bills --csv`", f.PartnerID, answer.BillID)
		}
		if info.Pair == reconciliation.PairStatements {
			return "", fmt.Errorf("a statement has no incentive bills: adjusting one would leave the difference; adjust the order, by --order")
		}
		bill, err := decision.Restore[decision.Bill](rows[0].Document)
		if err != nil {
			return "", fmt.Errorf("read bill %q: %w", answer.BillID, err)
		}
		currency = string(bill.Currency)
		if f.Currency != "" && f.Currency != bill.Currency {
			return "", fmt.Errorf("bill %q is in %s, the difference in %s. %s", answer.BillID, currency, f.Currency, info.Mend)
		}
	default:
		known, err := queries.OrderCurrencies(ctx, f.PartnerID, []string{answer.OrderID})
		if err != nil {
			return "", fmt.Errorf("look up order %q: %w", answer.OrderID, err)
		}
		if len(known) == 0 {
			return "", fmt.Errorf("partner %q has no order %q, so it cannot be adjusted. %s", f.PartnerID, answer.OrderID, info.Mend)
		}
		currency = cmp.Or(string(f.Currency), known[0].Currency)
		if known[0].Currency != currency {
			return "", fmt.Errorf("order %q is in %s, the difference in %s. %s", answer.OrderID, known[0].Currency, currency, info.Mend)
		}
	}
	if answer.Amount.IsZero() {
		return "", fmt.Errorf("the finding has no amount: say by how much to adjust, by --amount")
	}
	if currency == "" {
		return "", fmt.Errorf("the finding has no currency: adjust an order, whose currency is known, by --order")
	}
	if err := money.Valid(answer.Amount, money.Currency(currency)); err != nil {
		return "", err
	}
	return currency, nil
}

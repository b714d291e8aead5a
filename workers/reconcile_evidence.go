package workers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/reconciliation"
)

const (
	// evidenceFindingsMax bounds for how many findings of one partner rows are
	// read: of more, the first tell what happened, and the others keep their keys.
	evidenceFindingsMax = 1_000
	// evidenceKeysMax bounds how many keys one query asks for.
	evidenceKeysMax = 500
	// evidenceBytesMax bounds what a finding keeps of one row.
	evidenceBytesMax = 4_000
)

// evidenceQueries read the rows that findings rest on. They take the partner,
// keys, and how many rows of a key and how much of a row are kept; they answer
// with the key, the row's id and text, and how many rows the key has.
var evidenceQueries = map[reconciliation.Rows]string{
	"customer_order": db.EvidenceOrders, "incentive_detail": db.EvidenceDetails, "incentive_bill": db.EvidenceBills,
	"payment_request": db.EvidenceRequests, "hold": db.EvidenceHolds, "debt": db.EvidenceDebts, "repayment": db.EvidenceRepayments,
	"adjustment": db.EvidenceAdjustments, "invoice": db.EvidenceInvoices, "coupon": db.EvidenceCoupons, "coupon_quota": db.EvidenceQuotas,
	"usage": db.EvidenceUsages, "resource": db.EvidenceResources, "input": db.EvidenceInputs, "inbox_key": db.EvidenceKeys, "partner": db.EvidencePartners,

	reconciliation.RowsInputsOfRow:   db.EvidenceInputsOfRows,
	reconciliation.RowsOfInput:       db.EvidenceRowsOfInputs,
	reconciliation.RowsDecisions:     db.EvidenceDecisions,
	reconciliation.RowsPostings:      db.EvidencePostingsAround,
	reconciliation.RowsPostingsInput: db.EvidencePostingsOfInputs,
	reconciliation.RowsPostingsFact:  db.EvidencePostingsOfFacts,
	reconciliation.RowsPostingsBill:  db.EvidencePostingsOfBills,
	reconciliation.RowsDetailsOrder:  db.EvidenceDetailsOfOrders,
	reconciliation.RowsDetailsBill:   db.EvidenceDetailsOfBills,
	reconciliation.RowsDetailsHold:   db.EvidenceDetailsOfHolds,
	reconciliation.RowsBillOfDetail:  db.EvidenceBillsOfDetails,
	reconciliation.RowsBillsNetted:   db.EvidenceBillsNetted,
	reconciliation.RowsHoldsOfDetail: db.EvidenceHoldsOfDetails,
	reconciliation.RowsDebtsIn:       db.EvidenceDebtsOfCurrency,
	reconciliation.RowsRepaymentsIn:  db.EvidenceRepaymentsOfCurrency,
	reconciliation.RowsRequestsBill:  db.EvidenceRequestsOfBills,
	reconciliation.RowsRequestOf:     db.EvidenceRequestsOfInvoices,
	reconciliation.RowsRequestsOf:    db.EvidenceRequestsOfAssociations,
	reconciliation.RowsInvoicesOf:    db.EvidenceInvoicesOfRequests,
	reconciliation.RowsOrdersCoupon:  db.EvidenceOrdersOfCoupons,
	reconciliation.RowsCouponsQuota:  db.EvidenceCouponsOfQuotas,
	reconciliation.RowsUsagesOf:      db.EvidenceUsagesOfResources,
	reconciliation.RowsOutboxAround:  db.EvidenceOutboxAround,
	reconciliation.RowsOutboxWaiting: db.EvidenceOutboxOfPartitions,
}

// evidence reads the rows of both sides of what was found, at the moment at
// which it was compared: of what agrees nothing is read.
func (c *comparing) evidence(ctx context.Context) error {
	found := c.findings[:min(len(c.findings), evidenceFindingsMax)]
	asked := map[reconciliation.Rows]map[string]bool{}
	for i := range found {
		for _, at := range found[i].RowsOf() {
			if asked[at.Rows] == nil {
				asked[at.Rows] = map[string]bool{}
			}
			asked[at.Rows][at.Key] = true
		}
	}
	read := map[reconciliation.RowsAt]evidenceRows{}
	for _, rows := range slices.Sorted(maps.Keys(asked)) {
		for keys := range slices.Chunk(slices.Sorted(maps.Keys(asked[rows])), evidenceKeysMax) {
			if err := c.readEvidence(ctx, rows, keys, read); err != nil {
				return err
			}
		}
	}
	for i := range found {
		for _, at := range found[i].RowsOf() {
			found[i].TakeRows(at, read[at].rows, read[at].total)
		}
	}
	return nil
}

// evidenceRows are the first rows of a key, of total ones.
type evidenceRows struct {
	rows  []reconciliation.Row
	total int64
}

func (c *comparing) readEvidence(ctx context.Context, of reconciliation.Rows, keys []string, into map[reconciliation.RowsAt]evidenceRows) error {
	query, known := evidenceQueries[of]
	if !known {
		return fmt.Errorf("read the rows that findings rest on: nothing reads %q", of)
	}
	rows, err := c.tx.Query(ctx, query, c.partnerID, keys, reconciliation.EvidenceRowsMax, evidenceBytesMax)
	if err != nil {
		return fmt.Errorf("read %s, which findings rest on: %w", of, err)
	}
	var key, id, text string
	var total int64
	if _, err := pgx.ForEachRow(rows, []any{&key, &id, &text, &total}, func() error {
		at := reconciliation.RowsAt{Rows: of, Key: key}
		into[at] = evidenceRows{append(into[at].rows, reconciliation.Row{Source: of.Source(), ID: id, Text: text}), total}
		return nil
	}); err != nil {
		return fmt.Errorf("read %s, which findings rest on: %w", of, err)
	}
	return nil
}

// rowEvidence shows a row as it was read, its columns and its document apart.
func rowEvidence(table string, s *storedView) []reconciliation.Row {
	if !s.stored {
		return []reconciliation.Row{{Source: table, ID: s.id, Text: "none"}}
	}
	columns := make([]string, len(s.columns))
	for i := range s.columns {
		columns[i] = s.names[i] + " " + string(s.columns[i])
	}
	document := string(s.document)
	if len(document) > evidenceBytesMax {
		document = strings.ToValidUTF8(document[:evidenceBytesMax], "") + " ..." // not half a character
	}
	if document == "" {
		document = "none"
	}
	return []reconciliation.Row{{Source: table, ID: s.id, Text: strings.Join(columns, ", ")}, {Source: table + " document", ID: s.id, Text: document}}
}

// sumEvidence shows what postings come to: account, bill, currency and amount.
func sumEvidence(fact string, sums []reconciliation.Line) reconciliation.Row {
	texts := make([]string, len(sums))
	for i, l := range sums {
		texts[i] = strings.Join([]string{l.Account, l.Bill, string(l.Currency), l.Amount.String()}, "|")
	}
	if len(texts) == 0 {
		texts = []string{"nothing"}
	}
	return reconciliation.Row{Source: "posting", ID: fact, Text: strings.Join(texts, "; ")}
}

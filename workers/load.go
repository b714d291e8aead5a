package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/accruald/accruald/schema/db"
	"github.com/accruald/accruald/workers/decision"
)

// A want is what one query is asked for: pairs of partner and id, or partners
// alone.
type want struct {
	partnerIDs []string
	ids        []string
	seen       map[[2]string]bool
}

func (w *want) add(partnerID, id string) {
	if w.seen == nil {
		w.seen = map[[2]string]bool{}
	}
	if k := [2]string{partnerID, id}; !w.seen[k] {
		w.seen[k] = true
		w.partnerIDs, w.ids = append(w.partnerIDs, partnerID), append(w.ids, id)
	}
}

// A loader brings the scopes that decisions need into the working sets: one
// query a table, whatever the size of the batch.
type loader struct {
	*run
	batch                                                 pgx.Batch // of the second round trip
	chains                                                want      // ids: chain keys
	orders, resources, detailsOfOrders                    want
	inputsOfChains, inputsWaiting, inputs, retryable      want
	book, holds, bills, allBills, detailsOfBills          want
	requests, invoices, invoicesOfRequests, orderInvoices want
	allowances, paid, renewals, customers                 want
	coupons, couponsDue, quotas                           want
	usage                                                 usageWants
	holding                                               holdWants

	opportunities, sharedOpportunities, registrations, openRegistrations want
	owed                                                                 want
}

// load loads what the pending partners need, in two round trips: chains, for
// they say which orders belong together, then everything else.
func (r *run) load(ctx context.Context, pending []string) error {
	l := &loader{run: r}
	for _, id := range pending {
		w := r.partners[id]
		for s := range w.needs {
			if w.IsLoaded(s) {
				continue
			}
			if err := l.want(w, s); err != nil {
				return err
			}
		}
	}
	if err := l.loadChains(ctx); err != nil {
		return fmt.Errorf("load chains: %w", err)
	}
	if err := l.loadRows(ctx); err != nil {
		return fmt.Errorf("load rows: %w", err)
	}
	return nil
}

// want notes which query brings a scope, and that it will be there.
func (l *loader) want(w *working, s decision.Scope) error {
	w.Loaded(s)
	into := l.wantOf(s.Kind)
	switch {
	case into == nil:
		return fmt.Errorf("load scope %s %q of partner %q: no query brings it", s.Kind, s.ID, w.ID)
	case s.Kind == decision.ScopeWaiting && w.stored.Waiting == 0,
		s.Kind == decision.ScopeRetryable && w.stored.Waiting == 0 && w.stored.Retryable == 0:
		return nil // the partner's own count says that there is nothing
	case w.stored.Usages == 0 && l.usage.of(s.Kind) != nil:
		return nil
	case s.Kind == decision.ScopeInput:
		source, id, _ := strings.Cut(s.ID, "\x00")
		key := inputKey(source, id)
		into.add(w.ID, string(key[:]))
	default:
		into.add(w.ID, s.ID)
	}
	return nil
}

// loadChains brings the chains and marks all of their keys, since the whole of
// a chain follows.
func (l *loader) loadChains(ctx context.Context) error {
	if len(l.chains.ids) == 0 {
		return nil
	}
	rows, err := l.tx.Query(ctx, db.LoadChains, l.chains.partnerIDs, l.chains.ids)
	if err != nil {
		return err
	}
	defer l.wantAlone()
	return scanRows(rows, func(row storedRow) error {
		w := l.partners[row.partnerID]
		chain, err := decision.Restore[decision.Chain](row.document)
		if err != nil {
			return err
		}
		w.Chains.Load(row.id, chain, row.version)
		for _, key := range chain.Keys {
			w.ChainOf.Load(key, &decision.ChainKey{ChainID: chain.ID}, 0)
			w.Loaded(decision.Scope{Kind: decision.ScopeChain, ID: key})
			if err := l.want(w, decision.Scope{Kind: decision.ScopeWaiting, ID: key}); err != nil {
				return err
			}
			if order, resource := decision.CutChainKey(key); order != "" {
				l.orders.add(w.ID, order)
				l.detailsOfOrders.add(w.ID, order)
			} else {
				l.resources.add(w.ID, resource)
			}
		}
		return nil
	})
}

// loadRows sends every query that is wanted in one round trip.
func (l *loader) loadRows(ctx context.Context) error {
	orders := reader(l, func(w *working) *decision.Table[decision.Order] { return w.Orders })
	resources := reader(l, func(w *working) *decision.Table[decision.Resource] { return w.Resources })
	details := reader(l, func(w *working) *decision.Table[decision.Detail] { return w.Details })
	bills := reader(l, func(w *working) *decision.Table[decision.Bill] { return w.Bills })
	holds := reader(l, func(w *working) *decision.Table[decision.Hold] { return w.Holds })
	invoices := reader(l, func(w *working) *decision.Table[decision.Invoice] { return w.Invoices })

	l.pairs(db.LoadOrders, &l.orders, orders)
	l.pairs(db.LoadPaidOrders, &l.paid, reader(l, func(w *working) *decision.Table[decision.PaidOrder] { return w.PaidOrders }))
	l.pairs(db.LoadResources, &l.resources, resources)
	l.pairs(db.LoadDetailsOfOrders, &l.detailsOfOrders, details)
	l.pairs(db.LoadDetailsOfBills, &l.detailsOfBills, details)
	l.pairs(db.LoadBills, &l.bills, bills)
	l.ofPartners(db.LoadAllBills, &l.allBills, bills)
	l.ofPartners(db.LoadHoldsNotOfCredit, &l.holds, holds)
	l.ofPartners(db.LoadHoldsOfCredit, &l.book, holds)
	l.ofPartners(db.LoadDebts, &l.book, reader(l, func(w *working) *decision.Table[decision.Debt] { return w.Debts }))
	l.ofPartners(db.LoadRepayments, &l.book, reader(l, func(w *working) *decision.Table[decision.Repayment] { return w.Repayments }))
	requests := reader(l, func(w *working) *decision.Table[decision.Request] { return w.Requests })
	l.pairs(db.LoadRequests, &l.requests, requests)
	opportunities := reader(l, func(w *working) *decision.Table[decision.Opportunity] { return w.Opportunities })
	l.pairs(db.LoadOpportunities, &l.opportunities, opportunities)
	l.ofPartners(db.LoadSharedOpportunities, &l.sharedOpportunities, opportunities)
	registrations := reader(l, func(w *working) *decision.Table[decision.Registration] { return w.Registrations })
	l.pairs(db.LoadRegistrations, &l.registrations, registrations)
	l.ofPartners(db.LoadOpenRegistrations, &l.openRegistrations, registrations)
	l.ofPartners(db.LoadOwedInvoices, &l.owed, reader(l, func(w *working) *decision.Table[decision.OwedInvoice] { return w.OwedInvoices }))
	l.pairs(db.LoadInvoices, &l.invoices, invoices)
	l.pairs(db.LoadInvoicesOfRequests, &l.invoicesOfRequests, invoices)
	l.pairs(db.LoadInvoicesOfOrders, &l.orderInvoices, invoices)
	l.pairs(db.LoadAllowances, &l.allowances, reader(l, func(w *working) *decision.Table[decision.Allowance] { return w.Allowances }))
	l.pairs(db.LoadRenewals, &l.renewals, resources)
	l.pairs(db.LoadResourcesOfCustomers, &l.customers, resources)
	l.pairs(db.LoadAttempts, &l.renewals, reader(l, func(w *working) *decision.Table[decision.RenewalAttempt] { return w.Attempts }))
	l.queueCoupons()
	l.pairs(db.LoadInputsOfChains, &l.inputsOfChains, l.readInputs)
	l.pairs(db.LoadInputsWaiting, &l.inputsWaiting, l.readInputs)
	if len(l.inputs.ids) > 0 {
		hashes := make([][]byte, len(l.inputs.ids))
		for i, id := range l.inputs.ids {
			hashes[i] = []byte(id)
		}
		l.batch.Queue(db.LoadInputsByKey, l.inputs.partnerIDs, hashes).Query(l.readInputs)
	}
	l.ofPartners(db.LoadInputsRetryable, &l.retryable, l.readInputs)
	l.queueHolds()
	if err := l.queueUsage(); err != nil {
		return err
	}
	if l.batch.Len() == 0 {
		return nil
	}
	return l.tx.SendBatch(ctx, &l.batch).Close()
}

// pairs queues a query that is asked for pairs of partner and id, if any.
func (l *loader) pairs(sql string, w *want, read func(pgx.Rows) error) {
	if len(w.ids) > 0 {
		l.batch.Queue(sql, w.partnerIDs, w.ids).Query(read)
	}
}

// ofPartners queues a query that is asked for partners alone, if any.
func (l *loader) ofPartners(sql string, w *want, read func(pgx.Rows) error) {
	if len(w.partnerIDs) > 0 {
		l.batch.Queue(sql, w.partnerIDs).Query(read)
	}
}

// storedRow is a row of a table of documents; a gone row has none.
type storedRow struct {
	partnerID, id string
	version       int64
	document      []byte
}

func scanRows(rows pgx.Rows, take func(storedRow) error) error {
	defer rows.Close()
	for rows.Next() {
		var row storedRow
		if err := rows.Scan(&row.partnerID, &row.id, &row.version, &row.document); err != nil {
			return err
		}
		if err := take(row); err != nil {
			return fmt.Errorf("partner %q row %q: %w", row.partnerID, row.id, err)
		}
	}
	return rows.Err()
}

// reader puts rows of one kind into their partners' tables.
func reader[R any](l *loader, table func(*working) *decision.Table[R]) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		return scanRows(rows, func(row storedRow) error {
			w := l.partners[row.partnerID]
			if w == nil {
				return errors.New("the partner is not in the batch")
			}
			if row.document == nil {
				table(w).LoadGone(row.id, row.version)
				return nil
			}
			r, err := decision.Restore[R](row.document)
			if err != nil {
				return err
			}
			table(w).Load(row.id, r, row.version)
			return nil
		})
	}
}

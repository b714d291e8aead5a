package decision

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/incentive"
	"github.com/accruald/accruald/workers/money"
	"github.com/accruald/accruald/workers/settlement"
	"github.com/accruald/accruald/workers/site"
)

// Statements.
//
// What resale customers consume is summed by cycle as orders change. A statement
// tells what no statement has told of its cycle and those before it, so that
// what comes late stands in the next one.

// A Turnover sums what resale customers consumed in a cycle and currency, by
// the time of the facts, and says what of it statements have told.
type Turnover struct {
	Cycle    calendar.Cycle
	Currency money.Currency
	Sums     StatementSums `json:",omitempty"`
	Stated   StatementSums `json:",omitempty"`
}

// StatementSums are the parts of a statement; refunds are negative.
type StatementSums struct {
	Consumption, Refunds, Adjustments decimal.Decimal
}

func (s StatementSums) plus(o StatementSums) StatementSums {
	return StatementSums{s.Consumption.Add(o.Consumption), s.Refunds.Add(o.Refunds), s.Adjustments.Add(o.Adjustments)}
}

func (s StatementSums) negated() StatementSums {
	return StatementSums{s.Consumption.Neg(), s.Refunds.Neg(), s.Adjustments.Neg()}
}

func (s StatementSums) isZero() bool {
	return s.Consumption.IsZero() && s.Refunds.IsZero() && s.Adjustments.IsZero()
}

// A Statement is the partner's bill of a cycle and currency, issued once.
type Statement struct {
	Cycle                  calendar.Cycle
	Currency               money.Currency
	Sums                   StatementSums   `json:",omitempty"`
	Tax                    decimal.Decimal // contained in Amount
	Amount, InitiallyToPay decimal.Decimal
}

// turnover counts what the orders that changed consumed and gave back, each
// under the cycle of its time, for the statements. The partner's statement is
// of its resale customers: the others pay for themselves.
func (d *decider) turnover() error {
	if len(d.Orders.differences()) == 0 {
		return nil
	}
	profile, err := d.profile()
	if err != nil {
		return err
	}
	type key struct {
		cycle    calendar.Cycle
		currency money.Currency
	}
	changes := map[key]StatementSums{}
	count := func(o *Order, of func(StatementSums) StatementSums) {
		if o == nil || o.Association != incentive.AssociationResale {
			return
		}
		at, sums := o.Turnover()
		if !sums.isZero() {
			k := key{calendar.CycleOf(at, profile.Zone()), currencyOf(o)}
			changes[k] = changes[k].plus(of(sums))
		}
	}
	for _, diff := range d.Orders.differences() {
		count(diff.before, StatementSums.negated)
		count(diff.after, func(s StatementSums) StatementSums { return s })
	}
	for k, sums := range changes {
		d.turn(k.cycle, k.currency, sums)
	}
	return nil
}

// Turnover is what an order's customer consumed by its payment, whatever paid
// for it, or was given back by it, and when.
func (o *Order) Turnover() (at time.Time, sums StatementSums) {
	if paid(o) {
		for _, s := range o.Payment.Slices {
			sums.Consumption = sums.Consumption.Add(s.Amount)
		}
		return o.Payment.Event.Time, sums
	}
	if o.Refund != nil {
		for _, back := range returnsOf(o.Refund) {
			sums.Refunds = sums.Refunds.Sub(back.amount)
		}
	}
	return o.Event.Time, sums
}

// turn adds to the sums of a cycle and currency.
func (d *decider) turn(cycle calendar.Cycle, c money.Currency, sums StatementSums) {
	if sums.isZero() {
		return
	}
	d.need(ScopeStatements, "")
	id := statementKey(cycle, c)
	changed := Turnover{Cycle: cycle, Currency: c}
	if old := d.Turnovers.Get(id); old != nil {
		changed = *old
	}
	changed.Sums = changed.Sums.plus(sums)
	d.Turnovers.Put(id, &changed)
}

func statementKey(cycle calendar.Cycle, c money.Currency) string {
	return string(cycle) + " " + string(c)
}

// issueStatements issues the statements of the cycle before the run, one for
// each currency and once. A statement tells what of its cycle and of those
// before it no statement has told: what came late stands in the next one.
func (d *decider) issueStatements(profile *site.Profile, at time.Time) error {
	cycle := calendar.CycleOf(at, profile.Zone()).Prev()
	d.need(ScopeStatements, "")
	untold := map[money.Currency][]*Turnover{}
	for _, t := range d.Turnovers.All() {
		if t.Cycle <= cycle {
			untold[t.Currency] = append(untold[t.Currency], t)
		}
	}
	for c, turnovers := range untold {
		if d.Statements.Get(statementKey(cycle, c)) != nil {
			continue
		}
		if err := d.issueStatement(profile, &Statement{Cycle: cycle, Currency: c}, turnovers); err != nil {
			return err
		}
	}
	return nil
}

func (d *decider) issueStatement(profile *site.Profile, statement *Statement, turnovers []*Turnover) error {
	news := false
	for _, t := range turnovers {
		fresh := t.Sums.plus(t.Stated.negated())
		if fresh.isZero() {
			continue
		}
		statement.Sums = statement.Sums.plus(fresh)
		news = true
		told := *t
		told.Stated = t.Sums
		d.Turnovers.Put(statementKey(t.Cycle, t.Currency), &told)
	}
	if !news {
		return nil
	}
	var err error
	statement.Amount, statement.InitiallyToPay = settlement.StatementDue(statement.Sums.Consumption, statement.Sums.Refunds, statement.Sums.Adjustments)
	statement.Tax, err = settlement.TaxContained(statement.Amount, profile.IncentiveInvoice.OutputVATRate, statement.Currency)
	if err != nil {
		return err
	}
	d.Statements.Put(statementKey(statement.Cycle, statement.Currency), statement)
	return nil
}

// reportStatement tells a statement. Those of several currencies are of one
// thing, the partner's cycle, and count it up.
func (d *decider) reportStatement(n int, s *Statement) {
	c := s.Currency
	d.emitNth(events.TypeStatementIssued, d.ID+"/"+string(s.Cycle), n, &events.StatementIssued{Origin: origin(int64(n + 1)), PartnerID: d.ID,
		Cycle: string(s.Cycle), Currency: string(c), ConsumeAmount: in(c, s.Sums.Consumption), Refunds: in(c, s.Sums.Refunds),
		Adjustments: in(c, s.Sums.Adjustments), TaxAmount: in(c, s.Tax), BillAmount: in(c, s.Amount), InitialAmountDue: in(c, s.InitiallyToPay)})
}

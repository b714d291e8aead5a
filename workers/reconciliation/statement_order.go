package reconciliation

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// order is what both sides have of one order.
type order struct {
	c       *Comparison
	id      string
	charges []Charge
	lines   []StatementLine
}

// A heap is what one side says of an order under one bill type, cycle and currency.
type heap struct {
	billType, cycle string
	currency        money.Currency
	sum             decimal.Decimal // with every line as often as it stands there
	once            decimal.Decimal // with every line once
	customerID      string          // the first that is named
	hashes          []string        // of its lines, each once
	copies          []copies        // of lines that stand there more than once
	evidence        []Row
	rows            int64 // of which these are the first
}

// copies are the lines of one statement that are one line more than once.
type copies struct {
	hash  string
	extra decimal.Decimal // of all but the first
	rows  []Row
}

func (g *order) compare() error {
	if g.id == "" {
		return g.compareWithoutOrder()
	}
	ours, theirs := g.ourHeaps(), theirHeaps(g.lines)
	g.count(ours, theirs)
	// What agrees most is taken for the same: by bill type, cycle and currency, then with another of these.
	for _, same := range []func(o, t *heap) bool{
		func(o, t *heap) bool {
			return o.billType == t.billType && o.cycle == t.cycle && o.currency == t.currency
		},
		func(o, t *heap) bool { return o.billType == t.billType && o.cycle == t.cycle },
		func(o, t *heap) bool { return o.billType == t.billType && o.currency == t.currency },
		func(o, t *heap) bool {
			return o.cycle == t.cycle && o.currency == t.currency && o.sum.Abs().Equal(t.once.Abs())
		},
	} {
		for i := 0; i < len(ours); i++ {
			j := slices.IndexFunc(theirs, func(t *heap) bool { return same(ours[i], t) })
			if j < 0 {
				continue
			}
			if err := g.pair(ours[i], theirs[j]); err != nil {
				return err
			}
			ours, theirs = slices.Delete(ours, i, i+1), slices.Delete(theirs, j, j+1)
			i--
		}
	}
	return g.alone(ours, theirs)
}

// alone reports what only one side has. Nothing is missing where there is no statement to miss it in, or nothing in it.
func (g *order) alone(ours, theirs []*heap) error {
	for _, o := range ours {
		if !g.c.Compared(o.cycle, o.currency) {
			continue
		}
		if err := g.amounts(MissingInStatement, g.id, o, &heap{}); err != nil {
			return err
		}
	}
	for _, t := range theirs {
		if err := g.amounts(MissingInBooks, g.id, &heap{}, t); err != nil {
			return err
		}
	}
	return nil
}

// compareWithoutOrder reports lines that name no order: no books have them. Each is known by its own content.
func (g *order) compareWithoutOrder() error {
	byLine := map[string][]StatementLine{}
	var hashes []string
	for _, l := range g.lines {
		if byLine[l.Hash] == nil {
			hashes = append(hashes, l.Hash)
		}
		byLine[l.Hash] = append(byLine[l.Hash], l)
	}
	slices.Sort(hashes)
	for _, hash := range hashes {
		theirs := theirHeaps(byLine[hash])
		g.count(nil, theirs)
		for _, t := range theirs {
			if err := g.amounts(MissingInBooks, "#"+hash, &heap{}, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// pair compares what is taken for the same.
func (g *order) pair(o, t *heap) error {
	if t.customerID != "" && o.customerID != "" && t.customerID != o.customerID {
		f := g.finding(CustomerDiffers, g.id, o, t)
		f.Expected, f.Found, f.Currency = o.customerID, t.customerID, ""
		if err := g.c.Found(f); err != nil {
			return err
		}
	}
	switch {
	case o.currency != t.currency:
		f := g.finding(CurrencyDiffers, g.id, o, t)
		f.Expected, f.Found, f.Currency = amountIn(o.sum, o.currency), amountIn(t.sum, t.currency), ""
		return g.c.Found(f)
	case o.billType != t.billType:
		f := g.finding(BillTypeDiffers, g.id, o, t)
		f.Expected, f.Found = o.billType+" "+amountIn(o.sum, o.currency), t.billType+" "+amountIn(t.sum, t.currency)
		return g.c.Found(f)
	case o.cycle != t.cycle:
		f := g.finding(CycleDiffers, g.id, o, t)
		f.Keys = append(f.Keys, Key{"statement_cycle", t.cycle})
		f.Expected, f.Found = o.cycle, t.cycle
		if err := g.c.Found(f); err != nil {
			return err
		}
	}
	return g.amounts(AmountDiffers, g.id, o, t)
}

// amounts compares what an order came to, with what was adjusted for it, with its lines. What stands there twice is a
// duplicate where the books know it once, and was not adjusted.
func (g *order) amounts(kind Kind, id string, o, t *heap) error {
	adjusted := g.adjusted(id, o, t)
	expected := o.sum.Add(adjusted)
	if expected.Equal(t.sum) {
		return nil
	}
	found := t.once
	for _, d := range t.copies {
		f := g.finding(DuplicateLine, id, &heap{}, t)
		f.Keys = append(f.Keys, Key{"line", d.hash})
		f.Evidence = slices.Concat(o.shown("customer_order", id), d.rows)
		answered := g.c.Corrections[f.ID()]
		found = found.Add(answered)
		if f.Difference = d.extra.Sub(answered); f.Difference.IsZero() {
			continue
		}
		f.Expected, f.Found = "the line once", amountIn(f.Difference, f.Currency)+" more by its copies"
		if err := g.c.Found(f); err != nil {
			return err
		}
	}
	if expected.Equal(found) {
		return nil
	}
	f := g.finding(kind, id, o, t)
	f.Difference = found.Sub(expected)
	f.Expected, f.Found = amountIn(expected, f.Currency), amountIn(found, f.Currency)
	if !adjusted.IsZero() {
		f.Expected += ", " + money.Fixed(adjusted, f.Currency) + " of it by adjustments"
	}
	return g.c.Found(f)
}

// adjusted sums the adjustments that answer a difference in an order's amount, whichever of them is looked at: one that
// was posted for a missing line goes on counting when the line comes.
func (g *order) adjusted(id string, o, t *heap) (sum decimal.Decimal) {
	if len(g.c.Corrections) == 0 {
		return sum
	}
	for _, kind := range []Kind{AmountDiffers, MissingInStatement, MissingInBooks} {
		f := g.finding(kind, id, o, t)
		sum = sum.Add(g.c.Corrections[f.ID()])
	}
	for _, hash := range t.hashes {
		f := g.finding(DuplicateLine, id, &heap{}, t)
		f.Keys = append(f.Keys, Key{"line", hash})
		sum = sum.Add(g.c.Corrections[f.ID()])
	}
	return sum
}

// finding begins a finding about two sides, one of which may be empty.
func (g *order) finding(kind Kind, id string, o, t *heap) Finding {
	side := o
	if o.billType == "" {
		side = t
	}
	f := newFinding(kind, g.c.PartnerID, side.cycle, side.billType, id)
	f.Currency, f.Cycle = side.currency, side.cycle
	f.Evidence = slices.Concat(o.shown("customer_order", id), t.shown("upstream_line", id))
	return f
}

// ourHeaps sums the books' rows.
func (g *order) ourHeaps() (heaps []*heap) {
	for i := range g.charges {
		r := &g.charges[i]
		h := heapOf(&heaps, r.BillType, r.Cycle, r.Currency)
		h.sum = h.sum.Add(r.Amount)
		h.take(r.CustomerID, r.Evidence)
	}
	return heaps
}

// theirHeaps sums lines, and finds those that stand there more than once.
func theirHeaps(lines []StatementLine) (heaps []*heap) {
	type line struct{ statementID, hash string }
	firsts := map[line]*StatementLine{}
	for i := range lines {
		l := &lines[i]
		h := heapOf(&heaps, l.BillType, l.Cycle, l.Currency)
		h.sum = h.sum.Add(l.Amount)
		h.take(l.CustomerID, l.Evidence)
		first := firsts[line{l.StatementID, l.Hash}]
		if first == nil {
			firsts[line{l.StatementID, l.Hash}] = l
			h.once, h.hashes = h.once.Add(l.Amount), append(h.hashes, l.Hash)
			continue
		}
		at := slices.IndexFunc(h.copies, func(c copies) bool { return c.hash == l.Hash })
		if at < 0 {
			h.copies, at = append(h.copies, copies{hash: l.Hash, rows: []Row{first.Evidence}}), len(h.copies)
		}
		h.copies[at].extra = h.copies[at].extra.Add(l.Amount)
		if len(h.copies[at].rows) < EvidenceRowsMax {
			h.copies[at].rows = append(h.copies[at].rows, l.Evidence)
		}
	}
	return heaps
}

// heapOf returns the heap of a bill type, cycle and currency.
func heapOf(heaps *[]*heap, billType, cycle string, currency money.Currency) *heap {
	for _, h := range *heaps {
		if h.billType == billType && h.cycle == cycle && h.currency == currency {
			return h
		}
	}
	h := &heap{billType: billType, cycle: cycle, currency: currency}
	*heaps = append(*heaps, h)
	slices.SortFunc(*heaps, func(a, b *heap) int {
		return cmp.Or(cmp.Compare(a.billType, b.billType), cmp.Compare(a.cycle, b.cycle), cmp.Compare(a.currency, b.currency))
	})
	return h
}

// shown are the rows of a heap for a finding: one side of it, which may have none.
func (h *heap) shown(source, id string) []Row {
	switch more := h.rows - int64(len(h.evidence)); {
	case h.rows == 0:
		return []Row{{Source: source, ID: id, Text: "none"}}
	case more > 0:
		return append(slices.Clone(h.evidence), moreRows(source, more))
	default:
		return h.evidence
	}
}

// take notes a row.
func (h *heap) take(customerID string, row Row) {
	h.customerID = cmp.Or(h.customerID, customerID)
	h.rows++
	if len(h.evidence) < EvidenceRowsMax {
		h.evidence = append(h.evidence, row)
	}
}

func (g *order) count(ours, theirs []*heap) {
	for _, o := range ours {
		if g.c.Compared(o.cycle, o.currency) {
			g.c.Counted(o.currency, o.sum)
		}
	}
	for _, t := range theirs {
		if !slices.ContainsFunc(ours, func(o *heap) bool {
			return o.billType == t.billType && o.cycle == t.cycle && o.currency == t.currency
		}) {
			g.c.Counted(t.currency, t.sum)
		}
	}
}

func amountIn(d decimal.Decimal, c money.Currency) string { return money.Fixed(d, c) + " " + string(c) }

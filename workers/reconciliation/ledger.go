package reconciliation

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/money"
)

// A Line is what stands on one account, debit positive; Bill is "" where none has to do with it.
type Line struct {
	Account  string
	Bill     string
	Currency money.Currency
	Amount   decimal.Decimal
}

func (l *Line) key() string { return l.Account + "\x00" + l.Bill + "\x00" + string(l.Currency) }

// standsWith tells whether another line is of the same account, bill and currency.
func (l *Line) standsWith(m Line) bool {
	return l.Account == m.Account && l.Bill == m.Bill && l.Currency == m.Currency
}

// same tells whether two sets of lines, in any order and with zeros left out, are one.
func same(a, b []Line) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if at := slices.IndexFunc(b, a[i].standsWith); at < 0 || !b[at].Amount.Equal(a[i].Amount) {
			return false
		}
	}
	return true
}

// differences returns the accounts whose sums differ on both sides.
func differences(expected, found []Line) (of, got []Line) {
	sums := map[string][2]decimal.Decimal{}
	lines := map[string]Line{}
	for side, list := range [2][]Line{expected, found} {
		for _, l := range list {
			sum := sums[l.key()]
			sum[side] = sum[side].Add(l.Amount)
			sums[l.key()], lines[l.key()] = sum, l
		}
	}
	for key, sum := range sums {
		if sum[0].Equal(sum[1]) {
			continue
		}
		l := lines[key]
		l.Amount = sum[0]
		of = append(of, l)
		l.Amount = sum[1]
		got = append(got, l)
	}
	byKey := func(a, b Line) int { return cmp.Compare(a.key(), b.key()) }
	slices.SortFunc(of, byKey)
	slices.SortFunc(got, byKey)
	return of, got
}

func textOf(lines []Line) string {
	if len(lines) == 0 {
		return "nothing"
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.Account + " " + money.Fixed(l.Amount, l.Currency)
		if l.Bill != "" {
			texts[i] += " of bill " + l.Bill
		}
	}
	return strings.Join(texts, ", ")
}

// largest returns the largest difference of an account, found less expected, with its currency.
func largest(of, got []Line) (decimal.Decimal, money.Currency) {
	var most decimal.Decimal
	var currency money.Currency
	for i := range of {
		if d := got[i].Amount.Sub(of[i].Amount); currency == "" || d.Abs().GreaterThan(most.Abs()) {
			most, currency = d, of[i].Currency
		}
	}
	return most, currency
}

// A FactView is one fact: what its row says that the ledger has to show, and what its postings sum to.
type FactView struct {
	PartnerID string
	Fact      string
	HasRow    bool
	Cycle     string
	Row, Sum  []Line
	Evidence  []Row
}

// Fact compares the postings of a fact with its row; nil means that they agree.
func Fact(v *FactView) *Finding {
	if same(v.Row, v.Sum) {
		return nil
	}
	of, got := differences(v.Row, v.Sum)
	if len(of) == 0 {
		return nil
	}
	kind := LedgerDiffers
	if !v.HasRow {
		kind = LedgerWithoutRow
	}
	f := newFinding(kind, v.PartnerID, v.Fact)
	f.Expected, f.Found, f.Cycle, f.Evidence = textOf(of), textOf(got), v.Cycle, v.Evidence
	f.Difference, f.Currency = largest(of, got)
	return &f
}

// A BillView is a bill's columns, what its postings sum to, and what its details come to.
type BillView struct {
	PartnerID, BillID, Cycle string
	HasRow                   bool
	Columns, Sum             []Line
	Evidence                 []Row
}

// BillBalances compares the accounts of a bill with its columns.
func BillBalances(v *BillView) *Finding {
	of, got := differences(v.Columns, v.Sum)
	if len(of) == 0 {
		return nil
	}
	f := newFinding(BillBalance, v.PartnerID, v.BillID)
	f.Expected, f.Found, f.Cycle, f.Evidence = textOf(of), textOf(got), v.Cycle, v.Evidence
	f.Difference, f.Currency = largest(of, got)
	return &f
}

// Broken is a posting that is not what was posted.
type Broken struct {
	PartnerID       string
	No, UpTo        int64 // UpTo is the last of several that are missing
	Lost            bool
	Because         string
	Expected, Found string
	Evidence        []Row
}

// Posting makes the finding of a broken posting: one for a run of missing ones.
func Posting(b *Broken) Finding {
	kind := PostingAltered
	if b.Lost {
		kind = PostingLost
	}
	f := newFinding(kind, b.PartnerID, strconv.FormatInt(b.No, 10))
	f.Expected, f.Found, f.Evidence = b.Expected, b.Because+": "+b.Found, b.Evidence
	if b.UpTo > b.No {
		f.Found += ", and all up to " + strconv.FormatInt(b.UpTo, 10)
	}
	return f
}

// Unbalanced makes the finding of one input's lines of a fact that do not sum to zero.
func Unbalanced(partnerID string, inputNo int64, fact string, currency money.Currency, sum decimal.Decimal, evidence []Row) Finding {
	f := newFinding(PostingUnbalanced, partnerID, strconv.FormatInt(inputNo, 10), fact, string(currency))
	f.Expected, f.Found, f.Difference, f.Currency, f.Evidence = money.Fixed(decimal.Zero, currency), money.Fixed(sum, currency), sum, currency, evidence
	return f
}

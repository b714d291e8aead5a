package listing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/decision"
	"github.com/accruald/accruald/workers/settlement"
)

// CheckCycle refuses a cycle that is none; empty is every cycle.
func CheckCycle(cycle string) error {
	if cycle == "" {
		return nil
	}
	if _, err := calendar.ParseCycle(cycle); err != nil {
		return fmt.Errorf("%w: write YYYY-MM", err)
	}
	return nil
}

// A TrialBalance has what stands on every account: in each currency debits and credits come to the same.
type TrialBalance struct {
	Accounts []AccountBalance `json:"accounts"`
	Totals   []LedgerTotal    `json:"totals"`
}

// AccountBalance is one account in one currency. Balance is debit less credit.
type AccountBalance struct {
	Currency string        `json:"currency"`
	Account  string        `json:"account"`
	Normal   string        `json:"normal_side"`
	Debit    events.Amount `json:"debit"`
	Credit   events.Amount `json:"credit"`
	Balance  events.Amount `json:"balance"`
	Meaning  string        `json:"meaning"`
}

// LedgerTotal sums a currency.
type LedgerTotal struct {
	Currency   string        `json:"currency"`
	Debit      events.Amount `json:"debit"`
	Credit     events.Amount `json:"credit"`
	Difference events.Amount `json:"difference"`
}

var balanceColumns = []table.Column[AccountBalance]{
	{Name: "currency", Of: func(b *AccountBalance) any { return b.Currency }},
	{Name: "account", Of: func(b *AccountBalance) any { return b.Account }},
	{Name: "normal_side", Of: func(b *AccountBalance) any { return b.Normal }},
	{Name: "debit", Of: func(b *AccountBalance) any { return b.Debit }},
	{Name: "credit", Of: func(b *AccountBalance) any { return b.Credit }},
	{Name: "balance", Of: func(b *AccountBalance) any { return b.Balance }},
	{Name: "meaning", Of: func(b *AccountBalance) any { return b.Meaning }},
}

// Posted is what was posted to one account in one currency.
type Posted struct {
	Currency, Account string
	Debit, Credit     decimal.Decimal
}

// Balance sums up what was posted, by currency, in the order of the chart of accounts.
func Balance(posted []Posted) *TrialBalance {
	out := &TrialBalance{Accounts: []AccountBalance{}, Totals: []LedgerTotal{}}
	chart := settlement.Chart()
	rank := func(p Posted) int {
		at := slices.IndexFunc(chart, func(a settlement.Account) bool { return a.Name == p.Account })
		if at < 0 {
			return len(chart)
		}
		return at
	}
	sorted := slices.Clone(posted)
	slices.SortStableFunc(sorted, func(a, b Posted) int {
		if by := strings.Compare(a.Currency, b.Currency); by != 0 {
			return by
		}
		return rank(a) - rank(b)
	})
	for i, p := range sorted {
		in := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, p.Currency) }
		account := settlement.Account{Meaning: "not in the chart of accounts"}
		if at := rank(p); at < len(chart) {
			account = chart[at]
		}
		out.Accounts = append(out.Accounts, AccountBalance{Currency: p.Currency, Account: p.Account, Normal: string(account.Normal), Meaning: account.Meaning,
			Debit: in(p.Debit), Credit: in(p.Credit), Balance: in(p.Debit.Sub(p.Credit))})
		if i == 0 || sorted[i-1].Currency != p.Currency {
			out.Totals = append(out.Totals, LedgerTotal{Currency: p.Currency})
		}
		t := &out.Totals[len(out.Totals)-1]
		debit, credit := t.Debit.Decimal.Add(p.Debit), t.Credit.Decimal.Add(p.Credit)
		t.Debit, t.Credit, t.Difference = in(debit), in(credit), in(debit.Sub(credit))
	}
	return out
}

// Check refuses a ledger whose debits and credits differ.
func (b *TrialBalance) Check() error {
	var wrong []string
	for _, t := range b.Totals {
		if !t.Difference.Decimal.IsZero() {
			wrong = append(wrong, fmt.Sprintf("%s by %s", t.Currency, table.Plain(t.Difference)))
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("the ledger is out of balance in %s: run `accruald ledger verify` for the posting that was changed", strings.Join(wrong, " and "))
}

// WriteText writes the balance as a person reads it.
func (b *TrialBalance) WriteText(w io.Writer) error {
	var t table.Text
	rows, set := table.Rows(balanceColumns, b.Accounts)
	for _, total := range b.Totals {
		rows = append(rows, []string{total.Currency, "total", "", table.Amount(total.Debit), table.Amount(total.Credit), table.Amount(total.Difference), ""})
	}
	t.Rows(rows, set)
	return t.Write(w)
}

// WriteCSV writes the accounts for spreadsheets, without totals.
func (b *TrialBalance) WriteCSV(w io.Writer) error {
	return table.WriteCSV(w, balanceColumns, b.Accounts)
}

// A Verification says of each partner's ledger whether its chain holds.
type Verification struct {
	Ledgers []VerifiedLedger `json:"ledgers"`
}

// VerifiedLedger is one partner's: how many postings are as they were posted, and the hash of the last of them, which can
// be noted elsewhere and compared one day.
type VerifiedLedger struct {
	PartnerID string         `json:"partner_id"`
	Sound     bool           `json:"sound"`
	Postings  int64          `json:"postings"`
	LastHash  string         `json:"last_hash,omitzero"`
	Broken    *BrokenPosting `json:"broken,omitzero"`
}

// BrokenPosting is the first posting that is not what was posted.
type BrokenPosting struct {
	PostingNo int64  `json:"posting_no"`
	Because   string `json:"because"`
	Expected  string `json:"expected"`
	Found     string `json:"found"`
}

var verifiedColumns = []table.Column[VerifiedLedger]{
	{Name: "partner_id", Of: func(v *VerifiedLedger) any { return v.PartnerID }},
	{Name: "sound_postings", Of: func(v *VerifiedLedger) any { return v.Postings }},
	{Name: "outcome", Of: func(v *VerifiedLedger) any {
		if v.Broken == nil {
			return "sound, last hash " + v.LastHash
		}
		return fmt.Sprintf("broken at posting %d: %s", v.Broken.PostingNo, v.Broken.Because)
	}},
}

// Add takes the outcome of one partner.
func (v *Verification) Add(end decision.LedgerCheck, broken *decision.BrokenLedger) {
	ledger := VerifiedLedger{PartnerID: end.PartnerID, Sound: broken == nil, Postings: end.No, LastHash: end.Hash.String()}
	if broken != nil {
		ledger.Postings, ledger.LastHash = broken.No-1, ""
		ledger.Broken = &BrokenPosting{PostingNo: broken.No, Because: broken.Because, Expected: broken.Expected, Found: broken.Found}
	}
	v.Ledgers = append(v.Ledgers, ledger)
}

// WriteText writes the outcomes as a person reads them.
func (v *Verification) WriteText(w io.Writer) error {
	var t table.Text
	t.Rows(table.Rows(verifiedColumns, v.Ledgers))
	return t.Write(w)
}

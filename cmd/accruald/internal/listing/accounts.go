package listing

import (
	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/workers/settlement"
)

// Account is one account of the chart.
type Account struct {
	Account string `json:"account"`
	Normal  string `json:"normal_side"`
	Meaning string `json:"meaning"`
}

// Accounts lists the chart of accounts.
func Accounts() *List[Account] {
	l := &List[Account]{Rows: []Account{}, columns: []table.Column[Account]{
		{Name: "account", Of: func(a *Account) any { return a.Account }},
		{Name: "normal_side", Of: func(a *Account) any { return a.Normal }},
		{Name: "meaning", Of: func(a *Account) any { return a.Meaning }},
	}}
	for _, a := range settlement.Chart() {
		l.Rows = append(l.Rows, Account{Account: a.Name, Normal: string(a.Normal), Meaning: a.Meaning})
	}
	return l
}

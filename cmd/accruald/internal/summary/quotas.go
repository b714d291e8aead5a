package summary

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/cmd/accruald/internal/table"
	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/decision"
)

// quotaTypes are what a quota's coupons are called, by its type.
var quotaTypes = [...]string{"cash", "flexi"}

// QuotaList is what `accruald quotas` shows: coupon quotas by partner and id.
type QuotaList struct {
	Quotas []QuotaRow `json:"quotas"`

	partnerID string
}

// QuotaRow is one coupon quota: granted = balance + issued - given back.
type QuotaRow struct {
	PartnerID     string        `json:"partner_id"`
	QuotaID       string        `json:"quota_id"`
	Type          string        `json:"type"`
	Currency      string        `json:"currency"`
	State         string        `json:"state"`
	Amount        events.Amount `json:"amount"`
	Issued        events.Amount `json:"issued"`
	GivenBack     events.Amount `json:"given_back"`
	Balance       events.Amount `json:"balance"`
	EffectiveTime time.Time     `json:"effective_time"`
	ExpireTime    time.Time     `json:"expire_time"`
	Remark        string        `json:"remark,omitzero"`
}

// NewQuotaList returns a list of nothing, for a partner or with "" for all.
func NewQuotaList(partnerID string) *QuotaList {
	return &QuotaList{Quotas: []QuotaRow{}, partnerID: partnerID}
}

// MemoryQuotas lists what an engine holds.
func MemoryQuotas(m *decision.Memory, partnerID string) *QuotaList {
	l := NewQuotaList(partnerID)
	for id, p := range m.Partners {
		for _, q := range p.Quotas.All() {
			l.Add(id, q)
		}
	}
	return l.Sorted()
}

// Add lists a quota if it is of the partner.
func (l *QuotaList) Add(partnerID string, q *decision.Quota) {
	if l.partnerID != "" && l.partnerID != partnerID {
		return
	}
	currency := string(q.Currency)
	of := func(d decimal.Decimal) events.Amount { return table.AmountIn(d, currency) }
	row := QuotaRow{PartnerID: partnerID, QuotaID: q.ID, Type: quotaTypes[q.Type], Currency: currency, State: string(q.State), Amount: of(q.Amount),
		Issued: of(q.Issued), GivenBack: of(q.GivenBack), Balance: of(q.Balance()), EffectiveTime: q.EffectiveTime, ExpireTime: q.ExpireTime}
	if q.Overdrawn().IsPositive() {
		row.Remark = remarkOverdrawn
	}
	l.Quotas = append(l.Quotas, row)
}

// Sorted brings the list into its order.
func (l *QuotaList) Sorted() *QuotaList {
	slices.SortFunc(l.Quotas, func(a, b QuotaRow) int {
		return cmp.Or(cmp.Compare(a.PartnerID, b.PartnerID), cmp.Compare(a.QuotaID, b.QuotaID))
	})
	return l
}

// WriteText writes the list as a person reads it.
func (l *QuotaList) WriteText(w io.Writer) error {
	var t text
	rows := [][]string{{"partner", "quota", "type", "currency", "state", "granted", "issued", "given back", "balance", "valid until", "remark"}}
	for _, q := range l.Quotas {
		rows = append(rows, []string{q.PartnerID, q.QuotaID, q.Type, q.Currency, q.State, table.Amount(q.Amount), table.Amount(q.Issued), table.Amount(q.GivenBack),
			table.Amount(q.Balance), q.ExpireTime.Format(time.RFC3339), q.Remark})
	}
	t.Rows(rows, "lllllrrrrll")
	t.Line("\nGranted = balance + issued - given back.")
	return t.Write(w)
}

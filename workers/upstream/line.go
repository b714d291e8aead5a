package upstream

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/workers/calendar"
	"github.com/accruald/accruald/workers/money"
)

// A Line is one line of a statement. What a customer owes is positive, what lessens it negative.
type Line struct {
	No       int64 // counts the lines of the statement from 1
	Part     string
	PartLine int // where it stands in its part

	CustomerID, OrderID, OriginalOrderID, InvoiceID string
	Cycle                                           calendar.Cycle
	BillType                                        BillType
	BillingMode                                     string
	ProductType, ProductTypeCode                    string
	ProductName, ProductID                          string
	ResourceID                                      string
	Amount                                          decimal.Decimal
	ListAmount, SettlementAmount                    *decimal.Decimal // where the file has them
	Currency                                        money.Currency

	Hash [hashBytes]byte // of all cells: lines with one hash are one line twice
}

// hashBytes tell lines apart.
const hashBytes = 16

// hashOf hashes cells, each behind its length.
func hashOf(cells []string) (out [hashBytes]byte) {
	content := make([]byte, 0, 256)
	for _, cell := range cells {
		content = binary.BigEndian.AppendUint32(content, uint32(len(cell))) //nolint:gosec // a line has at most recordBytesMax
		content = append(content, cell...)
	}
	sum := sha256.Sum256(content)
	copy(out[:], sum[:])
	return out
}

// Matches is the order that the line is compared with: of an adjustment the one that it adjusts, where the line says so.
func (l *Line) Matches() string {
	if l.BillType == Adjustment && l.OriginalOrderID != "" {
		return l.OriginalOrderID
	}
	return l.OrderID
}

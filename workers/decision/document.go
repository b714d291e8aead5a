package decision

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// Document is the stored form of a row: JSON with Go field names, decimals
// without trailing zeros, nothing for what is zero, so that equal rows have
// equal documents whether they were just decided or come from the database.
func Document(row any) ([]byte, error) {
	doc, err := json.Marshal(row, json.Deterministic(true), json.OmitZeroStructFields(true))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", row, err)
	}
	return doc, nil
}

// Restore reads a stored row. A member that the row does not have is an error:
// the document was written by another version.
func Restore[R any](doc []byte) (*R, error) {
	row := new(R)
	if err := json.Unmarshal(doc, row, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("decode %T: %w", row, err)
	}
	return row, nil
}

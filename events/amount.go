package events

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"
)

// Amount is a decimal that goes out with exactly Scale digits after the point, as a string ("262.50").
type Amount struct {
	Decimal decimal.Decimal
	Scale   int32
}

// NewAmount returns d at the given scale. It never rounds: a d with more digits is an error when it is encoded.
func NewAmount(d decimal.Decimal, scale int32) Amount { return Amount{Decimal: d, Scale: scale} }

// Text returns the amount with exactly Scale digits after the point, or an error if that would lose digits.
func (a Amount) Text() (string, error) {
	text := a.Decimal.String()
	whole, fraction, _ := strings.Cut(text, ".")
	missing := int(a.Scale) - len(fraction)
	if missing < 0 {
		return "", fmt.Errorf("encode amount %q: it has more than %d digits after the point; round it by rule before", text, a.Scale)
	}
	if a.Scale == 0 {
		return whole, nil
	}
	return whole + "." + fraction + strings.Repeat("0", missing), nil
}

// MarshalJSONTo writes the amount as a JSON string of fixed scale.
func (a Amount) MarshalJSONTo(enc *jsontext.Encoder) error {
	text, err := a.Text()
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.String(text))
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote; the scale is the number of digits after the point.
func (a *Amount) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != '"' {
		return fmt.Errorf("decode amount: want a string, have %s", token.Kind())
	}
	text := token.String()
	d, r := parseDecimal(text)
	if r != nil {
		return fmt.Errorf("decode amount %q: %s", text, r.Message)
	}
	_, fraction, _ := strings.Cut(text, ".")
	a.Decimal, a.Scale = d, int32(len(fraction)) // parseDecimal admits at most fractionDigitsMax
	return nil
}

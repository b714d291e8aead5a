package events

import (
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"
)

// expect refuses a value of another JSON kind. The value is skipped first, so that the pointer is the value's.
func expect(dec *jsontext.Decoder, kind jsontext.Kind, want string) error {
	have := dec.PeekKind()
	if have == kind {
		return nil
	}
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return reject(CodeFieldInvalid, dec.StackPointer(), "want %s, have %s", want, kindName(have))
}

func kindName(kind jsontext.Kind) string {
	switch kind {
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	default:
		return "null"
	}
}

// located gives a rule's refusal the pointer of the value just read; nil stays nil, as an error.
func located(dec *jsontext.Decoder, r *Rejection) error {
	if r == nil {
		return nil
	}
	r.Pointer = string(dec.StackPointer())
	return r
}

func decodeBool(dec *jsontext.Decoder, v reflect.Value) error {
	if dec.PeekKind() != 't' {
		if err := expect(dec, 'f', "true or false"); err != nil {
			return err
		}
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	v.SetBool(token.Bool())
	return nil
}

func decodeString(check rule[string]) decoder {
	return func(dec *jsontext.Decoder, v reflect.Value) error {
		if err := expect(dec, '"', "a string"); err != nil {
			return err
		}
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		text := token.String()
		v.SetString(text)
		return located(dec, check(text))
	}
}

func decodeInt(check rule[int]) decoder {
	return func(dec *jsontext.Decoder, v reflect.Value) error {
		if err := expect(dec, '0', "an integer"); err != nil {
			return err
		}
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		text := token.String()
		n, err := strconv.Atoi(text)
		if err != nil {
			return reject(CodeFieldInvalid, dec.StackPointer(), "%s is not an integer in range, written in digits", shown(text))
		}
		v.SetInt(int64(n))
		return located(dec, check(n))
	}
}

// decodeDecimal reads a decimal string; a quantity also as a plain JSON number short enough to be exact everywhere.
func decodeDecimal(check rule[decimal.Decimal], quantity bool) decoder {
	return func(dec *jsontext.Decoder, v reflect.Value) error {
		kind := dec.PeekKind()
		if kind != '"' && (kind != '0' || !quantity) {
			if err := dec.SkipValue(); err != nil {
				return err
			}
			return reject(CodeAmountInvalid, dec.StackPointer(),
				"want a decimal as a string, such as \"262.57\", have %s", kindName(kind))
		}
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		text := token.String()
		if kind == '0' && len(text) > numberDigitsMax {
			return reject(CodeAmountOutOfRange, dec.StackPointer(), "%s is too long for a number; send it as a string", shown(text))
		}
		d, r := parseDecimal(text)
		if r != nil {
			return located(dec, r)
		}
		*v.Addr().Interface().(*decimal.Decimal) = d
		return located(dec, check(d))
	}
}

func decodeTime(dec *jsontext.Decoder, v reflect.Value) error {
	if err := expect(dec, '"', "a time as a string"); err != nil {
		return err
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	t, r := parseTime(token.String())
	if r != nil {
		return located(dec, r)
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

func decodePointer(inner decoder) decoder {
	return func(dec *jsontext.Decoder, v reflect.Value) error {
		v.Set(reflect.New(v.Type().Elem()))
		return inner(dec, v.Elem())
	}
}

func decodeList(item decoder, spec ruleSpec) decoder {
	return func(dec *jsontext.Decoder, v reflect.Value) error {
		if err := expect(dec, '[', "a list"); err != nil {
			return err
		}
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
		var names map[string]bool
		if spec.unique {
			names = map[string]bool{}
		}
		for n := 0; dec.PeekKind() != ']'; n++ {
			if n == spec.lenMax {
				code := CodeTooManyItems
				if spec.lines {
					code = CodeTooManyLines
				}
				return reject(code, dec.StackPointer().Parent(), "more than %d items", spec.lenMax)
			}
			v.Grow(1)
			v.SetLen(n + 1)
			v.Index(n).SetZero()
			if err := item(dec, v.Index(n)); err != nil {
				return err
			}
			if !spec.unique {
				continue
			}
			name := v.Index(n).String()
			if names[name] {
				return reject(CodeDuplicateItem, dec.StackPointer(), "%s stands in the list twice", shown(name))
			}
			names[name] = true
		}
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
		if v.Len() < spec.lenMin {
			return reject(CodeTooFewItems, dec.StackPointer(), "fewer than %d items", spec.lenMin)
		}
		return nil
	}
}

package events

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"
)

// fieldsMax is how many fields a struct may have: one bit each for what has been seen.
const fieldsMax = 64

// decoder reads one JSON value into v and checks it. Its error is a *Rejection, with the value's pointer, or the
// reader's syntax error.
type decoder func(dec *jsontext.Decoder, v reflect.Value) error

// plan is how a struct is read: which members it has, which are required, how each is decoded and checked. It is made
// once per type from the json and rule tags.
type plan struct {
	fields []plannedField
	byName map[string]int
}

type plannedField struct {
	name     string
	index    []int
	required bool
	decode   decoder
}

var (
	decimalType = reflect.TypeFor[decimal.Decimal]()
	timeType    = reflect.TypeFor[time.Time]()
)

func planOf(t reflect.Type) (*plan, error) {
	p := &plan{byName: map[string]int{}}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue // its fields are visible themselves
		}
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if _, taken := p.byName[name]; taken || name == "" {
			return nil, fmt.Errorf("plan %s.%s: the name %q is taken or empty", t, f.Name, name)
		}
		spec, err := parseRule(f.Tag.Get("rule"))
		if err != nil {
			return nil, fmt.Errorf("plan %s.%s: %w", t, f.Name, err)
		}
		decode, err := decoderOf(f.Type, spec)
		if err != nil {
			return nil, fmt.Errorf("plan %s.%s: %w", t, f.Name, err)
		}
		p.byName[name] = len(p.fields)
		p.fields = append(p.fields, plannedField{
			name: name, index: f.Index, required: option == "", decode: decode,
		})
	}
	if len(p.fields) > fieldsMax {
		return nil, fmt.Errorf("plan %s: more than %d fields", t, fieldsMax)
	}
	return p, nil
}

func decoderOf(t reflect.Type, spec ruleSpec) (decoder, error) {
	switch {
	case t == decimalType:
		check, ok := decimalRules[spec.name]
		if !ok {
			return nil, fmt.Errorf("rule %q is not for a decimal", spec.name)
		}
		return decodeDecimal(check, spec.name == "quantity"), nil
	case t == timeType && spec.name == "time":
		return decodeTime, nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return decodeBool, nil
	case reflect.String:
		check, err := stringRuleOf(spec)
		return decodeString(check), err
	case reflect.Int:
		check, err := intRuleOf(spec)
		return decodeInt(check), err
	case reflect.Struct:
		nested, err := planOf(t)
		return nested.decode, err
	case reflect.Pointer:
		inner, err := decoderOf(t.Elem(), spec)
		return decodePointer(inner), err
	case reflect.Slice:
		item, err := decoderOf(t.Elem(), spec)
		return decodeList(item, spec), err
	}
	return nil, fmt.Errorf("no decoder for %s", t)
}

// checker is implemented by payload structs whose fields restrict each other. The pointer of what it returns is
// relative to the struct.
type checker interface{ check() *Rejection }

// decode reads an object. Unknown members are skipped, since fields may be added; null is as good as absent.
func (p *plan) decode(dec *jsontext.Decoder, v reflect.Value) error {
	if err := expect(dec, '{', "an object"); err != nil {
		return err
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	var seen uint64
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		i, known := p.byName[name.String()]
		if !known || dec.PeekKind() == 'n' {
			if err := dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		seen |= 1 << i
		if err := p.fields[i].decode(dec, v.FieldByIndex(p.fields[i].index)); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for i := range p.fields {
		if p.fields[i].required && seen&(1<<i) == 0 {
			at := dec.StackPointer().AppendToken(p.fields[i].name)
			return reject(CodeFieldMissing, at, "%q is required", p.fields[i].name)
		}
	}
	if c, ok := v.Addr().Interface().(checker); ok {
		if r := c.check(); r != nil {
			r.Pointer = string(dec.StackPointer()) + r.Pointer
			return r
		}
	}
	return nil
}

// partner returns the data's partner_id, and whether the type has one.
func (p *plan) partner(v reflect.Value) (string, bool) {
	i, ok := p.byName["partner_id"]
	if !ok {
		return "", false
	}
	return v.FieldByIndex(p.fields[i].index).String(), true
}

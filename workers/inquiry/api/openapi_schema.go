package api

import (
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
	"github.com/accruald/accruald/workers/inquiry"
)

// schemas are the types that a document names, by name.
type schemas object

// A direction says which way a value goes: of what is sent any member may be
// left out or null, and others are passed over; what is answered is complete.
type direction string

const (
	sent     direction = "Sent"
	answered direction = ""
)

var kinds = map[reflect.Kind]string{
	reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number",
	reflect.Int: "integer", reflect.Int8: "integer", reflect.Int16: "integer", reflect.Int32: "integer", reflect.Int64: "integer",
}

// selfWritten are types that write themselves.
var selfWritten = map[reflect.Type]object{
	reflect.TypeFor[time.Time]():       {"type": "string", "format": "date-time"},
	reflect.TypeFor[inquiry.Number]():  {"type": "number", "description": "Exact, with all digits."},
	reflect.TypeFor[events.Amount]():   {"type": "string", "pattern": `^-?\d+(\.\d+)?$`, "description": "Exact, with the digits of its currency."},
	reflect.TypeFor[decimal.Decimal](): {"type": "string", "pattern": `^-?\d+(\.\d+)?$`, "description": "Exact."},
	reflect.TypeFor[jsontext.Value]():  {},
}

// of describes a type. Structs with a name stand once, among the components.
func (s schemas) of(t reflect.Type, d direction) object {
	if known, is := selfWritten[t]; is {
		if t == reflect.TypeFor[decimal.Decimal]() && d == sent {
			return object{"type": []string{"string", "number"}}
		}
		return known
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNothing(s.of(t.Elem(), d))
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem(), d)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem(), d)}
	case reflect.Struct:
		return s.named(t, d)
	default:
		if kind := kinds[t.Kind()]; kind != "" {
			return object{"type": kind}
		}
		return object{}
	}
}

// orNothing admits null as well.
func orNothing(of object) object {
	if kind, single := of["type"].(string); single {
		out := object{}
		for name, value := range of {
			out[name] = value
		}
		out["type"] = []string{kind, "null"}
		return out
	}
	if _, list := of["type"].([]string); list || len(of) == 0 {
		return of
	}
	return object{"anyOf": []object{of, {"type": "null"}}}
}

// named refers to a struct by its name, with its package where two have the
// same.
func (s schemas) named(t reflect.Type, d direction) object {
	if t.Name() == "" {
		return s.structure(t, d)
	}
	folders := strings.Split(t.PkgPath(), "/")
	plain := strings.NewReplacer("[", "_", "]", "", "/", ".", "*", "").Replace(t.Name())
	name := folders[len(folders)-1] + "." + plain + string(d)
	if _, known := s[name]; !known {
		s[name] = object{} // a type that has itself inside ends here
		s[name] = s.structure(t, d)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (s schemas) structure(t reflect.Type, d direction) object {
	properties, required := object{}, []string{}
	s.members(t, d, properties, &required)
	out := object{"type": "object", "properties": properties}
	if d == answered {
		out["additionalProperties"] = false
		if len(required) > 0 {
			out["required"] = required
		}
	}
	return out
}

// members adds the fields of a struct; those of embedded ones stand beside
// them.
func (s schemas) members(t reflect.Type, d direction, properties object, required *[]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		inline := strings.Contains(options, "inline") || field.Anonymous && name == ""
		switch {
		case name == "-" || !field.IsExported() && !inline:
			continue
		case inline:
			of := field.Type
			if of.Kind() == reflect.Pointer {
				of = of.Elem()
			}
			s.members(of, d, properties, required)
			continue
		case name == "":
			name = field.Name
		}
		of := s.of(field.Type, d)
		if d == sent {
			of = orNothing(of)
		}
		properties[name] = of
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

package api

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/accruald/accruald/workers/calendar"
)

// In says where a parameter stands.
type In string

// The places.
const (
	InPath   In = "path"
	InQuery  In = "query"
	InHeader In = "header"
)

// A Parameter is one member of a request that is not in the body. It is
// declared by the tags of a struct's field:
//
//	path:"order_id"      its name and place; or query:"...", header:"..."
//	default:"10"         the value where none is sent
//	required:"true"      it has to be sent; path parameters always
//	min:"0" max:"100"    of a number, or of the characters of a text (or of each text of a list)
//	enum:"0,1,2"         the values there are
//	format:"cycle"       of texts: cycle (2026-03), date (2026-03-18) or date-time (2026-03-18T09:20:00Z)
//	doc:"..."            what it means, for people
//
// The field is a string, int, bool, time.Time (format date or date-time), or
// a pointer to one, nil where nothing was sent, or []string: repeated, or
// separated by commas. A field with the tag body:"" takes the JSON document,
// with body:"optional" also none.
// Embedded structs are looked into.
type Parameter struct {
	Name     string
	In       In
	Type     reflect.Type // string, int, bool, time.Time or []string
	Required bool
	Default  string
	Min, Max *int
	Items    *int // most values of a list in a body
	Enum     []string
	Format   Format
	Doc      string

	index   []int
	pointer bool
}

// A Format is how a text is written.
type Format string

// The formats.
const (
	FormatCycle    Format = "cycle"
	FormatDate     Format = "date"
	FormatDateTime Format = "date-time"
)

// layouts are how times of a format are written; date-times are in UTC.
var layouts = map[Format]string{FormatCycle: "2006-01", FormatDate: time.DateOnly, FormatDateTime: "2006-01-02T15:04:05Z"}

// optional is the tag of a body that need not be sent.
const optional = "optional"

// listCountMax is how many texts a parameter may list.
const listCountMax = 100

// describe reads the tags of a request type.
func (h *Handler) describe(t reflect.Type, above []int) error {
	for i := range t.NumField() {
		field := t.Field(i)
		index := append(slices.Clone(above), i)
		if tag, body := field.Tag.Lookup("body"); body {
			members, err := membersOf(field.Type)
			if err != nil {
				return fmt.Errorf("body: %w", err)
			}
			h.Body = &Body{Type: field.Type, Members: members, Optional: tag == optional, index: index}
			continue
		}
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			if err := h.describe(field.Type, index); err != nil {
				return err
			}
			continue
		}
		p, err := parameterOf(field)
		if err != nil {
			return fmt.Errorf("field %s: %w", field.Name, err)
		}
		p.index = index
		h.Parameters = append(h.Parameters, p)
	}
	return nil
}

func parameterOf(field reflect.StructField) (Parameter, error) {
	p, err := describeField(field)
	if err != nil {
		return p, err
	}
	for _, in := range []In{InPath, InQuery, InHeader} {
		if name, found := field.Tag.Lookup(string(in)); found {
			p.Name, p.In = name, in
		}
	}
	if p.Name == "" {
		return p, fmt.Errorf("no tag path, query, header or body")
	}
	p.Required = p.Required || p.In == InPath
	isTime := p.Type == reflect.TypeFor[time.Time]()
	switch {
	case isTime && p.Format != FormatDate && p.Format != FormatDateTime:
		return p, fmt.Errorf("a time has the format date or date-time")
	case !isTime && p.Type != reflect.TypeFor[[]string]() && !slices.Contains([]reflect.Kind{reflect.String, reflect.Int, reflect.Bool}, p.Type.Kind()):
		return p, fmt.Errorf("type %s cannot be a parameter", p.Type)
	}
	if p.Default != "" {
		_, err = p.parse([]string{p.Default})
	}
	return p, err
}

// describeField reads the tags that parameters and members have in common.
func describeField(field reflect.StructField) (Parameter, error) {
	p := Parameter{Type: field.Type, Default: field.Tag.Get("default"), Required: field.Tag.Get("required") == "true",
		Format: Format(field.Tag.Get("format")), Doc: field.Tag.Get("doc")}
	if p.Type.Kind() == reflect.Pointer {
		p.Type, p.pointer = p.Type.Elem(), true
	}
	if p.Format != "" && layouts[p.Format] == "" {
		return p, fmt.Errorf("format %q is unknown", p.Format)
	}
	if values := field.Tag.Get("enum"); values != "" {
		p.Enum = strings.Split(values, ",")
	}
	var err error
	if p.Min, err = bound(field.Tag.Get("min")); err == nil {
		p.Max, err = bound(field.Tag.Get("max"))
	}
	return p, err
}

func bound(tag string) (*int, error) {
	if tag == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(tag)
	return &n, err
}

// parse reads the values that were sent, at least one. Its errors are for the
// caller.
func (p *Parameter) parse(values []string) (reflect.Value, error) {
	if p.Type.Kind() == reflect.Slice {
		return p.parseList(values)
	}
	if len(values) > 1 {
		return reflect.Value{}, parameterError("%s was sent %d times: send it once", p.Name, len(values))
	}
	text := values[0]
	if err := p.storable(text); err != nil {
		return reflect.Value{}, err
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
		return reflect.Value{}, parameterError("%s %s is not offered: use one of %s", p.Name, quoted(text), strings.Join(p.Enum, ", "))
	}
	if p.Format != "" {
		at, err := time.Parse(layouts[p.Format], text)
		if err != nil {
			return reflect.Value{}, parameterError("%s %s is not written as %s", p.Name, quoted(text), layouts[p.Format])
		}
		if _, err := calendar.ParseCycle(text); p.Format == FormatCycle && err != nil {
			return reflect.Value{}, parameterError("%s %s is too far away", p.Name, quoted(text))
		}
		if p.Type.Kind() != reflect.String {
			return reflect.ValueOf(at), nil
		}
	}
	switch p.Type.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return reflect.Value{}, parameterError("%s %s is no whole number", p.Name, quoted(text))
		}
		return reflect.ValueOf(n).Convert(p.Type), p.within(n, "")
	case reflect.Bool:
		if text != "true" && text != "false" {
			return reflect.Value{}, parameterError("%s %s is neither true nor false", p.Name, quoted(text))
		}
		return reflect.ValueOf(text == "true").Convert(p.Type), nil
	default:
		return reflect.ValueOf(text).Convert(p.Type), p.within(len([]rune(text)), " characters")
	}
}

func (p *Parameter) parseList(values []string) (reflect.Value, error) {
	var list []string
	for _, value := range values {
		if err := p.storable(value); err != nil {
			return reflect.Value{}, err
		}
		for text := range strings.SplitSeq(value, ",") {
			if len(list) == listCountMax {
				return reflect.Value{}, parameterError("%s lists too many values: list at most %d", p.Name, listCountMax)
			}
			if len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
				return reflect.Value{}, parameterError("%s %s is not offered: use some of %s", p.Name, quoted(text), strings.Join(p.Enum, ", "))
			}
			if err := p.within(len([]rune(text)), " characters"); err != nil {
				return reflect.Value{}, err
			}
			list = append(list, text)
		}
	}
	return reflect.ValueOf(list), nil
}

// storable refuses what the database cannot be asked for.
func (p *Parameter) storable(text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return parameterError("%s is not text in UTF-8 without zero bytes", p.Name)
	}
	return nil
}

func (p *Parameter) within(n int, unit string) error {
	if p.Min != nil && n < *p.Min {
		return parameterError("%s has %d%s: use at least %d", p.Name, n, unit, *p.Min)
	}
	if p.Max != nil && n > *p.Max {
		return parameterError("%s has %d%s: use at most %d", p.Name, n, unit, *p.Max)
	}
	return nil
}

// quotedBytesMax bounds what an error says of what was sent.
const quotedBytesMax = 64

func quoted(text string) string {
	if len(text) > quotedBytesMax {
		text = text[:quotedBytesMax] + "..."
	}
	return strconv.Quote(text)
}

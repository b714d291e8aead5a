package api

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// InBody is the place of the members of a JSON document.
const InBody In = "body"

// membersOf reads the tags of a body's struct: as those of parameters, with
// the name of the tag json, and
//
//	items:"50"   most values of a list
//
// Members are *int, *string, string, []int or []string. A list's bounds and
// enum are those of each value, a text's bounds its characters. An optional
// member that is not sent, or is null, takes its default; the empty text of a
// format or an enum is as if none was sent. A body without these tags judges itself.
func membersOf(t reflect.Type) ([]Parameter, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("type %s is no struct", t)
	}
	var out []Parameter
	for i := range t.NumField() {
		field := t.Field(i)
		if !declared(field.Tag) {
			continue
		}
		p, err := describeField(field)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", field.Name, err)
		}
		p.Name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
		p.In, p.index = InBody, []int{i}
		if p.Items, err = bound(field.Tag.Get("items")); err != nil {
			return nil, err
		}
		if element := elementOf(p.Type); p.Name == "" || element != reflect.Int && element != reflect.String {
			return nil, fmt.Errorf("member %s of type %s cannot be judged", field.Name, field.Type)
		}
		if p.Default != "" && (!p.pointer || p.Type.Kind() != reflect.Int) {
			return nil, fmt.Errorf("member %s: only *int takes a default", field.Name)
		}
		if p.Default != "" {
			if _, err := p.parse([]string{p.Default}); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// memberTags are those that make a field of a body a judged member.
var memberTags = []string{"default", "required", "min", "max", "enum", "format", "items", "doc"}

func declared(tag reflect.StructTag) bool {
	return slices.ContainsFunc(memberTags, func(name string) bool { _, found := tag.Lookup(name); return found })
}

func elementOf(t reflect.Type) reflect.Kind {
	if t.Kind() == reflect.Slice {
		return t.Elem().Kind()
	}
	return t.Kind()
}

// judge checks the members of a decoded body and fills in defaults. Errors are
// *inquiry.Error and name the member.
func (b *Body) judge(body reflect.Value) error {
	for i := range b.Members {
		m := &b.Members[i]
		field := body.FieldByIndex(m.index)
		if field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0 {
			switch {
			case m.Required:
				return missingError("%s is mandatory: send it in the body", m.Name)
			case m.Default != "":
				n, _ := strconv.Atoi(m.Default) // was judged at the start
				field.Set(reflect.ValueOf(&n))
			}
			continue
		}
		if err := m.judge(reflect.Indirect(field)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parameter) judge(value reflect.Value) error {
	if value.Kind() != reflect.Slice {
		return p.judgeOne(value)
	}
	if p.Items != nil && value.Len() > *p.Items {
		return parameterError("%s lists %d values: list at most %d", p.Name, value.Len(), *p.Items)
	}
	for i := range value.Len() {
		if err := p.judgeOne(value.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Parameter) judgeOne(value reflect.Value) error {
	text := value.String()
	if value.Kind() == reflect.Int {
		text = strconv.FormatInt(value.Int(), 10)
	}
	if text == "" && (p.Format != "" || len(p.Enum) > 0) {
		return nil
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
		return parameterError("%s %s is not offered: use one of %s", p.Name, quoted(text), strings.Join(p.Enum, ", "))
	}
	if value.Kind() == reflect.Int {
		return p.within(int(value.Int()), "")
	}
	if p.Format != "" {
		if _, err := time.Parse(layouts[p.Format], text); err != nil {
			return parameterError("%s %s is not written as %s", p.Name, quoted(text), layouts[p.Format])
		}
	}
	return p.within(len([]rune(text)), " characters")
}

// instant reads a text that was judged as a date-time, nil for none.
func instant(text *string) *time.Time {
	if text == nil || *text == "" {
		return nil
	}
	at, err := time.Parse(layouts[FormatDateTime], *text)
	if err != nil {
		return nil // judged before
	}
	return &at
}

package events

import (
	"fmt"
	"strconv"
	"strings"
)

// ruleSpec is a parsed `rule` tag: a rule's name and, separated by commas, its options.
//
//	of=a|b      the values of an enum
//	min=, max=  the range of an int
//	len=1:100   how many items a list has; the rule itself is then each item's
//	unique      the list names nothing twice
//	lines       the list counts as order lines: one too many is too_many_lines
type ruleSpec struct {
	name          string
	of            []string
	low, high     int
	lenMin        int
	lenMax        int
	unique, lines bool
}

func parseRule(tag string) (ruleSpec, error) {
	options := strings.Split(tag, ",")
	spec := ruleSpec{name: options[0], high: integerDefaultMax}
	if spec.name == "" {
		return spec, fmt.Errorf("rule tag %q names no rule", tag)
	}
	for _, option := range options[1:] {
		key, value, _ := strings.Cut(option, "=")
		var err error
		switch key {
		case "of":
			spec.of = strings.Split(value, "|")
		case "min":
			spec.low, err = strconv.Atoi(value)
		case "max":
			spec.high, err = strconv.Atoi(value)
		case "len":
			_, err = fmt.Sscanf(value, "%d:%d", &spec.lenMin, &spec.lenMax)
		case "unique":
			spec.unique = true
		case "lines":
			spec.lines = true
		default:
			err = fmt.Errorf("unknown option %q", option)
		}
		if err != nil {
			return spec, fmt.Errorf("parse rule tag %q: %w", tag, err)
		}
	}
	return spec, nil
}

func (s ruleSpec) ints() ([]int, error) {
	values := make([]int, len(s.of))
	for i, text := range s.of {
		value, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("enum value %q of an integer: %w", text, err)
		}
		values[i] = value
	}
	return values, nil
}

package main

import (
	"regexp"

	"github.com/alecthomas/kong"
)

// derivedID are the ids that are hashes. One in sixty-four begins with a hyphen, which a command line takes for a flag.
var derivedID = regexp.MustCompile(`^-[A-Za-z0-9_-]{21}$`)

// tellIDs rewrites arguments so that an id that begins with a hyphen is one: as the value of the flag before it, or behind
// the "--" after which there are no flags.
func tellIDs(parser *kong.Kong, args []string) []string {
	switches := map[string]bool{}                                                  // by flag: whether it takes no value
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error { // nothing here fails
		if flag, is := node.(*kong.Flag); is {
			switches["--"+flag.Name] = flag.IsBool()
		}
		return next(nil)
	})
	var out, ids []string
	for i, arg := range args {
		if arg == "--" {
			return append(append(out, "--"), append(ids, args[i+1:]...)...)
		}
		if _, isFlag := switches[arg]; isFlag || !derivedID.MatchString(arg) {
			out = append(out, arg)
			continue
		}
		before := ""
		if len(out) > 0 {
			before = out[len(out)-1]
		}
		if isSwitch, isFlag := switches[before]; isFlag && !isSwitch {
			out[len(out)-1] = before + "=" + arg
		} else {
			ids = append(ids, arg)
		}
	}
	if len(ids) > 0 {
		out = append(append(out, "--"), ids...)
	}
	return out
}

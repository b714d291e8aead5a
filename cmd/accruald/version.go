package main

import (
	"fmt"
	"runtime/debug"

	"github.com/accruald/accruald/schema"
)

// versionCommand prints what this binary is.
type versionCommand struct{}

// Run is called by kong.
func (*versionCommand) Run(c *console) error {
	version, revision := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = " revision " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintf(c.out, "accruald %s%s, event contract 1, schema %d\n", version, revision, schema.Latest())
	return err
}

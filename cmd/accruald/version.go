package main

import (
	"fmt"
	"runtime/debug"

	"github.com/accruald/accruald/schema"
	"github.com/accruald/accruald/workers/site"
)

// versionCommand prints what this binary is.
type versionCommand struct{}

// Run is called by kong.
func (*versionCommand) Run(c *console) error {
	_, err := fmt.Fprintln(c.out, versionText())
	return err
}

// versionText says which build, contract and schema this is.
func versionText() string {
	version, revision := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = " revision " + setting.Value
			}
		}
	}
	return fmt.Sprintf("accruald %s%s, event contract 1, schema %d, site profiles %s", version, revision, schema.Latest(), site.Default())
}

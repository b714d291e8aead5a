package main

import (
	"fmt"
	"io"
	"os"

	"github.com/accruald/accruald/workers/site"
)

// siteFlags say which site profiles hold. Everything that decides the same events takes the same.
type siteFlags struct {
	File string `name:"sites" env:"ACCRUALD_SITES" placeholder:"FILE" help:"Site profiles (zones, fees, validities, holidays) in place of those of the program (default: none)."`
}

// siteBytesMax bounds a file of profiles: all sites of a hundred years of holidays need less.
const siteBytesMax = 1 << 20

// load reads the profiles, the program's own where no file is named.
func (f siteFlags) load() (site.Profiles, error) {
	if f.File == "" {
		return site.Default(), nil
	}
	file, err := os.Open(f.File)
	if err != nil {
		return site.Profiles{}, fmt.Errorf("open the site profiles: %w", err)
	}
	defer func() { _ = file.Close() }()
	document, err := io.ReadAll(io.LimitReader(file, siteBytesMax+1))
	if err != nil {
		return site.Profiles{}, fmt.Errorf("read the site profiles: %w", err)
	}
	if len(document) > siteBytesMax {
		return site.Profiles{}, fmt.Errorf("the site profiles %q have more than %d bytes: name a file of profiles", f.File, siteBytesMax)
	}
	profiles, err := site.Load(document)
	if err != nil {
		return site.Profiles{}, fmt.Errorf("load the site profiles %q: %w", f.File, err)
	}
	return profiles, nil
}

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/accruald/accruald/workers/schedule"
	"github.com/accruald/accruald/workers/site"
)

// siteFlags say which site profiles hold. Everything that decides the same events takes the same.
type siteFlags struct {
	File     string `name:"sites" env:"ACCRUALD_SITES" placeholder:"FILE" help:"Site profiles (zones, fees, validities, holidays) in place of those of the program (default: none)."`
	Holidays string `env:"ACCRUALD_HOLIDAYS" placeholder:"FILE" help:"Holidays and make-up working days of sites and years, in place of those of the profiles (default: none)."`
}

// siteBytesMax bounds a file of profiles: all sites of a hundred years of holidays need less.
const siteBytesMax = 1 << 20

// load reads the profiles, the program's own where no file is named, and checks the jobs in them.
func (f siteFlags) load() (site.Profiles, error) {
	profiles := site.Default()
	if f.File != "" {
		document, err := readProfiles("site profiles", f.File)
		if err == nil {
			profiles, err = site.Load(document)
		}
		if err != nil {
			return site.Profiles{}, fmt.Errorf("load the site profiles %q: %w", f.File, err)
		}
	}
	if f.Holidays != "" {
		document, err := readProfiles("holidays", f.Holidays)
		if err == nil {
			profiles, err = profiles.WithHolidays(document)
		}
		if err != nil {
			return site.Profiles{}, fmt.Errorf("load the holidays %q: %w", f.Holidays, err)
		}
	}
	if err := schedule.Check(profiles); err != nil {
		return site.Profiles{}, fmt.Errorf("load the site profiles %q: %w", f.File, err)
	}
	return profiles, nil
}

func readProfiles(what, path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the %s: %w", what, err)
	}
	defer func() { _ = file.Close() }()
	document, err := io.ReadAll(io.LimitReader(file, siteBytesMax+1))
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	if len(document) > siteBytesMax {
		return nil, fmt.Errorf("the %s %q have more than %d bytes: name a file of %s", what, path, siteBytesMax, what)
	}
	return document, nil
}

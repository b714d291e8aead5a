// Package site holds what differs between the sites of the vendor, China, international and Europe, as data: zones,
// validities, fees, deadlines, payment methods and working-day calendars.
//
// It owns the profiles (profiles.json, described by profiles.schema.json) and the answers that are a plain look-up in
// one of them. It does not own the rules that use these numbers: a percentage or a number of days that somebody may
// change belongs here, what happens with it belongs to the package of the rule.
//
// The profiles that come with the program can be replaced as a whole: Load reads a document of the same form. The commands
// take it by --sites FILE or ACCRUALD_SITES. Zones are compiled in, so a host needs no zone database. The international
// site's zone is Asia/Singapore and Europe's is Europe/Dublin by default.
//
// Holidays are announced year by year, with the weekend days that are worked for them. China's of 2025 and 2026 are those
// of the State Council's notices; of 2027, whose notice was not known when this was made, only the days that the regulation
// itself fixes (basis "statutory"). The other sites come without: Monday to Friday is worked. An operator loads others by
// --holidays FILE or ACCRUALD_HOLIDAYS, site by site and year by year; a deadline in a year that is missing or not whole is
// warned of (HolidayGaps). A year listed without dates says that there are none.
//
// Jobs may get other times, or be switched off, by the member jobs of a profile; package schedule checks them.
//
// Rows for terms of 4 and 5 years continue the 3-year row; the published table ends there. Incentives of policies without
// an association take the methods that need no resale: in China those of referral, internationally those without bank
// transfer.
//
// Profiles are configuration and no event: nothing on record says when they changed. Decisions follow the profiles that
// hold where and when they are made, also when an older fact makes a chain fold again. So an operator who changes them
// drains all workers, starts all of them with the same new document, under a version of its own, and keeps the old ones:
// a replay takes for each stretch of decisions the document that held then. What may change at any time without changing
// anything decided is what lies ahead: holidays and deadlines of cycles that are not closed, rows for new terms. The log
// of a worker names version and digest when it starts (Profiles.String), `accruald version` those of the program.
//
// Invariants: a loaded profile is complete and in range, never changes, and may be shared; Profiles carry the version
// and the digest of their document.
//
// Failures: a document that is not exactly of the form, with a member too many, an unknown zone, method or
// association, or a number out of range, is refused as a whole with invalid_site_profile. A site, fee row or
// association that no profile covers is an error, never a default.
package site

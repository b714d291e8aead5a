package events

// Codes of rejections at decode. They are stable: programs may rely on them, the text beside them is for people.
const (
	CodeMalformedJSON    = "malformed_json"       // not one JSON value, or not UTF-8
	CodeDuplicateKey     = "duplicate_key"        // an object names a member twice
	CodeTooDeep          = "too_deep"             // nesting beyond DepthMax
	CodeTooLarge         = "too_large"            // a document beyond DocumentBytesMax
	CodeTooManyLines     = "too_many_lines"       // more than LinesMax lines
	CodeEnvelopeInvalid  = "envelope_invalid"     // a CloudEvents attribute is missing or malformed
	CodeUnknownType      = "unknown_type"         // an event type this contract does not have
	CodeFieldMissing     = "field_missing"        // a required field is absent or null
	CodeFieldInvalid     = "field_invalid"        // wrong JSON type, or a value the field cannot have
	CodeOutOfRange       = "out_of_range"         // an integer outside its range
	CodeTooManyItems     = "too_many_items"       // a list longer than its limit
	CodeTooFewItems      = "too_few_items"        // a list shorter than its limit
	CodeAmountInvalid    = "amount_invalid"       // not a plain decimal string
	CodeAmountOutOfRange = "amount_out_of_range"  // too many digits, or a sign or size the field cannot have
	CodeIDInvalid        = "id_invalid"           // an id with other characters, or too long
	CodeTimeInvalid      = "time_invalid"         // not RFC 3339 with offset, or finer than microseconds
	CodeCurrencyInvalid  = "currency_invalid"     // not three capital letters
	CodeCurrencyMissing  = "currency_missing"     // an amount that needs a currency has none
	CodePeriodInvalid    = "period_invalid"       // an unknown period type, or a number of periods out of range
	CodeBandsInvalid     = "bands_invalid"        // bands not ascending, or an open band that is not the last
	CodeWindowInvalid    = "window_invalid"       // a span that ends before or when it begins
	CodeDuplicateLine    = "duplicate_line"       // two lines with one line id or one resource id
	CodeDuplicateItem    = "duplicate_item"       // a list that must be a set names something twice
	CodeTooManyCoupons   = "too_many_coupons"     // more than CouponsMax coupons in one payment
	CodeConflict         = "fields_conflict"      // fields that exclude each other
	CodePartition        = "partition_mismatch"   // partitionkey is not the partner of the data, or not _all
	CodeSubject          = "subject_mismatch"     // subject is not the thing the data is about
	CodeSource           = "source_not_permitted" // a type that only this system may publish
)

package pricing

// publishedCodes are the codes of the published API for refusals that it knows by a code of their own (Pricing rules,
// section 9).
var publishedCodes = map[string]string{
	CodeCouponExcludesDiscount: "CBC.99003116",
	CodeCouponPayRatioTooLow:   "CBC.99003117",
	CodeCustomerNotOfPartner:   "CBC.99000035",
	CodeCustomerNotResale:      "CBC.99000014",
	CodeQuotaNotFound:          "CBC.99000012",
	CodeQuotaState:             "CBC.99000012",
	CodeQuotaExhausted:         "CBC.99000013",
	CodeQuotaNotInForce:        "CBC.99000017",
	CodeCouponLimitsWeaker:     "CBC.99000023",
	CodeCouponOrderKindsWeaker: "CBC.99000024",
	CodeProductNotFound:        "CBC.99006006",
}

// publishedParameterError is the published code of every other refusal: a parameter is wrong.
const publishedParameterError = "CBC.0100"

// PublishedCode returns the code that the published API gives a refusal.
func PublishedCode(code string) string {
	if published, ok := publishedCodes[code]; ok {
		return published
	}
	return publishedParameterError
}

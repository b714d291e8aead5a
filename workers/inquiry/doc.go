// Package inquiry answers price inquiries in the shape of the published partner API: its member names, its types, its
// enums, its limits and its error codes. It maps requests to package pricing and quotes to responses, and computes
// nothing itself, so that what is quoted is what is charged.
//
//	Subscribe   yearly/monthly subscription           POST /v2/bills/ratings/period-resources/subscribe-rate
//	OnDemand    pay-per-use                           POST /v2/bills/ratings/on-demand-resources
//	Renew       renewal                               POST /v2/bills/ratings/period-resources/renew-rate
//	Change      change of specification (old)         POST /v1.0/{domain_id}/customer/product-mgr/query-change-rating
//	Spec        list price by specification (old)     POST /v1.0/{domain_id}/customer/product-mgr/query-rating
//	Refund      unsubscription; the published API has no such inquiry, so the shape is ours in its style
//
// # Owns
//
// The request and response structs, which requests the published API refuses before they are priced, the codes of
// single resources that cannot be renewed, and the error body.
//
// # Does not own
//
// Prices, discounts and refunds (package pricing); who may ask, which reference data and resources are shown to whom;
// transport, authentication, rate limits. Time is an argument.
//
// # Invariants
//
//   - amount = official_website_amount - discount_amount in every group, for the order and for every line
//   - groups are alternatives: one per discount that the customer may choose, at most one of them the best offer
//   - amounts are JSON numbers, except in renewals, where the published API sends text with the currency's digits
//   - a resource that one may not see is answered as one that does not exist
//
// # Decisions where the published API is silent
//
//   - The amount of a renewed resource, and that of a changed one, is what an automatic payment would be charged: the
//     list price less the discount it takes by itself.
//   - Members that are not known are passed over, as the published API does; those that are known must be right.
//   - Fees are not paid in instalments: the members about them are null, and a request for such a mode is refused.
//   - A price by specification until an absolute end date (period type 5) is the one of the whole months that fit, or
//     whole years where relativeResourcePeriodType says so, plus the days after them as the supplement of a unified expiry:
//     until a date on which n periods end it costs what n periods cost. The end date's local day counts whole; the related
//     resource's id is not looked at, since the price depends on the dates alone.
//
// # Failures
//
// A refusal is an *Error, the published body {"error_code","error_msg"}, with the rule's own code beside it as the Reason;
// ErrorOf makes one of any error. A renewal names the resources that cannot be priced in fail_resource_infos and prices the
// others.
package inquiry

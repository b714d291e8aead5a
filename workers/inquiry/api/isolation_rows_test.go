package api

// A probe names an object of somebody by one parameter. In query and body {id} is the object, or what stands in its
// place; {customer} and {reseller} are whose it is, {order} and {resource} are of a customer that the caller sees (the
// object's where it sees that one), {quota} is of the caller's partner, {account} is the caller's own.
type probe struct {
	parameter   string // of the path, the query or the body
	kind        string // of the objects that are asked for
	query, body string
	nobodys     bool // nobody is shown anything by it: no such object exists here
	resellers   bool // what is the partner's is shown to resellers too
	unread      bool // of resellers the parameter is not looked at
}

// A row says how an operation names objects, and which of its parameters that look so name none.
type row struct {
	plain    *probe // without naming anything; nil where something has to be named
	probes   []probe
	harmless []string // parameters by name that name nothing of anybody
}

// public are parameters that name what is the vendor's to publish.
var public = []string{"service_type_code", "resource_type_code", "product_id", "product_ids", "region_code", "cloud_service_types", "marker", "quota_status_list",
	"coupon_type", "status_list", "product_infos"}

const (
	renewBody       = `{"resource_ids":["{id}"],"period_type":2,"period_num":1}`
	besideRenewBody = `{"resource_ids":["{resource}","{id}"],"period_type":2,"period_num":1}`
	changeBody      = `{"resourceId":"{id}","productInfo":{"cloudServiceType":"hws.service.type.ec2","resourceType":"hws.resource.type.vm","resourceSpecCode":"s6-large"}}`
	specBody        = `{"tenantId":"t","regionId":"cn-east-3","chargingMode":0,"periodType":2,"periodNum":1,"subscriptionNum":1,"productInfos":[{"id":"1","cloudServiceType":"hws.service.type.ec2","resourceType":"hws.resource.type.vm","resourceSpecCode":"s6-small"}]}`
)

// isolation is the row of every operation.
var isolation = map[string]row{
	"ListServiceTypes": {plain: &probe{}}, "ListServiceTypesOld": {plain: &probe{}}, "ListResourceTypes": {plain: &probe{}}, "ListResourceTypesOld": {plain: &probe{}},
	"ListServiceResources": {plain: &probe{query: "service_type_code=hws.service.type.ec2"}}, "ListUsageTypes": {plain: &probe{}},
	"ListMeasureUnits": {plain: &probe{}}, "ListConversions": {plain: &probe{}},
	"ListResourceSpecs":             {plain: &probe{body: `{"cloud_service_type":"hws.service.type.ec2","resource_type":"hws.resource.type.vm","region_code":"cn-east-3","charge_mode":"1"}`}},
	"ListIncentiveDiscountPolicies": {plain: &probe{query: "time=2026-03"}},

	"ListRateOnPeriodDetail":      {plain: &probe{body: `{"project_id":"p","product_infos":[{"id":"1",` + vm + `,"period_type":2,"period_num":1,"subscription_num":1}]}`}, harmless: []string{"project_id"}},
	"ListOnDemandResourceRatings": {plain: &probe{body: `{"project_id":"p","product_infos":[{"id":"1",` + vm + `,"usage_factor":"Duration","usage_value":1,"usage_measure_id":4,"subscription_num":1}]}`}, harmless: []string{"project_id"}},
	"ListRenewRateOnPeriod":       {probes: []probe{{parameter: "resource_ids", kind: "period", body: renewBody}, {parameter: "resource_ids", kind: "period", body: besideRenewBody}}},
	"QueryChangeRating":           {probes: []probe{{parameter: "resourceId", kind: "period", body: changeBody}, {parameter: "domain_id", kind: "customer", body: `{"resourceId":"{resource}",` + changeBody[len(`{"resourceId":"{id}",`):]}}, harmless: []string{"tenantId"}},
	"QueryRating":                 {probes: []probe{{parameter: "domain_id", kind: "customer", body: specBody}}, harmless: []string{"tenantId", "regionId", "avaliableZoneId"}},

	"ListSubCustomerCoupons": {plain: &probe{}, harmless: []string{"promotion_plan_id"}, probes: []probe{
		{parameter: "coupon_id", kind: "coupon", query: "coupon_id={id}&indirect_partner_id={reseller}"}, {parameter: "order_id", kind: "couponed", query: "order_id={id}&indirect_partner_id={reseller}"},
		{parameter: "source_id", kind: "partner", query: "source_id={id}"}, {parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}"}}},
	"ListIssuedPartnerCoupons": {plain: &probe{}, probes: []probe{
		{parameter: "coupon_id", kind: "coupon", query: "coupon_id={id}&indirect_partner_id={reseller}"}, {parameter: "order_id", kind: "couponed", query: "order_id={id}&indirect_partner_id={reseller}"},
		{parameter: "customer_id", kind: "resale", query: "customer_id={id}&indirect_partner_id={reseller}"}, {parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}"}}},
	"ListPartnerCouponsRecord": {plain: &probe{}, probes: []probe{
		{parameter: "coupon_ids", kind: "coupon", query: "coupon_ids={id}&indirect_partner_id={reseller}"}, {parameter: "quota_id", kind: "quota", query: "quota_id={id}&indirect_partner_id={reseller}", resellers: true},
		{parameter: "customer_id", kind: "resale", query: "customer_id={id}&indirect_partner_id={reseller}"}, {parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}"}}},
	"CreatePartnerCoupons": {probes: []probe{
		{parameter: "quota_id", kind: "quota", body: `{"quota_id":"{id}","customer_ids":["{customer}"],"face_value":1}`},
		{parameter: "customer_ids", kind: "resale", body: `{"quota_id":"{quota}","customer_ids":["{id}"],"face_value":1,"indirect_partner_id":"{reseller}"}`},
		{parameter: "indirect_partner_id", kind: "reseller", body: `{"quota_id":"{quota}","customer_ids":["{customer}"],"face_value":1,"indirect_partner_id":"{id}"}`}}},
	"ReclaimPartnerCoupons": {probes: []probe{
		{parameter: "coupon_id", kind: "coupon", body: `{"coupon_id":"{id}","indirect_partner_id":"{reseller}"}`},
		{parameter: "indirect_partner_id", kind: "reseller", body: `{"coupon_id":"{coupon}","indirect_partner_id":"{id}"}`}}},
	"ListQuotaCoupons": {plain: &probe{body: `{}`}, probes: []probe{
		{parameter: "quota_ids", kind: "quota", body: `{"quota_ids":["{id}"]}`}, {parameter: "indirect_partner_id", kind: "reseller", body: `{"indirect_partner_id":"{id}"}`, nobodys: true}}},
	"ListIssuedCouponQuotas": {plain: &probe{}, probes: []probe{
		{parameter: "quota_id", kind: "quota", query: "quota_id={id}", nobodys: true}, {parameter: "parent_quota_id", kind: "quota", query: "parent_quota_id={id}", nobodys: true},
		{parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}", nobodys: true}}},
	"ListCouponQuotasRecords": {plain: &probe{}, probes: []probe{
		{parameter: "quota_id", kind: "quota", query: "quota_id={id}", nobodys: true}, {parameter: "parent_quota_id", kind: "quota", query: "parent_quota_id={id}", nobodys: true},
		{parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}", nobodys: true}}},

	"ListCustomerOrders": {plain: &probe{}, probes: []probe{
		{parameter: "order_id", kind: "order", query: "order_id={id}&indirect_partner_id={reseller}"}, {parameter: "customer_id", kind: "customer", query: "customer_id={id}&indirect_partner_id={reseller}"},
		{parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}"}}},
	"ShowCustomerOrderDetails": {probes: []probe{
		{parameter: "order_id", kind: "order", query: "indirect_partner_id={reseller}"}, {parameter: "indirect_partner_id", kind: "reseller", query: "indirect_partner_id={id}"}}},
	"ListOrderDiscounts":        {probes: []probe{{parameter: "order_id", kind: "unpaid", query: "order_id={id}"}}},
	"ListOrderCouponsByOrderId": {probes: []probe{{parameter: "order_id", kind: "unpaid", query: "order_id={id}"}}},
	"ShowRefundOrderDetails": {probes: []probe{
		{parameter: "order_id", kind: "refund", query: "order_id={id}&indirect_partner_id={reseller}"}, {parameter: "order_id", kind: "order", query: "order_id={id}&indirect_partner_id={reseller}"},
		{parameter: "customer_id", kind: "customer", query: "order_id={refund}&customer_id={id}&indirect_partner_id={reseller}"},
		{parameter: "indirect_partner_id", kind: "reseller", query: "order_id={refund}&indirect_partner_id={id}"}}},
	"PayOrders": {harmless: []string{"discount_infos"}, probes: []probe{
		{parameter: "order_id", kind: "unpaid", body: `{"order_id":"{id}","use_coupon":"NO","use_discount":"NO"}`},
		{parameter: "coupon_infos", kind: "coupon", body: `{"order_id":"{order}","use_coupon":"YES","coupon_infos":[{"id":"{id}","type":301}],"use_discount":"NO"}`}}},
	"CancelCustomerOrder": {probes: []probe{{parameter: "order_id", kind: "unpaid", body: `{"order_id":"{id}"}`}}},
	"RenewalResources":    {probes: []probe{{parameter: "resource_ids", kind: "period", body: renewBody}, {parameter: "resource_ids", kind: "period", body: besideRenewBody}}},
	"CancelResourcesSubscription": {probes: []probe{{parameter: "resource_ids", kind: "period", body: `{"resource_ids":["{id}"],"unsubscribe_type":1}`},
		{parameter: "resource_ids", kind: "period", body: `{"resource_ids":["{resource}","{id}"],"unsubscribe_type":1}`}}},
	"UpdatePeriodToOnDemand": {probes: []probe{{parameter: "resource_ids", kind: "period", body: `{"resource_ids":["{id}"],"operation":"SET_UP"}`},
		{parameter: "resource_ids", kind: "period", body: `{"resource_ids":["{resource}","{id}"],"operation":"SET_UP"}`}}},
	"AutoRenewalResources":       {probes: []probe{{parameter: "resource_id", kind: "period", body: `{}`}}},
	"CancelAutoRenewalResources": {probes: []probe{{parameter: "resource_id", kind: "period"}}},
	"SetResourcesRenewConfig":    {plain: &probe{body: `{"config_name":"DEDUCTION_DATE","config_value":"6"}`}},

	"ListPayPerUseCustomerResources": {probes: []probe{
		{parameter: "customer_id", kind: "customer", body: `{"customer_id":"{id}"}`}, {parameter: "order_id", kind: "order", body: `{"customer_id":"{customer}","order_id":"{id}"}`},
		{parameter: "resource_ids", kind: "period", body: `{"customer_id":"{customer}","resource_ids":["{id}"]}`},
		{parameter: "resource_ids", kind: "period", body: `{"customer_id":"{customer}","resource_ids":["{resource}","{id}"],"limit":500}`}}},
	"ListCustomerOnDemandResources": {probes: []probe{
		{parameter: "customer_id", kind: "customer", body: `{"customer_id":"{id}","indirect_partner_id":"{reseller}"}`},
		{parameter: "resource_ids", kind: "metered", body: `{"customer_id":"{customer}","resource_ids":["{id}"],"indirect_partner_id":"{reseller}"}`},
		{parameter: "indirect_partner_id", kind: "reseller", body: `{"customer_id":"{customer}","indirect_partner_id":"{id}"}`, unread: true}}},

	"ListSubCustomers": {plain: &probe{body: `{}`}, probes: []probe{
		{parameter: "customer_id", kind: "customer", body: `{"customer_id":"{id}","indirect_partner_id":"{reseller}"}`}, {parameter: "indirect_partner_id", kind: "reseller", body: `{"indirect_partner_id":"{id}"}`}}},
	"ListIndirectPartners": {plain: &probe{body: `{}`}, probes: []probe{{parameter: "indirect_partner_id", kind: "reseller", body: `{"indirect_partner_id":"{id}"}`}}},

	"ListPostpaidBillSum": {plain: &probe{query: "bill_cycle=2026-03"}},
	"ListSubcustomerMonthlyBills": {plain: &probe{query: "cycle=2026-03&charge_mode=1"}, probes: []probe{
		{parameter: "customer_id", kind: "customer", query: "cycle=2026-03&charge_mode=1&customer_id={id}&indirect_partner_id={reseller}"},
		{parameter: "customer_id", kind: "resale", query: "cycle=2026-03&charge_mode=3&customer_id={id}&indirect_partner_id={reseller}"},
		{parameter: "indirect_partner_id", kind: "reseller", query: "cycle=2026-03&charge_mode=1&indirect_partner_id={id}"}}},
	"ShowCustomerMonthlySum": {plain: &probe{query: "bill_cycle=2026-03"}, harmless: []string{"enterprise_project_id"}, probes: []probe{
		{parameter: "sub_customer_id", kind: "customer", query: "bill_cycle=2026-03&method=sub_customer&sub_customer_id={id}", nobodys: true}}},
	"ListCustomerselfResourceRecords": {plain: &probe{query: "cycle=2026-03"}, harmless: []string{"enterprise_project_id"}, probes: []probe{
		{parameter: "trade_id", kind: "order", query: "cycle=2026-03&trade_id={id}"}, {parameter: "resource_id", kind: "period", query: "cycle=2026-03&resource_id={id}"},
		{parameter: "sub_customer_id", kind: "customer", query: "cycle=2026-03&method=sub_customer&sub_customer_id={id}", nobodys: true}}},

	"ListIncentiveBills":       {plain: &probe{}, harmless: []string{"policy_id"}},
	"ShowIncentiveBill":        {probes: []probe{{parameter: "bill_id", kind: "bill"}}},
	"ListIncentiveBillDetails": {probes: []probe{{parameter: "bill_id", kind: "bill"}}},
	"ListIncentiveHolds":       {plain: &probe{}},
	"ExplainOrder":             {probes: []probe{{parameter: "order_id", kind: "order"}, {parameter: "order_id", kind: "refund"}}},
	"ListPaymentRequests":      {plain: &probe{}},
	"ShowPaymentRequest":       {probes: []probe{{parameter: "payment_request_id", kind: "request"}}},
	"ListInvoices":             {plain: &probe{}, probes: []probe{{parameter: "payment_request_id", kind: "request", query: "payment_request_id={id}"}}},
	"ShowInvoice":              {probes: []probe{{parameter: "invoice_id", kind: "invoice"}}},
	"ListFindings":             {plain: &probe{}},
	"ShowFinding":              {probes: []probe{{parameter: "finding_id", kind: "finding"}}},
}

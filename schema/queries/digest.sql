-- Final rows for the digest, by natural key: bytewise, whatever the database sorts by.

-- name: DigestOrders :many
select partner_id, order_id as id, version, document from customer_order
where document is not null order by partner_id collate "C", order_id collate "C";

-- name: DigestResources :many
select partner_id, resource_id as id, version, document from resource
order by partner_id collate "C", resource_id collate "C";

-- name: DigestDetails :many
select partner_id, detail_id as id, version, document from incentive_detail
where document is not null order by partner_id collate "C", detail_id collate "C";

-- name: DigestBills :many
select partner_id, bill_id as id, version, document from incentive_bill
where document is not null order by partner_id collate "C", bill_id collate "C";

-- name: DigestHolds :many
select partner_id, hold_id as id, version, document from hold
order by partner_id collate "C", hold_id collate "C";

-- name: DigestRequests :many
select partner_id, request_id as id, version, document from payment_request
order by partner_id collate "C", request_id collate "C";

-- name: DigestInvoices :many
select partner_id, invoice_id as id, version, document from invoice
order by partner_id collate "C", invoice_id collate "C";

-- name: DigestPostings :many
select partner_id, fact, account, currency, sum(amount)::numeric as balance from posting
group by partner_id, fact, account, currency
having sum(amount) <> 0
order by partner_id collate "C", fact collate "C", account collate "C", currency collate "C";

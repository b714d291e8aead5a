-- Pages of what a partner earned and what became of it. What is not asked for is empty.

-- name: DetailPageOfBill :many
select detail_id as id, document from incentive_detail
where partner_id = @partner_id and bill_id = @bill_id::text and document is not null
order by detail_id collate "C"
offset @passed_over limit @page;

-- name: CountRequests :one
select count(*) from payment_request where partner_id = @partner_id and (@state::text = '' or state = @state);

-- name: RequestPage :many
select request_id as id, document from payment_request
where partner_id = @partner_id and (@state::text = '' or state = @state)
order by request_id collate "C"
offset @passed_over limit @page;

-- name: CountInvoices :one
select count(*) from invoice
where partner_id = @partner_id and (@state::text = '' or state = @state) and (@request_id::text = '' or request_id = @request_id);

-- name: InvoicePage :many
select invoice_id as id, document from invoice
where partner_id = @partner_id and (@state::text = '' or state = @state) and (@request_id::text = '' or request_id = @request_id)
order by invoice_id collate "C"
offset @passed_over limit @page;

-- name: InvoiceTriggers :many
-- The accepted triggers of one invoice, in the order in which they were decided. An invoice takes a handful.
select payload, time, time_offset from input
where partner_id = @partner_id and type = 'invoice.triggered.v1' and status = 'accepted'
  and convert_from(payload, 'UTF8')::json ->> 'invoice_id' = @invoice_id::text
order by decision_no
limit @count_max;

-- name: CountFindingsOfPartner :one
select count(*) from finding
where partner_id = @partner_id and (@kind::text = '' or kind = @kind) and (@state::text = '' or state = @state)
  and (@severity::text = '' or severity = @severity);

-- name: FindingPage :many
-- The newest first.
select * from finding
where partner_id = @partner_id and (@kind::text = '' or kind = @kind) and (@state::text = '' or state = @state)
  and (@severity::text = '' or severity = @severity)
order by opened_at desc, finding_id collate "C"
offset @passed_over limit @page;

-- What a replay reads of the recorded partner, and what it compares of the recorded and the replayed one: the same statements
-- over both schemas.

-- name: ReplayPartners :many
-- Everybody who received something, with the numbers that were counted.
select partner_id, input_no from partner
where partner_id <> '_all' and (@partner_id::text = '' or partner_id = @partner_id)
order by partner_id collate "C";

-- name: ReplayInputs :many
-- The inputs of a partner as they came, a page at a time.
select * from input
where partner_id = @partner_id and input_no > @after
order by input_no
limit @page;

-- name: ReplayLooks :many
-- The looks after a partner behind some of its inputs, in order.
select input_no, at, received_version from look
where partner_id = @partner_id and input_no > @after and input_no <= @last
order by input_no, look_no;

-- name: ReplayDecisions :many
-- What became of each input.
select input_no, source, event_id, type, status, decision_no, reference_version, partner_version, chain_key, waits_for, code,
  retryable, attempts, content_hash
from input
where partner_id = @partner_id
order by input_no;

-- name: ReplayRows :many
-- The rows of a partner with the documents that a digest takes, and those beside them.
select * from (
  select 'customer_order'::text as kind, t.order_id as id, t.document::text as document from customer_order t where t.partner_id = @partner_id::text and t.document is not null
  union all select 'resource'::text, t.resource_id, t.document::text from resource t where t.partner_id = @partner_id
  union all select 'incentive_detail'::text, t.detail_id, t.document::text from incentive_detail t where t.partner_id = @partner_id and t.document is not null
  union all select 'incentive_bill'::text, t.bill_id, t.document::text from incentive_bill t where t.partner_id = @partner_id and t.document is not null
  union all select 'hold'::text, t.hold_id, t.document::text from hold t where t.partner_id = @partner_id
  union all select 'payment_request'::text, t.request_id, t.document::text from payment_request t where t.partner_id = @partner_id
  union all select 'invoice'::text, t.invoice_id, t.document::text from invoice t where t.partner_id = @partner_id
  union all select 'debt'::text, t.order_id, t.document::text from debt t where t.partner_id = @partner_id
  union all select 'repayment'::text, t.repayment_id, t.document::text from repayment t where t.partner_id = @partner_id
  union all select 'coupon'::text, t.coupon_id, t.document::text from coupon t where t.partner_id = @partner_id
  union all select 'coupon_quota'::text, t.quota_id, t.document::text from coupon_quota t where t.partner_id = @partner_id
  union all select 'adjustment'::text, t.adjustment_id, t.document::text from adjustment t where t.partner_id = @partner_id
  union all select 'statement'::text, t.statement_id, t.document::text from statement t where t.partner_id = @partner_id
  union all select 'turnover'::text, t.turnover_id, t.document::text from turnover t where t.partner_id = @partner_id
  union all select 'owed_invoice'::text, t.owed_id, t.document::text from owed_invoice t where t.partner_id = @partner_id
  union all select 'opportunity'::text, t.opportunity_id, t.document::text from opportunity t where t.partner_id = @partner_id
  union all select 'customer_registration'::text, t.registration_id, t.document::text from customer_registration t where t.partner_id = @partner_id
  union all select 'reference_log', g.version::text, concat_ws(' ', g.type, g.source, g.event_id, encode(sha256(g.payload), 'hex'))
    from reference_log g where g.scope = @partner_id
) r
order by kind collate "C", id collate "C";

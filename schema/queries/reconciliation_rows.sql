-- Rows as they are stored: their columns as texts, their document and, where the ledger knows them, what the postings of
-- their fact sum to, by account, bill and currency. A fact that has no row stands without columns. All of a partner's rows
-- are read, or those that changed: a condition that always holds costs nothing, since the plans are made for the values.

-- name: ReconcileOrders :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.order_id as id, array[t.customer_id::text, t.state::text] as columns, t.document
  from customer_order t where t.partner_id = @partner_id and (@whole::boolean or t.order_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 7) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'order/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileDetails :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.detail_id as id, array[coalesce(t.bill_id, '')::text, t.order_id::text, coalesce(t.reverses, '')::text, t.currency::text, t.amount::text, t.frozen::text] as columns, t.document
  from incentive_detail t where t.partner_id = @partner_id and (@whole::boolean or t.detail_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 8) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'detail/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileBills :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.bill_id as id, array[t.cycle::text, t.policy_id::text, t.association::text, t.currency::text, t.state::text, t.total::text, t.frozen::text, t.payable::text, t.requested::text, t.paid_out::text, t.expired::text, t."offset"::text] as columns, t.document
  from incentive_bill t where t.partner_id = @partner_id and (@whole::boolean or t.bill_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 6) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'bill/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileRequests :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.request_id as id, array[t.state::text, t.currency::text, t.amount::text, t.payout::text] as columns, t.document
  from payment_request t where t.partner_id = @partner_id and (@whole::boolean or t.request_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 9) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'request/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileRepayments :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.repayment_id as id, array[t.currency::text, t.amount::text] as columns, t.document
  from repayment t where t.partner_id = @partner_id and (@whole::boolean or t.repayment_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 11) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'repayment/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileAdjustments :many
select coalesce(r.id, s.id)::text as id, (r.id is not null)::boolean as stored, coalesce(r.columns, '{}')::text[] as columns, r.document,
  coalesce(s.lines, '{}')::text[] as lines
from (
  select t.adjustment_id as id, array[coalesce(t.bill_id, '')::text, coalesce(t.order_id, '')::text, t.currency::text, t.amount::text] as columns, t.document
  from adjustment t where t.partner_id = @partner_id and (@whole::boolean or t.adjustment_id = any(@ids::text[]))
) r
full join (
  select substr(x.fact, 12) as id, array_agg(x.account || '|' || x.bill || '|' || x.currency || '|' || x.amount) as lines
  from (
    select p.fact, p.account, coalesce(p.bill_id, '') as bill, p.currency, sum(p.amount) as amount from posting p
    where p.partner_id = @partner_id and starts_with(p.fact, 'adjustment/') and (@whole::boolean or p.fact = any(@facts::text[]))
    group by 1, 2, 3, 4 having sum(p.amount) <> 0
  ) x group by x.fact
) s on s.id = r.id;

-- name: ReconcileHolds :many
select t.hold_id as id, array[t.reason::text, t.open::text, coalesce(t.order_id, '')::text, t.currency::text, t.amount::text] as columns, t.document
from hold t where t.partner_id = @partner_id;

-- name: ReconcileDebts :many
select t.order_id as id, array[t.customer_id::text, t.cycle::text, t.currency::text, t.credit::text, t.refunded::text, t.repaid::text] as columns, t.document
from debt t where t.partner_id = @partner_id;

-- name: ReconcileInvoices :many
select t.invoice_id as id, array[t.state::text, coalesce(t.request_id, '')::text, array_to_string(t.order_ids, ',')::text, t.currency::text, t.amount::text] as columns, t.document
from invoice t where t.partner_id = @partner_id;

-- name: ReconcileCoupons :many
select t.coupon_id as id, array[coalesce(t.quota_id, '')::text, t.customer_id::text, t.currency::text, t.state::text, t.face_value::text, t.balance::text, t.spent::text, t.forfeited::text, t.given_back::text] as columns, t.document
from coupon t where t.partner_id = @partner_id;

-- name: ReconcileQuotas :many
select t.quota_id as id, array[t.currency::text, t.state::text, t.amount::text, t.balance::text, t.issued::text, t.given_back::text] as columns, t.document
from coupon_quota t where t.partner_id = @partner_id;

-- name: ReconcileOwedInvoices :many
select t.owed_id as id, array[t.tax_rate::text, t.currency::text, t.amount::text] as columns, t.document
from owed_invoice t where t.partner_id = @partner_id;

-- name: ReconcileStatements :many
select t.statement_id as id, array[t.cycle::text, t.currency::text, t.bill_amount::text, t.initial_amount_due::text] as columns, t.document
from statement t where t.partner_id = @partner_id;

-- name: ReconcileResources :many
select t.resource_id as id, array[t.customer_id::text, t.state::text] as columns, t.document
from resource t where t.partner_id = @partner_id;

-- name: ReconcileFamilies :many
-- Resources, and those that they are attached to.
with recursive family as (
  select r.partner_id, r.resource_id, r.document, 0 as depth from resource r
  where r.partner_id = @partner_id and r.resource_id = any(@ids::text[])
  union all
  select r.partner_id, r.resource_id, r.document, f.depth + 1 from family f
  join resource r on r.partner_id = f.partner_id and r.resource_id = f.document ->> 'ParentID'
  where f.depth < 8
)
select distinct on (f.resource_id) f.resource_id, f.document from family f order by f.resource_id;

-- name: ReconcileCycleSettlements :many
select document from cycle_settlement where partner_id = @partner_id order by settlement_id;

-- name: ReconcileUsages :many
select t.usage_id as id, array[t.resource_id::text, t.window_id::text, coalesce(t.tier_id, '')::text, t.refused::text] as columns, t.document
from usage t where t.partner_id = @partner_id
order by t.resource_id, t.ends_at, t.usage_id;

-- name: CustomersMovedOn :many
-- Customers that left a partner for another one, as it was told.
select distinct (convert_from(payload, 'UTF8')::json ->> 'customer_id')::text as customer_id
from reference_log
where scope = @partner_id and type = 'customer.disassociated.v1'
  and coalesce(convert_from(payload, 'UTF8')::json ->> 'next_partner_id', '') <> ''
order by 1;

-- name: CustomerMoves :many
-- How some customers came to some partners, and left them for others.
select m.scope as partner_id, m.version, m.type, m.event_id, (m.d ->> 'customer_id')::text as customer_id,
  (m.d ->> 'effective_time')::text as effective_time, coalesce(m.d ->> 'next_partner_id', '')::text as next_partner_id
from (
  select l.scope, l.version, l.type, l.event_id, convert_from(l.payload, 'UTF8')::json as d
  from reference_log l
  where l.scope = any(@partner_ids::text[]) and l.type in ('customer.associated.v1', 'customer.disassociated.v1')
) m
where m.d ->> 'customer_id' = any(@customer_ids::text[])
order by m.scope, m.version;

-- Rows as they are stored: their id, their columns as texts with '' for null, and their document last. All of a partner's
-- rows are read, or those that changed: a condition that always holds costs nothing, since the plans are made for the values.

-- name: ReconcileOrders :many
select t.order_id as id, t.customer_id, t.state, t.document
from customer_order t where t.partner_id = @partner_id and (@whole::boolean or t.order_id = any(@ids::text[]));

-- name: ReconcileDetails :many
select t.detail_id as id, coalesce(t.bill_id, '')::text as bill_id, t.order_id, coalesce(t.reverses, '')::text as reverses,
  t.currency, t.amount::text as amount, t.frozen::text as frozen, t.document
from incentive_detail t where t.partner_id = @partner_id and (@whole::boolean or t.detail_id = any(@ids::text[]));

-- name: ReconcileBills :many
select t.bill_id as id, t.cycle, t.policy_id, t.association, t.currency, t.state, t.total::text as total,
  t.frozen::text as frozen, t.payable::text as payable, t.requested::text as requested, t.paid_out::text as paid_out,
  t.expired::text as expired, t."offset"::text as "offset", t.document
from incentive_bill t where t.partner_id = @partner_id and (@whole::boolean or t.bill_id = any(@ids::text[]));

-- name: ReconcileRequests :many
select t.request_id as id, t.state, t.currency, t.amount::text as amount, t.payout::text as payout, t.document
from payment_request t where t.partner_id = @partner_id and (@whole::boolean or t.request_id = any(@ids::text[]));

-- name: ReconcileRepayments :many
select t.repayment_id as id, t.currency, t.amount::text as amount, t.document
from repayment t where t.partner_id = @partner_id and (@whole::boolean or t.repayment_id = any(@ids::text[]));

-- name: ReconcileAdjustments :many
select t.adjustment_id as id, coalesce(t.bill_id, '')::text as bill_id, coalesce(t.order_id, '')::text as order_id,
  t.currency, t.amount::text as amount, t.document
from adjustment t where t.partner_id = @partner_id and (@whole::boolean or t.adjustment_id = any(@ids::text[]));

-- name: ReconcileHolds :many
select t.hold_id as id, t.reason, t.open::text as open, coalesce(t.order_id, '')::text as order_id, t.currency,
  t.amount::text as amount, t.document
from hold t where t.partner_id = @partner_id;

-- name: ReconcileDebts :many
select t.order_id as id, t.customer_id, t.cycle, t.currency, t.credit::text as credit, t.refunded::text as refunded,
  t.repaid::text as repaid, t.document
from debt t where t.partner_id = @partner_id;

-- name: ReconcileInvoices :many
select t.invoice_id as id, t.state, coalesce(t.request_id, '')::text as request_id,
  array_to_string(t.order_ids, ',')::text as order_ids, t.currency, t.amount::text as amount, t.document
from invoice t where t.partner_id = @partner_id;

-- name: ReconcileCoupons :many
select t.coupon_id as id, coalesce(t.quota_id, '')::text as quota_id, t.customer_id, t.currency, t.state,
  t.face_value::text as face_value, t.balance::text as balance, t.spent::text as spent, t.forfeited::text as forfeited,
  t.given_back::text as given_back, t.document
from coupon t where t.partner_id = @partner_id;

-- name: ReconcileQuotas :many
select t.quota_id as id, t.currency, t.state, t.amount::text as amount, t.balance::text as balance, t.issued::text as issued,
  t.given_back::text as given_back, t.document
from coupon_quota t where t.partner_id = @partner_id;

-- name: ReconcileOwedInvoices :many
select t.owed_id as id, t.tax_rate::text as tax_rate, t.currency, t.amount::text as amount, t.document
from owed_invoice t where t.partner_id = @partner_id;

-- name: ReconcileStatements :many
select t.statement_id as id, t.cycle, t.currency, t.bill_amount::text as bill_amount,
  t.initial_amount_due::text as initial_amount_due, t.document
from statement t where t.partner_id = @partner_id;

-- name: ReconcileResources :many
select t.resource_id as id, t.customer_id, t.state, t.document
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
select settlement_id as id, document from cycle_settlement where partner_id = @partner_id order by settlement_id;

-- name: ReconcileUsages :many
select t.usage_id as id, t.resource_id, t.window_id, coalesce(t.tier_id, '')::text as tier_id, t.refused::text as refused,
  t.document
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

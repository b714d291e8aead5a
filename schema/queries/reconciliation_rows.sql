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

-- name: ReconcileUsages :many
select t.usage_id as id, array[t.resource_id::text, t.window_id::text, coalesce(t.tier_id, '')::text, t.refused::text] as columns, t.document
from usage t where t.partner_id = @partner_id
order by t.resource_id, t.ends_at, t.usage_id;

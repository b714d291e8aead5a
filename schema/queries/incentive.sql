-- Rows of decisions about incentives: details, bills, holds, and the book of debts and repayments.

-- name: LoadDetailsOfOrders :many
select t.partner_id, t.detail_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join incentive_detail t on t.partner_id = w.partner_id and t.order_id = w.id;

-- name: LoadDetailsOfBills :many
select t.partner_id, t.detail_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join incentive_detail t on t.partner_id = w.partner_id and t.bill_id = w.id;

-- name: LoadDetails :many
select t.partner_id, t.detail_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join incentive_detail t on t.partner_id = w.partner_id and t.detail_id = w.id;

-- name: SaveDetails :exec
insert into incentive_detail (partner_id, detail_id, version, bill_id, order_id, reverses, currency, amount, frozen, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]),
  nullif(unnest(@bill_ids::text[]), ''), unnest(@order_ids::text[]), nullif(unnest(@reverses::text[]), ''),
  unnest(@currencies::text[]), unnest(@amounts::text[])::numeric, unnest(@frozen::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, detail_id) do update
set version = excluded.version, bill_id = excluded.bill_id, order_id = excluded.order_id, reverses = excluded.reverses,
    currency = excluded.currency, amount = excluded.amount, frozen = excluded.frozen, document = excluded.document;

-- name: ForgetDetails :exec
update incentive_detail t
set document = null, version = g.version, amount = 0, frozen = 0
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id, unnest(@versions::bigint[]) as version) g
where t.partner_id = g.partner_id and t.detail_id = g.id;

-- name: LoadBills :many
select t.partner_id, t.bill_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join incentive_bill t on t.partner_id = w.partner_id and t.bill_id = w.id;

-- name: LoadAllBills :many
select partner_id, bill_id as id, version, document
from incentive_bill
where partner_id = any(@partner_ids::text[]);

-- name: SaveBills :exec
insert into incentive_bill (partner_id, bill_id, version, cycle, policy_id, association, currency, state, total, frozen, payable, requested, paid_out, expired, "offset", document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@cycles::text[]),
  unnest(@policy_ids::text[]), unnest(@associations::text[]), unnest(@currencies::text[]), unnest(@states::text[]),
  unnest(@totals::text[])::numeric, unnest(@frozen::text[])::numeric, unnest(@payable::text[])::numeric, unnest(@requested::text[])::numeric,
  unnest(@paid_out::text[])::numeric, unnest(@expired::text[])::numeric, unnest(@offsets::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, bill_id) do update
set version = excluded.version, cycle = excluded.cycle, policy_id = excluded.policy_id,
    association = excluded.association, currency = excluded.currency, state = excluded.state, total = excluded.total,
    frozen = excluded.frozen, payable = excluded.payable, requested = excluded.requested, paid_out = excluded.paid_out,
    expired = excluded.expired, "offset" = excluded."offset", document = excluded.document;

-- name: ForgetBills :exec
update incentive_bill t
set document = null, version = g.version, total = 0, frozen = 0, payable = 0, requested = 0, paid_out = 0, expired = 0, "offset" = 0
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id, unnest(@versions::bigint[]) as version) g
where t.partner_id = g.partner_id and t.bill_id = g.id;

-- name: LoadHoldsNotOfCredit :many
select partner_id, hold_id as id, version, document
from hold
where partner_id = any(@partner_ids::text[]) and open and reason <> 'credit_not_repaid';

-- name: LoadHoldsOfCredit :many
select partner_id, hold_id as id, version, document
from hold
where partner_id = any(@partner_ids::text[]) and reason = 'credit_not_repaid';

-- name: SaveHolds :exec
insert into hold (partner_id, hold_id, version, reason, open, order_id, currency, amount, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@reasons::text[]),
  unnest(@opens::boolean[]), nullif(unnest(@order_ids::text[]), ''), unnest(@currencies::text[]),
  unnest(@amounts::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, hold_id) do update
set version = excluded.version, reason = excluded.reason, open = excluded.open, order_id = excluded.order_id,
    currency = excluded.currency, amount = excluded.amount, document = excluded.document;

-- name: DeleteHolds :exec
delete from hold t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.hold_id = g.id;

-- name: LoadDebts :many
select partner_id, order_id as id, version, document
from debt
where partner_id = any(@partner_ids::text[]);

-- name: SaveDebts :exec
insert into debt (partner_id, order_id, version, customer_id, cycle, currency, credit, refunded, repaid, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@customer_ids::text[]),
  unnest(@cycles::text[]), unnest(@currencies::text[]), unnest(@credits::text[])::numeric, unnest(@refunded::text[])::numeric,
  unnest(@repaid::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, order_id) do update
set version = excluded.version, customer_id = excluded.customer_id, cycle = excluded.cycle, currency = excluded.currency,
    credit = excluded.credit, refunded = excluded.refunded, repaid = excluded.repaid, document = excluded.document;

-- name: DeleteDebts :exec
delete from debt t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.order_id = g.id;

-- name: LoadRepayments :many
select partner_id, repayment_id as id, version, document
from repayment
where partner_id = any(@partner_ids::text[]);

-- name: SaveRepayments :exec
insert into repayment (partner_id, repayment_id, version, currency, amount, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@currencies::text[]),
  unnest(@amounts::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, repayment_id) do update
set version = excluded.version, currency = excluded.currency, amount = excluded.amount, document = excluded.document;

-- name: DeleteRepayments :exec
delete from repayment t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.repayment_id = g.id;

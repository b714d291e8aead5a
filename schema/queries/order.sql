-- Rows of decisions about orders: chains, orders, resources and what customers used of a quota.

-- name: LoadChains :many
-- The chains of the keys; a chain's document has all of its keys.
select distinct on (t.partner_id, t.chain_id) t.partner_id, t.chain_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as key) w
join chain_key k on k.partner_id = w.partner_id and k.key = w.key
join chain t on t.partner_id = k.partner_id and t.chain_id = k.chain_id;

-- name: SaveChains :exec
insert into chain (partner_id, chain_id, version, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@documents::json[])
on conflict (partner_id, chain_id) do update
set version = excluded.version, document = excluded.document;

-- name: DeleteChains :exec
delete from chain t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.chain_id = g.id;

-- name: SaveChainKeys :exec
insert into chain_key (partner_id, key, chain_id)
select unnest(@partner_ids::text[]), unnest(@keys::text[]), unnest(@chain_ids::text[])
on conflict (partner_id, key) do update
set chain_id = excluded.chain_id;

-- name: LoadOrders :many
select t.partner_id, t.order_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join customer_order t on t.partner_id = w.partner_id and t.order_id = w.id;

-- name: LoadPaidOrders :many
-- When customers paid for which orders, without the orders.
select t.partner_id, t.order_id as id, t.version,
  json_build_object('OrderID', t.order_id, 'CustomerID', t.customer_id, 'Event', t.document->'Payment'->'Event') as document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join customer_order t on t.partner_id = w.partner_id and t.customer_id = w.id
where t.state = 'settled' and t.document->'Payment'->'Charge'->>'Amount' <> '0' and t.document->>'Kind' <> 'usage';

-- name: SaveOrders :exec
insert into customer_order (partner_id, order_id, version, customer_id, state, document, charged_at)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@customer_ids::text[]),
  unnest(@states::text[]), unnest(@documents::json[]), nullif(unnest(@charged_ats::text[]), '')::timestamptz
on conflict (partner_id, order_id) do update
set version = excluded.version, customer_id = excluded.customer_id, state = excluded.state, document = excluded.document,
  charged_at = excluded.charged_at;

-- name: ForgetOrders :exec
update customer_order t
set document = null, charged_at = null, version = g.version
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id, unnest(@versions::bigint[]) as version) g
where t.partner_id = g.partner_id and t.order_id = g.id;

-- name: LoadResources :many
select t.partner_id, t.resource_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join resource t on t.partner_id = w.partner_id and t.resource_id = w.id;

-- name: SaveResources :exec
insert into resource (partner_id, resource_id, version, customer_id, state, document, renewal_day)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@customer_ids::text[]),
  unnest(@states::text[]), unnest(@documents::json[]), nullif(unnest(@renewal_days::text[]), '')::date
on conflict (partner_id, resource_id) do update
set version = excluded.version, customer_id = excluded.customer_id, state = excluded.state, document = excluded.document,
    renewal_day = excluded.renewal_day;

-- name: DeleteResources :exec
delete from resource t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.resource_id = g.id;

-- name: LoadAllowances :many
select t.partner_id, t.allowance_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join allowance t on t.partner_id = w.partner_id and t.allowance_id = w.id;

-- name: SaveAllowances :exec
insert into allowance (partner_id, allowance_id, version, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@documents::json[])
on conflict (partner_id, allowance_id) do update
set version = excluded.version, document = excluded.document;

-- name: DeleteAllowances :exec
delete from allowance t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.allowance_id = g.id;

-- Metered usage, its settlement windows, and the totals that tiers run over.

-- name: LoadUsages :many
select t.partner_id, t.usage_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join usage t on t.partner_id = w.partner_id and t.usage_id = w.id;

-- name: LoadUsagesOfWindows :many
select t.partner_id, t.usage_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join usage t on t.partner_id = w.partner_id and t.window_id = w.id;

-- name: LoadUsagesOfTiers :many
select t.partner_id, t.usage_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join usage t on t.partner_id = w.partner_id and t.tier_id = w.id;

-- name: LoadUsagesSince :many
-- The usage of resources that ends after a time: what a change of the resource may contradict.
select t.partner_id, t.usage_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id, unnest(@since::timestamptz[]) as since) w
join usage t on t.partner_id = w.partner_id and t.resource_id = w.id and t.ends_at > w.since;

-- name: SaveUsages :exec
insert into usage (partner_id, usage_id, version, resource_id, window_id, tier_id, ends_at, refused, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@resource_ids::text[]),
  unnest(@window_ids::text[]), nullif(unnest(@tier_ids::text[]), ''), unnest(@ends::timestamptz[]), unnest(@refused::boolean[]),
  unnest(@documents::json[])
on conflict (partner_id, usage_id) do update
set version = excluded.version, refused = excluded.refused, document = excluded.document;

-- name: LoadUsageWindows :many
select t.partner_id, t.window_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join usage_window t on t.partner_id = w.partner_id and t.window_id = w.id;

-- name: LoadUsageWindowsOpen :many
select t.partner_id, t.window_id as id, t.version, t.document
from usage_window t
where t.partner_id = any(@partner_ids::text[]) and not t.settled;

-- name: SaveUsageWindows :exec
insert into usage_window (partner_id, window_id, version, ends_at, settled, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@ends::timestamptz[]),
  unnest(@settled::boolean[]), unnest(@documents::json[])
on conflict (partner_id, window_id) do update
set version = excluded.version, settled = excluded.settled, document = excluded.document;

-- name: LoadUsageTiers :many
select t.partner_id, t.tier_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join usage_tier t on t.partner_id = w.partner_id and t.tier_id = w.id;

-- name: SaveUsageTiers :exec
insert into usage_tier (partner_id, tier_id, version, total, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@totals::text[])::numeric,
  unnest(@documents::json[])
on conflict (partner_id, tier_id) do update
set version = excluded.version, total = excluded.total, document = excluded.document;

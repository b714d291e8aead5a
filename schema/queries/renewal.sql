-- Automatic renewals: what is due, and what failed. The ids are two dates, "2026-03-01/2026-04-20".

-- name: LoadRenewals :many
-- Those that were not tried come first, then those tried longest ago, as the decision takes them; it tries fewer than
-- these, for not all of them are due yet.
select w.partner_id, d.id, d.version, d.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as days) w
cross join lateral (
  select r.resource_id as id, r.version, r.document
  from resource r
  left join renewal_attempt a on a.partner_id = r.partner_id and a.resource_id = r.resource_id
  where r.partner_id = w.partner_id
    and r.renewal_day between split_part(w.days, '/', 1)::date and split_part(w.days, '/', 2)::date
  order by a.attempted_at nulls first, r.renewal_day, r.resource_id
  limit 10000
) d;

-- name: LoadAttempts :many
select a.partner_id, a.resource_id as id, a.version, a.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as days) w
join resource r on r.partner_id = w.partner_id
  and r.renewal_day between split_part(w.days, '/', 1)::date and split_part(w.days, '/', 2)::date
join renewal_attempt a on a.partner_id = r.partner_id and a.resource_id = r.resource_id;

-- name: SaveAttempts :exec
insert into renewal_attempt (partner_id, resource_id, version, customer_id, attempted_at, code, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@customer_ids::text[]),
  unnest(@attempted_ats::timestamptz[]), unnest(@codes::text[]), unnest(@documents::json[])
on conflict (partner_id, resource_id) do update
set version = excluded.version, customer_id = excluded.customer_id, attempted_at = excluded.attempted_at, code = excluded.code,
    document = excluded.document;

-- name: DeleteAttempts :exec
delete from renewal_attempt t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.resource_id = g.id;

-- name: LoadResourcesOfCustomers :many
select t.partner_id, t.resource_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as customer_id) w
join resource t on t.partner_id = w.partner_id and t.customer_id = w.customer_id and t.state = 'active';

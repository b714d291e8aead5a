-- Rows of decisions about what freezes beside credit, overdue accounts, adjustments and statements.

-- name: LoadHolds :many
select t.partner_id, t.hold_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join hold t on t.partner_id = w.partner_id and t.hold_id = w.id;

-- name: LoadMilestones :many
select t.partner_id, t.milestone_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join milestone t on t.partner_id = w.partner_id and t.milestone_id = w.id;

-- name: SaveMilestones :exec
insert into milestone (partner_id, milestone_id, version, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@documents::json[])
on conflict (partner_id, milestone_id) do update
set version = excluded.version, document = excluded.document;

-- name: LoadCycleSettlements :many
select partner_id, settlement_id as id, version, document
from cycle_settlement
where partner_id = any(@partner_ids::text[]);

-- name: SaveCycleSettlements :exec
insert into cycle_settlement (partner_id, settlement_id, version, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@documents::json[])
on conflict (partner_id, settlement_id) do update
set version = excluded.version, document = excluded.document;

-- name: LoadOverdues :many
select t.partner_id, t.overdue_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join overdue t on t.partner_id = w.partner_id and t.overdue_id = w.id;

-- name: LoadOpenOverdues :many
select partner_id, overdue_id as id, version, document
from overdue
where partner_id = any(@partner_ids::text[]) and open;

-- name: SaveOverdues :exec
insert into overdue (partner_id, overdue_id, version, open, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@opens::boolean[]), unnest(@documents::json[])
on conflict (partner_id, overdue_id) do update
set version = excluded.version, open = excluded.open, document = excluded.document;

-- name: LoadAdjustments :many
select t.partner_id, t.adjustment_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join adjustment t on t.partner_id = w.partner_id and t.adjustment_id = w.id;

-- name: AddAdjustments :exec
insert into adjustment (partner_id, adjustment_id, version, bill_id, order_id, currency, amount, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), nullif(unnest(@bill_ids::text[]), ''),
  nullif(unnest(@order_ids::text[]), ''), unnest(@currencies::text[]), unnest(@amounts::text[])::numeric, unnest(@documents::json[]);

-- name: LoadTurnovers :many
select partner_id, turnover_id as id, version, document
from turnover
where partner_id = any(@partner_ids::text[]);

-- name: SaveTurnovers :exec
insert into turnover (partner_id, turnover_id, version, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@documents::json[])
on conflict (partner_id, turnover_id) do update
set version = excluded.version, document = excluded.document;

-- name: LoadStatements :many
select partner_id, statement_id as id, version, document
from statement
where partner_id = any(@partner_ids::text[]);

-- name: AddStatements :exec
insert into statement (partner_id, statement_id, version, cycle, currency, bill_amount, initial_amount_due, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@cycles::text[]),
  unnest(@currencies::text[]), unnest(@bill_amounts::text[])::numeric, unnest(@due::text[])::numeric, unnest(@documents::json[]);

-- The inbox: who was received, and every event as received.

-- name: FindKeys :many
select k.partner_id, k.key_hash, k.content_hash
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@key_hashes::bytea[]) as key_hash) w
join inbox_key k on k.partner_id = w.partner_id and k.key_hash = w.key_hash;

-- name: AddKeys :exec
insert into inbox_key (partner_id, key_hash, content_hash, input_no)
select unnest(@partner_ids::text[]), unnest(@key_hashes::bytea[]), unnest(@content_hashes::bytea[]), unnest(@input_nos::bigint[]);

-- name: SaveInputs :exec
-- What was received never changes, what became of it does.
insert into input (partner_id, input_no, source, event_id, type, subject, partition_key, time, time_offset, arrived_at, payload,
  content_hash, status, decision_no, reference_version, partner_version, chain_key, waits_for, retryable, code, message, pointer,
  attempts, five_day, first_order, invoiced, version, received_version, refusal)
select unnest(@partner_ids::text[]), unnest(@input_nos::bigint[]), unnest(@sources::text[]), unnest(@event_ids::text[]),
  unnest(@types::text[]), unnest(@subjects::text[]), unnest(@partition_keys::text[]),
  unnest(@times::timestamptz[]), unnest(@time_offsets::int[]), unnest(@arrived_ats::timestamptz[]), unnest(@payloads::bytea[]),
  unnest(@content_hashes::bytea[]), unnest(@statuses::text[]), nullif(unnest(@decision_nos::bigint[]), 0),
  unnest(@reference_versions::bigint[]), unnest(@partner_versions::bigint[]), nullif(unnest(@chain_keys::text[]), ''),
  nullif(unnest(@waits_fors::text[]), ''), unnest(@retryables::boolean[]), unnest(@codes::text[]),
  unnest(@messages::text[]), unnest(@pointers::text[]),
  unnest(@attempts::int[]), nullif(unnest(@five_days::text[]), '')::boolean, nullif(unnest(@first_orders::text[]), '')::boolean,
  nullif(unnest(@invoiced::text[]), '')::boolean, unnest(@versions::bigint[]),
  unnest(@received_versions::bigint[]), unnest(@refusals::text[])
on conflict (partner_id, input_no) do update
set status = excluded.status, decision_no = excluded.decision_no, reference_version = excluded.reference_version,
    partner_version = excluded.partner_version, chain_key = excluded.chain_key, waits_for = excluded.waits_for,
    retryable = excluded.retryable, code = excluded.code, message = excluded.message, pointer = excluded.pointer,
    attempts = excluded.attempts, five_day = excluded.five_day, first_order = excluded.first_order, invoiced = excluded.invoiced,
    version = excluded.version;

-- name: LoadInputsOfChains :many
select i.*
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as chain_key) w
join input i on i.partner_id = w.partner_id and i.chain_key = w.chain_key;

-- name: LoadInputsWaiting :many
select i.*
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as waits_for) w
join input i on i.partner_id = w.partner_id and i.waits_for = w.waits_for and i.status = 'waiting';

-- name: LoadInputsByKey :many
-- The keys first: on a database that was just made, all inputs of the partner would be read before.
with known as materialized (
  select k.partner_id, k.input_no
  from (select unnest(@partner_ids::text[]) as partner_id, unnest(@key_hashes::bytea[]) as key_hash) w
  join inbox_key k on k.partner_id = w.partner_id and k.key_hash = w.key_hash
)
select i.*
from known
join input i on i.partner_id = known.partner_id and i.input_no = known.input_no;

-- name: LoadInputsRetryable :many
select * from input
where partner_id = any(@partner_ids::text[]) and status = 'waiting'
union all
select * from input
where partner_id = any(@partner_ids::text[]) and status = 'rejected' and retryable;

-- name: AddLooks :exec
-- Rare, and of a partner one at a time, but in a replay.
insert into look (partner_id, input_no, look_no, at, received_version)
select w.partner_id, w.input_no,
  (select coalesce(max(l.look_no), 0) from look l where l.partner_id = w.partner_id and l.input_no = w.input_no)
    + row_number() over (partition by w.partner_id, w.input_no order by w.at, w.received_version),
  w.at, w.received_version
from (
  select unnest(@partner_ids::text[]) as partner_id, unnest(@input_nos::bigint[]) as input_no,
    unnest(@ats::timestamptz[]) as at, unnest(@received_versions::bigint[]) as received_version
) w;

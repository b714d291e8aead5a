-- A partner's own part of the reference log.

-- name: LoadPartnerReferences :many
-- Everything of each scope above the version that is in memory.
select l.*
from (select unnest(@scopes::text[]) as scope, unnest(@after::bigint[]) as after) w
join reference_log l on l.scope = w.scope and l.version > w.after
order by l.scope, l.version;

-- name: AddReferences :exec
insert into reference_log (scope, version, source, event_id, type, subject, time, time_offset, payload, content_hash)
select unnest(@scopes::text[]), unnest(@versions::bigint[]), unnest(@sources::text[]), unnest(@event_ids::text[]),
  unnest(@types::text[]), unnest(@subjects::text[]), unnest(@times::timestamptz[]), unnest(@time_offsets::int[]),
  unnest(@payloads::bytea[]), unnest(@content_hashes::bytea[]);

-- What operators look at.

-- name: ListWaiting :many
-- For operators, oldest first, a page after the last one seen; an empty partner is every partner.
select partner_id, input_no, source, event_id, type, time, arrived_at, waits_for
from input
where status = 'waiting' and (@partner_id::text = '' or partner_id = @partner_id)
  and (partner_id, input_no) > (@after_partner::text, @after_no::bigint)
order by partner_id, input_no
limit @page;

-- name: ListRejected :many
select partner_id, input_no, source, event_id, type, time, arrived_at, code, message, pointer, retryable, attempts
from input
where status = 'rejected' and (@partner_id::text = '' or partner_id = @partner_id)
  and (partner_id, input_no) > (@after_partner::text, @after_no::bigint)
order by partner_id, input_no
limit @page;

-- name: GetInput :one
-- The payload as received, for showing one event.
select i.*
from inbox_key k
join input i on i.partner_id = k.partner_id and i.input_no = k.input_no
where k.partner_id = @partner_id and k.key_hash = @key_hash;

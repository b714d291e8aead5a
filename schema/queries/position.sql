-- What a batch does to its partitions.

-- name: AdvancePositions :many
-- Moves what a batch has read and numbers what it sends. An epoch of -1 moves nothing and asks for no owner. Fewer rows
-- than partitions: one of them has another owner, or is read from another stream. Tries are counted of the messages
-- after the position, so only moving it ends the count; looking after partners does not.
update stream_position p
set position = greatest(p.position, a.sequence), outbox_no = p.outbox_no + a.added,
    stream = case when a.epoch < 0 then p.stream else @stream::text end,
    created = case when a.epoch < 0 then p.created else @created::timestamptz end,
    attempts = case when a.sequence > p.position then 0 else p.attempts end
from (
  select unnest(@partitions::int[]) as partition, unnest(@sequences::bigint[]) as sequence,
    unnest(@epochs::bigint[]) as epoch, unnest(@added::bigint[]) as added
) a
where p.partition = a.partition
  and (a.epoch < 0 or p.epoch = a.epoch and (p.created is null or p.stream = @stream::text and p.created = @created::timestamptz))
returning p.partition, p.outbox_no;

-- name: AddOutbox :exec
-- After AdvancePositions: behind counts the rows of the batch that follow in the same partition.
insert into outbox (partition, no, msg_id, type, partner_id, subject, time, time_offset, data)
select p.partition, p.outbox_no - o.behind, o.msg_id, o.type, o.partner_id, o.subject, o.time, o.time_offset, o.data
from (
  select unnest(@partitions::int[]) as partition, unnest(@behind::bigint[]) as behind, unnest(@msg_ids::text[]) as msg_id,
    unnest(@types::text[]) as type, unnest(@partner_ids::text[]) as partner_id, unnest(@subjects::text[]) as subject,
    unnest(@times::timestamptz[]) as time, unnest(@time_offsets::int[]) as time_offset, unnest(@data::bytea[]) as data
) o
join stream_position p on p.partition = o.partition;

-- name: Positions :many
select partition, stream, created, position, owner, epoch, outbox_no, relayed_no, attempts
from stream_position
order by partition;

-- name: RaiseAttempts :execrows
-- In a transaction of its own, before a batch that may have ended the process the last time.
update stream_position as p
set attempts = a.attempts
from (select unnest(@partitions::int[]) as partition, unnest(@epochs::bigint[]) as epoch, unnest(@attempts::int[]) as attempts) a
where p.partition = a.partition and p.epoch = a.epoch;

-- name: MoveIdlePosition :execrows
-- Past messages of other partitions: without it the position of an idle partition would fall out of the stream.
update stream_position
set position = @position, stream = @stream, created = @created
where partition = @partition and epoch = @epoch and position < @position;

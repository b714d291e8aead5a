-- name: OutboxAfter :many
select no, msg_id, type, partner_id, subject, time, time_offset, data
from outbox
where partition = @partition and no > @after
order by no
limit @count_max;

-- name: SaveRelayed :execrows
update stream_position as p
set relayed_no = r.no
from (select unnest(@partitions::int[]) as partition, unnest(@epochs::bigint[]) as epoch, unnest(@numbers::bigint[]) as no) r
where p.partition = r.partition and p.epoch = r.epoch and p.relayed_no <= r.no;

-- name: CleanOutbox :execrows
-- At most count_max published rows of each partition, the oldest first: numbers have no gaps, so that their range tells
-- how many they are.
delete from outbox o
using (
  select r.partition, (select min(i.no) from outbox i where i.partition = r.partition) + @count_max::bigint as behind, r.no
  from (select unnest(@partitions::int[]) as partition, unnest(@numbers::bigint[]) as no) r
) gone
where o.partition = gone.partition and o.no <= gone.no and o.no < gone.behind;

-- name: OutboxLag :one
select coalesce(sum(outbox_no - relayed_no), 0)::bigint from stream_position;

-- Outgoing events that are not published yet, as reconciliation looks at them. Published rows may be there still.

-- name: OutboxGaps :many
-- Runs of numbers that were given out, are not published, and have no row.
select p.partition, p.relayed_no, p.outbox_no, (coalesce(g.before, p.relayed_no) + 1)::bigint as first, (g.no - 1)::bigint as last
from stream_position p
join lateral (
  select u.no, lag(u.no) over (order by u.no) as before
  from (
    select o.no from outbox o where o.partition = p.partition and o.no > p.relayed_no and o.no <= p.outbox_no
    union all
    select p.outbox_no + 1
  ) u
) g on g.no > coalesce(g.before, p.relayed_no) + 1
order by p.partition, g.no
limit @count_max;

-- name: OutboxBeyond :many
-- Rows under numbers that were never given out.
select p.partition, p.relayed_no, p.outbox_no, min(o.no)::bigint as first, max(o.no)::bigint as last
from stream_position p
join outbox o on o.partition = p.partition and o.no > p.outbox_no
group by p.partition order by p.partition;

-- name: OutboxStuck :many
-- What waits for longer than it may, by whose it is.
select o.partner_id, p.partition, p.relayed_no, p.outbox_no, count(*) as events, min(o.no)::bigint as first, min(o.created_at)::timestamptz as oldest
from stream_position p
join outbox o on o.partition = p.partition and o.no > p.relayed_no
where o.created_at < clock_timestamp() - make_interval(secs => @seconds::int)
group by o.partner_id, p.partition order by o.partner_id, p.partition
limit @count_max;

-- name: Heartbeat :exec
insert into replica (replica_id) values (@replica_id)
on conflict (replica_id) do update set heartbeat_at = clock_timestamp();

-- name: LiveReplicas :many
-- The database's clock alone judges who is alive.
select replica_id from replica
where heartbeat_at > clock_timestamp() - make_interval(secs => @silence_seconds::int)
order by replica_id;

-- name: Owners :many
select partition, owner, epoch from stream_position order by partition;

-- name: Claim :many
-- Takes partitions that nobody has, or whose owner is silent. Each taking is a new epoch, so that a batch of the old
-- owner, should it wake up, stores nothing. The lease has no end of its own: it ends with the owner's heartbeats.
update stream_position as p
set owner = @replica_id::text, epoch = p.epoch + 1
where p.partition = any(@partitions::int[])
  and (p.owner is null or not exists (
    select from replica r
    where r.replica_id = p.owner and r.heartbeat_at > clock_timestamp() - make_interval(secs => @silence_seconds::int)))
returning p.partition, p.epoch;

-- name: Release :exec
update stream_position as p
set owner = null
where p.partition = any(@partitions::int[]) and p.owner = @replica_id::text;

-- name: RemoveReplica :exec
delete from replica where replica_id = @replica_id;

-- name: RemoveSilentReplicas :exec
-- Rows of processes that ended without a word, long after their partitions were taken over.
delete from replica
where heartbeat_at < clock_timestamp() - make_interval(secs => @silence_seconds::int);

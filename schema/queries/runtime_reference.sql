-- name: LockReference :one
-- The row of _all is the lock under which the reference log grows.
insert into partner (partner_id) values ('_all')
on conflict (partner_id) do update set site = partner.site
returning input_no, decision_no, waiting;

-- name: ReferencePositionOf :one
select position from reference_position where stream = @stream and created = @created;

-- name: OtherReferenceStreams :one
select count(*) from reference_position where stream = @stream and created <> @created and position > 0;

-- name: SaveReferencePosition :exec
insert into reference_position (stream, created, position) values (@stream, @created, @position)
on conflict (stream, created) do update set position = excluded.position;

-- name: ReferenceLogAfter :many
select version, source, event_id, type, subject, time, time_offset, payload
from reference_log
where scope = '_all' and version > @after
order by version
limit @count_max;

-- name: InsertReferenceInput :batchexec
insert into input (
  partner_id, input_no, source, event_id, type, subject, partition_key, time, time_offset, arrived_at, payload, content_hash,
  status, decision_no, reference_version, partner_version, waits_for, retryable, code, message, pointer, attempts, version)
values ('_all', @input_no, @source, @event_id, @type, @subject, '_all', @time, @time_offset, @arrived_at, @payload, @content_hash,
  @status, @decision_no, @reference_version, 0, @waits_for, false, @code, @message, @pointer, 1, 1);

-- name: SaveReferenceCounters :exec
update partner set input_no = @input_no, decision_no = @decision_no, waiting = @waiting where partner_id = '_all';

-- name: NumberReferenceOutbox :one
-- Gives out numbers of partition 64, whose epoch proves the lease.
update stream_position set outbox_no = outbox_no + @count::bigint
where partition = 64 and epoch = @epoch
returning outbox_no;

-- name: InsertOutbox :batchexec
insert into outbox (partition, no, msg_id, type, partner_id, subject, time, time_offset, data)
values (@partition, @no, @msg_id, @type, @partner_id, @subject, @time, @time_offset, @data);

-- name: WaitingRuns :many
-- Runs of jobs that were recorded and wait until everything before them in the input is decided.
select input_no, source, event_id, type, subject, time, time_offset, payload, waits_for
from input
where partner_id = '_all' and status = 'waiting'
order by input_no
limit @count_max;

-- name: FinishRun :execrows
update input set status = 'accepted', decision_no = @decision_no, waits_for = null, version = version + 1
where partner_id = '_all' and input_no = @input_no and status = 'waiting';

-- name: PartnersOfSite :many
select partner_id from partner where site = @site and partner_id <> '_all' order by partner_id;

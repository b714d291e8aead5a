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

-- name: SaveReferenceCounters :exec
update partner set input_no = @input_no, decision_no = @decision_no, waiting = @waiting where partner_id = '_all';

-- name: NumberReferenceOutbox :one
-- Gives out numbers of partition 64, whose epoch proves the lease; before AddOutbox.
update stream_position set outbox_no = outbox_no + @count::bigint
where partition = 64 and epoch = @epoch
returning outbox_no;

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

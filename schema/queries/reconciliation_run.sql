-- Runs of the reconciliation, and how far partners are compared.

-- name: AddReconciliationRun :execrows
insert into reconciliation_run (run_id, mode, site, partner_id, cycle, scheduled_for, source, event_id)
values (@run_id, @mode, @site, @partner_id, @cycle, @scheduled_for, @source, @event_id)
on conflict (run_id) do nothing;

-- name: BeginReconciliationRun :many
-- A run that its owner works on from the first moment on, so that nobody else takes it; nothing where it is known.
insert into reconciliation_run (run_id, mode, site, partner_id, cycle, scheduled_for, source, event_id, state, owner, heartbeat_at, attempts, started_at)
values (@run_id, @mode, @site, @partner_id, @cycle, @scheduled_for, @source, @event_id, 'running', @owner::text, clock_timestamp(), 1, clock_timestamp())
on conflict (run_id) do nothing
returning *;

-- name: FullReconciliationBetween :one
-- Whether a run of everything, of the site or of all, stands between two times, finished or not.
select exists (
  select from reconciliation_run
  where mode = 'full' and partner_id = '' and cycle = '' and site in ('', @site::text)
    and scheduled_for >= @since::timestamptz and scheduled_for <= @until::timestamptz)::boolean;

-- name: ClaimReconciliationRun :many
-- The run that nobody works on and that was tried least, of these the oldest; or the one named. So a run that cannot be
-- finished holds up no other. The database's clock alone judges who is alive.
update reconciliation_run r
set owner = @owner::text, heartbeat_at = clock_timestamp(), state = 'running', attempts = r.attempts + 1,
    started_at = coalesce(r.started_at, clock_timestamp())
where r.run_id = (
  select c.run_id from reconciliation_run c
  where c.state <> 'finished' and (@run_id::text = '' or c.run_id = @run_id)
    and (c.owner is null or c.heartbeat_at < clock_timestamp() - make_interval(secs => @silence_seconds::int))
  order by c.attempts, c.created_at, c.run_id
  limit 1
  for update skip locked)
returning *;

-- name: BeatReconciliationRun :execrows
update reconciliation_run set heartbeat_at = clock_timestamp() where run_id = @run_id and owner = @owner::text;

-- name: LeaveReconciliationRun :exec
-- Whoever comes next goes on behind the cursor.
update reconciliation_run set owner = null, error = @error where run_id = @run_id and owner = @owner::text;

-- name: AdvanceReconciliationRun :execrows
-- The cursor moves once from each place: two that work on one run do not count a partner twice.
update reconciliation_run
set cursor = @partner_id::text, heartbeat_at = clock_timestamp(), partners = partners + @partners::bigint,
    skipped = skipped + @skipped::bigint, compared = compared + @compared::bigint, opened = opened + @opened::bigint,
    updated = updated + @updated::bigint, closed = closed + @closed::bigint
where run_id = @run_id and cursor = @behind::text and owner = @owner::text and state = 'running';

-- name: FinishReconciliationRun :many
update reconciliation_run
set state = 'finished', finished_at = clock_timestamp(), owner = null, error = '', open = @open, open_errors = @open_errors
where run_id = @run_id and owner = @owner::text and state = 'running'
returning *;

-- name: FindReconciliationRun :many
select * from reconciliation_run where run_id = @run_id;

-- name: ReconciliationRuns :many
-- The newest first.
select * from reconciliation_run order by created_at desc, run_id desc limit @count_max;

-- name: ReconciliationRunsFinished :one
-- When the last run of each mode over all partners and cycles finished, for the age that is watched.
select coalesce(max(finished_at), '0001-01-01 00:00:00+00')::timestamptz as any_mode,
  coalesce(max(finished_at) filter (where mode = 'full'), '0001-01-01 00:00:00+00')::timestamptz as full_mode
from reconciliation_run where state = 'finished' and partner_id = '' and cycle = '';

-- name: CountReconciliation :exec
insert into reconciliation_count (run_id, pair, currency, compared, differing, amount, difference)
select @run_id::text, unnest(@pairs::text[]), unnest(@currencies::text[]), unnest(@compared::bigint[]), unnest(@differing::bigint[]),
  unnest(@amounts::numeric[]), unnest(@differences::numeric[])
on conflict (run_id, pair, currency) do update
set compared = reconciliation_count.compared + excluded.compared, differing = reconciliation_count.differing + excluded.differing,
    amount = reconciliation_count.amount + excluded.amount, difference = reconciliation_count.difference + excluded.difference;

-- name: ReconciliationCounts :many
select * from reconciliation_count where run_id = @run_id order by pair collate "C", currency collate "C";

-- name: ReconciliationPartners :many
-- A page of the partners that a run compares: also such as have postings and no row of their own any more, whatever their
-- site was. Those are found by one look into the index for each partner, not by reading the ledger. '_all' stands for what
-- is of no single one.
with recursive posted as (
  (select partner_id from posting order by partner_id limit 1)
  union all
  select (select q.partner_id from posting q where q.partner_id > p.partner_id order by q.partner_id limit 1)
  from posted p where p.partner_id is not null
)
select p.partner_id::text from (
  select partner_id from partner where @site::text = '' or site = @site or site = ''
  union all
  select g.partner_id from posted g where g.partner_id is not null and not exists (select from partner t where t.partner_id = g.partner_id)
  union
  select '_all'
) p
where p.partner_id collate "C" > @after::text and (@partner_id::text = '' or p.partner_id = @partner_id)
order by p.partner_id collate "C"
limit @count_max;

-- name: CountReconciliationPartners :one
-- For the progress: but for those without a row.
select count(*) from partner p
where (@site::text = '' or p.site = @site or p.site = '') and p.partner_id <> '_all' and (@partner_id::text = '' or p.partner_id = @partner_id);

-- name: ReconciledOf :many
select * from reconciled where partner_id = @partner_id;

-- name: SaveReconciled :execrows
-- Nothing where another run stored the partner since this one read it; the row is locked from here on.
insert into reconciled (partner_id, run_id, full_run_id, compared_at, input_no, decision_no, posting_no, posting_hash, statements)
values (@partner_id, @run_id, @full_run_id, clock_timestamp(), @input_no, @decision_no, @posting_no, @posting_hash, @statements)
on conflict (partner_id) do update
set run_id = excluded.run_id, compared_at = excluded.compared_at,
    full_run_id = case when excluded.full_run_id = '' then reconciled.full_run_id else excluded.full_run_id end,
    input_no = excluded.input_no, decision_no = excluded.decision_no, posting_no = excluded.posting_no, posting_hash = excluded.posting_hash,
    statements = excluded.statements
where reconciled.compared_at = @before::timestamptz;

-- name: TouchReconciled :execrows
-- What a run of one cycle does instead: it compares all, and keeps what concerns the cycle.
update reconciled set compared_at = clock_timestamp() where partner_id = @partner_id and compared_at = @before::timestamptz;

-- name: SaveReconciledBills :exec
insert into reconciled_bill (partner_id, bill_id, account, currency, amount)
select @partner_id::text, unnest(@bill_ids::text[]), unnest(@accounts::text[]), unnest(@currencies::text[]), unnest(@amounts::numeric[])
on conflict (partner_id, bill_id, account, currency) do update set amount = excluded.amount;

-- name: ForgetReconciledBills :exec
delete from reconciled_bill where partner_id = @partner_id;

-- name: NumberReconciliationOutbox :one
-- Numbers of partition 64, which the replica that reads the reference stream publishes; before AddOutbox. It proves no
-- lease: findings are of nobody's stream.
update stream_position set outbox_no = outbox_no + @count::bigint where partition = 64 returning outbox_no;

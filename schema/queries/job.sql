-- Jobs by the clock: their schedules, runs and pauses. Times are the database's, so that all replicas agree; what is due
-- when is the caller's.

-- name: ActiveSites :many
-- Of the sites named, those that a partner is enrolled in.
select s.site::text as site from (select unnest(@sites::text[]) as site) s
where exists (select from partner p where p.site = s.site)
order by s.site;

-- name: SiteUsesMetering :one
select exists (select from partner where site = @site and usages > 0);

-- name: FirstFact :one
-- When the first accepted order fact of a site happened; the year 1 before there is one.
select coalesce(min(i.time), '0001-01-01 00:00:00+00')::timestamptz as first
from input i join partner p on p.partner_id = i.partner_id
where p.site = @site and i.status = 'accepted' and i.type = any(@types::text[]);

-- name: LastFired :many
-- The last run of each job of a site that somebody fired before there were schedules here.
select subject as job, max(time)::timestamptz as last from input
where partner_id = '_all' and type = 'schedule.fired.v1' and status in ('accepted', 'waiting')
  and convert_from(payload, 'UTF8')::json ->> 'site' = @site::text
group by subject;

-- name: JobSchedules :many
select * from job_schedule order by site, job;

-- name: LockJobSchedules :many
-- Whoever comes second waits, and then sees what the first has put down.
select * from job_schedule where site = @site order by job for update;

-- name: AddJobSchedules :exec
insert into job_schedule (job, site, since, fired_until)
select unnest(@jobs::text[]), @site, unnest(@sinces::timestamptz[]), unnest(@sinces::timestamptz[])
on conflict (job, site) do nothing;

-- name: MoveJobSchedule :exec
update job_schedule set fired_until = greatest(fired_until, @fired_until), left_out = left_out + @left_out,
  left_out_until = coalesce(sqlc.narg(left_out_until)::timestamptz, left_out_until)
where job = @job and site = @site;

-- name: AddDueRuns :execrows
-- The insert decides who puts a run down; a run that is known happens once.
insert into job_run (job, site, run_key, scheduled_for, origin, actor, state)
select unnest(@jobs::text[]), @site, unnest(@keys::text[]), unnest(@times::timestamptz[]), @origin, @actor, 'due'
on conflict (job, site, run_key) do nothing;

-- name: DueRuns :many
-- In the order in which they are to be published; the order of jobs at one instant is that of their names here.
select job, site, run_key, scheduled_for from job_run
where state = 'due' and site = @site and not (job = any(@paused::text[]))
order by scheduled_for, array_position(@ranks::text[], job), run_key
limit @count_max
for update;

-- name: MarkFired :exec
update job_run r set state = 'fired', fired_at = clock_timestamp()
from (select unnest(@jobs::text[]) as job, unnest(@keys::text[]) as run_key) f
where r.job = f.job and r.site = @site and r.run_key = f.run_key and r.state = 'due';

-- name: RecordRun :one
-- Ties a run to the first event that fires it; another event for the same run gets that one's number and fires nothing.
insert into job_run (job, site, run_key, scheduled_for, origin, state, fired_at, recorded_at, input_no)
values (@job, @site, @run_key, @scheduled_for, 'event', 'waiting', clock_timestamp(), clock_timestamp(), @input_no)
on conflict (job, site, run_key) do update set
  state = case when job_run.input_no is null then 'waiting' else job_run.state end,
  fired_at = coalesce(job_run.fired_at, excluded.fired_at),
  recorded_at = coalesce(job_run.recorded_at, excluded.recorded_at),
  input_no = coalesce(job_run.input_no, excluded.input_no)
returning input_no::bigint as input_no;

-- name: SentAfter :one
select sent_after from job_run where input_no = @input_no::bigint;

-- name: TakeRun :exec
-- A run that was fired again goes on with another event, to the partners that it did not reach.
update job_run set state = 'running', input_no = @input_no::bigint, sent_after = '', sent_at = null, decided_by = null, counted_after = '',
  partners = 0, refused = 0, finished_at = null, outcome = ''
where job = @job and site = @site and run_key = @run_key;

-- name: PartnersOfSite :many
select partner_id from partner
where site = @site and partner_id <> '_all' and partner_id > @after
order by partner_id
limit @count_max;

-- name: ReachedPartners :many
-- Those of a page of partners whose inbox has their part of a run.
select w.partner_id::text as partner_id from (select unnest(@partner_ids::text[]) as partner_id, unnest(@key_hashes::bytea[]) as key_hash) w
join inbox_key k on k.partner_id = w.partner_id and k.key_hash = w.key_hash;

-- name: MarkSent :exec
update job_run set sent_after = @sent_after, state = 'running',
  sent_at = case when @complete::boolean then clock_timestamp() end
where input_no = @input_no::bigint;

-- name: RunningRuns :many
-- Runs whose parts are all sent, with the event they come from.
select r.job, r.site, r.run_key, r.scheduled_for, r.input_no::bigint as input_no, r.decided_by, r.counted_after, i.source, i.event_id
from job_run r join input i on i.partner_id = '_all' and i.input_no = r.input_no
where r.state = 'running' and r.sent_at is not null
order by r.input_no
limit @count_max;

-- name: SetDecidedBy :exec
update job_run set decided_by = @decided_by
where input_no = any(@input_nos::bigint[]) and decided_by is null;

-- name: CountParts :one
select count(*) as reached, count(*) filter (where i.status in ('rejected', 'discarded')) as refused
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@key_hashes::bytea[]) as key_hash) w
join inbox_key k on k.partner_id = w.partner_id and k.key_hash = w.key_hash
join input i on i.partner_id = k.partner_id and i.input_no = k.input_no;

-- name: MarkCounted :execrows
update job_run set counted_after = @counted_after, partners = partners + @reached::bigint, refused = refused + @refused::bigint
where input_no = @input_no::bigint and state = 'running' and counted_after = @before;

-- name: FinishJobRun :many
update job_run set state = 'finished', finished_at = clock_timestamp(),
  outcome = case when refused = 0 then 'done' when refused < partners then 'partly_refused' else 'refused' end
where input_no = @input_no::bigint and state = 'running'
returning partners;

-- name: FinishReconcileRun :one
-- Finishes a run of the reconciliation that it began, or tells that it goes on.
with done as (
  update job_run j set state = 'finished', finished_at = clock_timestamp(), outcome = 'done', partners = c.partners
  from reconciliation_run c
  where j.input_no = @input_no::bigint and j.state = 'running' and c.source = @source and c.event_id = @event_id and c.state = 'finished'
  returning c.partners)
select (select count(*) from done)::bigint as finished, coalesce((select partners from done), 0)::bigint as partners;

-- name: OpenRuns :one
-- Runs that are not finished a while after they were put down, and the age of the oldest that is not finished. What an
-- operator holds back by a pause does not count.
select count(*) filter (where due_at < clock_timestamp() - make_interval(secs => @overdue_seconds::int)) as overdue,
  coalesce(extract(epoch from clock_timestamp() - min(due_at)), 0)::float8 as oldest_seconds
from job_run r
where state <> 'finished' and not (state = 'due' and exists (
  select from job_pause p where p.job = r.job and p.site in ('', r.site) and p.resumed_at is null));

-- name: LastRuns :many
-- The last run of each job and site.
select distinct on (job, site) * from job_run order by job, site, scheduled_for desc, run_key desc;

-- name: ListRuns :many
select * from job_run
where (@job::text = '' or job = @job) and (@site::text = '' or site = @site)
order by scheduled_for desc, site, job, run_key
limit @count_max;

-- name: PruneRuns :execrows
-- Runs that were finished long ago, the oldest first: but for the last of each job and site, and what lies beyond where
-- its schedule stands.
delete from job_run where (job, site, run_key) in (
  select r.job, r.site, r.run_key from job_run r
  where r.state = 'finished' and r.finished_at < clock_timestamp() - make_interval(days => @days::int)
    and r.scheduled_for <= coalesce((select s.fired_until from job_schedule s where s.job = r.job and s.site = r.site), 'infinity')
    and exists (select from job_run n where n.job = r.job and n.site = r.site and n.scheduled_for > r.scheduled_for)
  order by r.scheduled_for
  limit @count_max);

-- name: FindRun :many
select * from job_run where job = @job and site = @site and run_key = @run_key;

-- name: OpenPauses :many
select * from job_pause where resumed_at is null order by job, site;

-- name: AddPause :execrows
insert into job_pause (job, site, actor, reason) values (@job, @site, @actor, @reason)
on conflict (job, site) where resumed_at is null do nothing;

-- name: Resume :execrows
update job_pause set resumed_by = @actor::text, resumed_at = clock_timestamp()
where job = @job and site = @site and resumed_at is null;

-- name: RemoveJobSchedules :exec
delete from job_schedule where site = @site and job = any(@jobs::text[]);

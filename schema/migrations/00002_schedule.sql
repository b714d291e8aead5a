-- +goose Up
-- How far the schedule of each job of a site was turned into runs, by whichever replica came first.
create table job_schedule (
  job         text        not null,
  site        text        not null,
  since       timestamptz not null, -- no run before it
  fired_until timestamptz not null, -- every run up to it is in job_run, was left out, or had nothing to do
  left_out    bigint      not null default 0 check (left_out >= 0), -- runs older than what is caught up, or skipped by an operator
  left_out_until timestamptz,       -- scheduled time of the last of them
  primary key (job, site),
  check (fired_until >= since),
  check ((left_out = 0) = (left_out_until is null))
);

-- A run of a job, once per job, site and scheduled time. It is due, then fired (published), then waiting (recorded, for
-- what stood before it in the input), then running (its parts are being sent, and decided), then finished.
create table job_run (
  job           text        not null,
  site          text        not null,
  run_key       text        not null, -- local scheduled time, in UTC with Z for a job that runs more often than daily
  scheduled_for timestamptz not null,
  origin        text        not null check (origin in ('schedule', 'hand', 'event')), -- event: published by somebody else
  actor         text        not null default '',
  state         text        not null check (state in ('due', 'fired', 'waiting', 'running', 'finished')),
  due_at        timestamptz not null default clock_timestamp(), -- when it was put down here
  fired_at      timestamptz,
  input_no      bigint,      -- of the event that fired it, among those of _all
  recorded_at   timestamptz,
  sent_after    text        not null default '', -- the last partner that its part was sent to
  sent_at       timestamptz, -- to the last partner
  decided_by    bigint,      -- when the input is decided up to this sequence, so are all parts
  counted_after text        not null default '', -- the last partner whose part was counted
  partners      bigint      not null default 0, -- that it reached, as far as they are counted
  refused       bigint      not null default 0, -- parts that were rejected
  finished_at   timestamptz,
  outcome       text        not null default '' check (outcome in ('', 'done', 'partly_refused', 'refused')),
  primary key (job, site, run_key),
  check ((state in ('due', 'fired')) = (input_no is null)),
  check ((state = 'finished') = (finished_at is not null)),
  check ((state = 'finished') = (outcome <> '')),
  check (refused between 0 and partners)
);
create unique index job_run_by_input on job_run (input_no) where input_no is not null;
create index job_run_open on job_run (site, scheduled_for) where state <> 'finished';
create index job_run_by_time on job_run (scheduled_for);

-- Jobs that an operator paused, of one site or with '' of all; closed ones stay, for who did what and why.
create table job_pause (
  pause_id   bigint generated always as identity primary key,
  job        text        not null,
  site       text        not null,
  actor      text        not null check (actor <> ''),
  reason     text        not null check (reason <> ''),
  paused_at  timestamptz not null default clock_timestamp(),
  resumed_by text,
  resumed_at timestamptz,
  check ((resumed_by is null) = (resumed_at is null))
);
create unique index job_pause_open on job_pause (job, site) where resumed_at is null;

-- Whether anybody at a site is metered.
create index partner_metered on partner (site) where usages > 0;

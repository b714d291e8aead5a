-- +goose Up
-- Reconciliation: runs that compare everything with everything, and the differences that they found.

-- One row for each run, by hand or by the clock. Partners are compared in the order of their ids, each in transactions of
-- its own; the cursor is the last one that is stored, so a run that was killed goes on behind it.
create table reconciliation_run (
  run_id        text        primary key, -- job, site and local scheduled time; of one by hand its time
  mode          text        not null check (mode in ('incremental', 'full')),
  site          text        not null, -- '' for all
  partner_id    text        not null, -- '' for all
  cycle         text        not null, -- '' for all
  scheduled_for timestamptz not null,
  source        text        not null, -- of the event that asked for it, its cause
  event_id      text        not null,
  state         text        not null default 'waiting' check (state in ('waiting', 'running', 'finished')),
  cursor        text        not null default '',
  owner         text, -- who works on it, as long as its heartbeat is fresh
  heartbeat_at  timestamptz,
  attempts      int         not null default 0, -- how often it was begun or gone on with
  error         text        not null default '', -- of the last attempt that failed
  created_at    timestamptz not null default now(),
  started_at    timestamptz,
  finished_at   timestamptz,
  partners      bigint      not null default 0, -- compared so far
  skipped       bigint      not null default 0, -- in which nothing has changed
  compared      bigint      not null default 0, -- rows and facts
  opened        bigint      not null default 0,
  updated       bigint      not null default 0,
  closed        bigint      not null default 0,
  open          bigint      not null default 0, -- findings of any severity, when it finished
  open_errors   bigint      not null default 0,
  check ((state = 'finished') = (finished_at is not null))
);
create index reconciliation_run_unfinished on reconciliation_run (created_at) where state <> 'finished';
create index reconciliation_run_by_time on reconciliation_run (created_at desc);

-- What a run compared, by pair of views and currency: how many rows agreed and how many did not, and their amounts.
-- Currency is '' where there is no amount.
create table reconciliation_count (
  run_id     text    not null,
  pair       text    not null,
  currency   text    not null,
  compared   bigint  not null,
  differing  bigint  not null,
  amount     numeric not null, -- of what was compared
  difference numeric not null, -- sum of the absolute differences
  primary key (run_id, pair, currency)
);

-- How far each partner is compared: an incremental run looks at what was decided and posted since, and adds it to the
-- sums of the bills below. The hash is that of the last posting that was followed.
create table reconciled (
  partner_id   text        primary key,
  run_id       text        not null,
  full_run_id  text        not null, -- the last one that compared all of it, '' before the first
  compared_at  timestamptz not null,
  input_no     bigint      not null,
  decision_no  bigint      not null,
  posting_no   bigint      not null,
  posting_hash bytea       not null check (length(posting_hash) = 32)
);
create table reconciled_bill (
  partner_id text    not null,
  bill_id    text    not null,
  account    text    not null,
  currency   text    not null,
  amount     numeric not null, -- of the postings up to where the partner is compared
  primary key (partner_id, bill_id, account, currency)
);

-- Differences. A finding is known by a hash of its kind, partner and keys, so the next run that sees it updates it, the
-- next that compares the same and does not see it closes it, and one that comes back is opened again.
create table finding (
  partner_id  text        not null,
  finding_id  text        not null,
  version     bigint      not null,
  kind        text        not null,
  severity    text        not null check (severity in ('error', 'warning', 'notice')),
  state       text        not null check (state in ('open', 'closed')),
  keys        json        not null, -- name and value, in order
  cycle       text        not null, -- '' where it belongs to none
  currency    text        not null, -- '' where the sides differ by no amount
  expected    text        not null,
  found       text        not null,
  difference  numeric     not null,
  evidence    json        compression lz4 not null, -- rows of both sides
  opened_run  text        not null,
  opened_at   timestamptz not null,
  seen_run    text        not null, -- the last that saw it
  seen_at     timestamptz not null,
  seen_count  bigint      not null,
  closed_run  text        not null, -- '' while it is open
  closed_at   timestamptz,
  primary key (partner_id, finding_id),
  check ((state = 'closed') = (closed_at is not null)),
  check ((state = 'closed') = (closed_run <> ''))
);
create index finding_open on finding (partner_id, kind) where state = 'open';
create index finding_by_time on finding (opened_at desc);

-- What a fact comes to is summed over its postings, whenever they were made: an incremental run sums only those of the
-- facts that changed.
create index posting_by_fact on posting (partner_id, fact);

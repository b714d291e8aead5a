-- +goose Up
-- What freezes beside credit, what stands against payment requests, adjustments and statements.

-- Overdues that are open: no batch has to look further to know that there are none.
alter table partner add column overdue bigint not null default 0 check (overdue >= 0);

-- Only open holds are looked through; one that is named is found by its key.
drop index hold_not_of_credit;
create index hold_open_not_of_credit on hold (partner_id) where open and reason <> 'credit_not_repaid';

-- Milestones that are delivered.
create table milestone (
  partner_id   text   not null,
  milestone_id text   not null,
  version      bigint not null,
  document     json   not null,
  primary key (partner_id, milestone_id)
);

-- Cycles that were said to be settled, each time it was said.
create table cycle_settlement (
  partner_id    text   not null,
  settlement_id text   not null, -- cycle, currency and time
  version       bigint not null,
  document      json   not null,
  primary key (partner_id, settlement_id)
);

create table overdue (
  partner_id text    not null,
  overdue_id text    not null,
  version    bigint  not null,
  open       boolean not null,
  document   json    not null,
  primary key (partner_id, overdue_id)
);

create table adjustment (
  partner_id    text    not null,
  adjustment_id text    not null,
  version       bigint  not null,
  bill_id       text,
  order_id      text,
  currency      text    not null,
  amount        numeric not null check (amount <> 0),
  document      json    not null,
  primary key (partner_id, adjustment_id),
  check ((bill_id is null) <> (order_id is null))
);

-- What resale customers consumed by cycle and currency, and what of it statements told.
create table turnover (
  partner_id  text   not null,
  turnover_id text   not null, -- cycle and currency
  version     bigint not null,
  document    json   not null,
  primary key (partner_id, turnover_id)
);

create table statement (
  partner_id         text    not null,
  statement_id       text    not null, -- cycle and currency
  version            bigint  not null,
  cycle              text    not null,
  currency           text    not null,
  bill_amount        numeric not null,
  initial_amount_due numeric not null check (initial_amount_due = greatest(bill_amount, 0)),
  document           json    not null,
  primary key (partner_id, statement_id)
);

-- Issued is issued, and what was adjusted is adjusted again, not edited.
create trigger adjustment_append_only before update or delete or truncate on adjustment
  for each statement execute function refuse_change();
create trigger statement_append_only before update or delete or truncate on statement
  for each statement execute function refuse_change();

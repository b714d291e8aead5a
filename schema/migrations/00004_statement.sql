-- +goose Up
-- The vendor's statement files as they were imported: what it says the partner's customers consumed in a cycle. The
-- table statement is the partner's own bill; these are what it is compared with.

-- One row for each version of a statement. Files of one partner, cycle, currency and kind follow one another: the last is
-- in force, the earlier ones stay on record.
create table upstream_statement (
  partner_id    text        not null,
  statement_id  text        not null,
  cycle         text        not null,
  currency      text        not null,
  kind          text        not null,
  version       int         not null check (version > 0),
  file          text        not null, -- its name, for people
  file_bytes    bigint      not null check (file_bytes >= 0),
  file_hash     bytea       not null check (length(file_hash) = 32),
  mapping_hash  bytea       not null check (length(mapping_hash) = 32), -- the same file read otherwise is another statement
  lines         bigint      not null default 0 check (lines >= 0),
  expenditure   numeric     not null default 0,
  refunds       numeric     not null default 0, -- negative, as all that lessens what is owed
  adjustments   numeric     not null default 0,
  duplicates    bigint      not null default 0 check (duplicates between 0 and lines), -- lines that repeat an earlier one
  imported_at   timestamptz not null default now(),
  superseded_by text, -- the statement that replaced it
  primary key (partner_id, statement_id),
  unique (partner_id, cycle, currency, kind, version)
);
create unique index upstream_statement_in_force on upstream_statement (partner_id, cycle, currency, kind) where superseded_by is null;
create index upstream_statement_by_file on upstream_statement (file_hash);

-- The lines, as they were read. What a customer owes is positive, what lessens it negative.
create table upstream_line (
  partner_id        text    not null,
  statement_id      text    not null,
  line_no           bigint  not null check (line_no > 0), -- within the statement's file
  part              text    not null, -- of an archive or spreadsheet, and the line there
  part_line         bigint  not null,
  match_id          text    not null, -- the order it is compared with, '' for none
  bill_type         text    not null check (bill_type in ('expenditure', 'refund', 'adjustment')),
  customer_id       text    not null, -- '' where the line has none
  order_id          text    not null,
  original_order_id text    not null,
  invoice_id        text    not null,
  billing_mode      text    not null,
  product_type      text    not null,
  product_type_code text    not null,
  product_name      text    not null,
  product_id        text    not null,
  resource_id       text    not null,
  amount            numeric not null,
  list_amount       numeric,
  settlement_amount numeric,
  line_hash         bytea   not null check (length(line_hash) = 16), -- equal lines have equal ones
  primary key (partner_id, statement_id, line_no),
  foreign key (partner_id, statement_id) references upstream_statement
);
create index upstream_line_by_match on upstream_line (partner_id, match_id);

-- A correction is another file.
create trigger upstream_line_append_only before update or delete or truncate on upstream_line
  for each statement execute function refuse_change();

-- Adjustments that answer a finding, which comparisons look up by partner.
create index adjustment_of_finding on adjustment (partner_id) where document ->> 'Corrects' is not null;
create index adjustment_by_order on adjustment (partner_id, order_id) where order_id is not null;

-- How many statements of the partner were there when it was compared: none is ever taken away.
alter table reconciled add column statements bigint not null default 0;

-- +goose Up
-- Migrate has made the schema accruald before; this states it for readers and tools.
create schema if not exists accruald;

-- Every table of a partner's data leads its primary key with partner_id: no statement crosses partners except
-- reports, so the same tables can be distributed over several servers by that column.

-- One row for each partner: the numbers its decisions count, and the lock under which they are made. A batch locks
-- the rows of its partners in sorted order before it looks at anything else.
create table partner (
  partner_id        text   primary key,
  site              text   not null default '', -- of its first enrolment, for the jobs that run by site
  input_no          bigint not null default 0,
  decision_no       bigint not null default 0,
  posting_no        bigint not null default 0,
  reference_no      bigint not null default 0,
  waiting           bigint not null default 0,
  retryable         bigint not null default 0,
  retried_reference bigint not null default 0,
  retried_partner   bigint not null default 0,
  highest           timestamptz not null default '0001-01-01 00:00:00+00', -- the year 1 is none
  waiting_since     timestamptz not null default '0001-01-01 00:00:00+00',
  closed_cycle      text   not null default '',
  -- Cut-offs, and the decision number of the last one: facts decided behind it are corrected together,
  -- whatever their order.
  cut_offs          bigint not null default 0,
  cut_off_decision  bigint not null default 0,
  posting_hash        bytea  not null default decode(repeat('00', 32), 'hex') check (length(posting_hash) = 32), -- of the last posting
  overdue             bigint not null default 0, -- that are open: no batch has to look further to know that there are none
  -- How much usage there is, and until when it is settled.
  usages              bigint not null default 0,
  usage_settled_until timestamptz not null default '0001-01-01 00:00:00+00',
  check (waiting >= 0 and retryable >= 0 and overdue >= 0 and usages >= 0 and cut_offs >= 0)
);
create index partner_by_site on partner (site);
create index partner_with_open on partner (partner_id) where waiting > 0 or retryable > 0;

-- Who was received, for ever and narrow: the hash of (source, id), and of the content that came under it. Another
-- content under the same id gets a row of its own, keyed by all three, so that it is refused and reported once.
create table inbox_key (
  partner_id   text   not null,
  key_hash     bytea  not null check (length(key_hash) = 16),
  content_hash bytea  not null check (length(content_hash) = 32),
  input_no     bigint not null,
  primary key (partner_id, key_hash)
) partition by hash (partner_id);
create table inbox_key_0 partition of inbox_key for values with (modulus 8, remainder 0);
create table inbox_key_1 partition of inbox_key for values with (modulus 8, remainder 1);
create table inbox_key_2 partition of inbox_key for values with (modulus 8, remainder 2);
create table inbox_key_3 partition of inbox_key for values with (modulus 8, remainder 3);
create table inbox_key_4 partition of inbox_key for values with (modulus 8, remainder 4);
create table inbox_key_5 partition of inbox_key for values with (modulus 8, remainder 5);
create table inbox_key_6 partition of inbox_key for values with (modulus 8, remainder 6);
create table inbox_key_7 partition of inbox_key for values with (modulus 8, remainder 7);

-- Every event received, as received: what a chain is folded from again, what waits, and what was refused. It is not
-- partitioned by month: a unique key of a partitioned table has to contain the column it is partitioned by, so the number
-- per partner would be unique within a month only, and a chain, which may be folded again years later, would be looked
-- up in every month. Rows that no open chain needs can be archived by partner and number; who was received is known
-- from inbox_key without them.
create table input (
  partner_id        text        not null,
  input_no          bigint      not null, -- order of arrival, gap-free per partner
  source            text        not null,
  event_id          text        not null,
  type              text        not null,
  subject           text        not null,
  partition_key     text        not null,
  time              timestamptz not null,
  time_offset       int         not null, -- seconds east of UTC as it was sent, which timestamptz does not keep
  arrived_at        timestamptz not null,
  payload           bytea       not null, -- jsonb would reorder and drop
  content_hash      bytea       not null,
  status            text        not null check (status in ('waiting', 'accepted', 'rejected', 'discarded')),
  decision_no       bigint,
  reference_version bigint      not null,
  partner_version   bigint      not null,
  chain_key         text,
  waits_for         text,
  retryable         boolean     not null,
  code              text        not null, -- of the rejection, '' without one
  message           text        not null,
  pointer           text        not null,
  attempts          int         not null,
  -- What is judged once, at the first decision, null where it is no question: whether an unsubscription came within
  -- five days, whether a payment paid the customer's first order, and whether an unreturned invoice stood against an
  -- unsubscription.
  five_day          boolean,
  first_order       boolean,
  invoiced          boolean,
  version           bigint      not null,
  primary key (partner_id, input_no),
  check ((status = 'waiting') = (waits_for is not null)),
  -- What waits may have been decided before: folding its chain again took its predecessor away.
  check (status = 'waiting' or decision_no is not null),
  check ((status in ('rejected', 'discarded')) = (code <> '')),
  check (code <> '' or not retryable and message = '' and pointer = '')
);
create unique index input_by_decision on input (partner_id, decision_no) where decision_no is not null;
create index input_waiting on input (partner_id, waits_for) where status = 'waiting';
create index input_retryable on input (partner_id, input_no) where status = 'rejected' and retryable;
create index input_rejected on input (partner_id, input_no) where status = 'rejected';
create index input_of_chain on input (partner_id, chain_key) where chain_key is not null;

-- The tables from here to allowance hold rows of decisions: the document is the row as the rules know it, in JSON; the
-- other columns are what rows are found, checked and summed by. json and not jsonb: what is read is what was written.
-- Documents over 2 kB are compressed by lz4, which costs a tenth of the default's time.

-- Orders and resources that shared orders connect are folded together.
create table chain (
  partner_id text   not null,
  chain_id   text   not null,
  version    bigint not null,
  document   json   compression lz4 not null, -- its keys and the last event folded
  primary key (partner_id, chain_id)
);
create table chain_key (
  partner_id text not null,
  key        text not null,
  chain_id   text not null,
  primary key (partner_id, key)
);

-- An order, a detail or a bill that folding again took away stays without its document: consumers order what they
-- hear of it by its version, so that has to go on counting when it comes back.
create table customer_order (
  partner_id  text   not null,
  order_id    text   not null,
  version     bigint not null,
  customer_id text   not null,
  state       text   not null check (state in ('pending', 'settled', 'cancelled')),
  document    json   compression lz4,
  charged_at  timestamptz, -- when it was paid, or gave back
  primary key (partner_id, order_id)
);
create index customer_order_charged on customer_order (partner_id, charged_at) where charged_at is not null;
-- Whether a customer is new is told by its paid orders.
create index customer_order_settled on customer_order (partner_id, customer_id) where state = 'settled';

create table resource (
  partner_id  text   not null,
  resource_id text   not null,
  version     bigint not null,
  customer_id text   not null,
  state       text   not null check (state in ('active', 'unsubscribed')),
  renewal_day date, -- the day on which one that renews by itself expires, in UTC
  document    json   compression lz4 not null,
  primary key (partner_id, resource_id)
);
create index resource_by_renewal on resource (partner_id, renewal_day) where renewal_day is not null;
create index resource_of_customer on resource (partner_id, customer_id) where state = 'active';

-- The last automatic renewal of a resource that failed, and why, until one succeeds.
create table renewal_attempt (
  partner_id   text        not null,
  resource_id  text        not null,
  version      bigint      not null,
  customer_id  text        not null,
  attempted_at timestamptz not null,
  code         text        not null check (code <> ''),
  document     json        compression lz4 not null,
  primary key (partner_id, resource_id)
);

-- Usage that is metered: what was used, what is settled together, and the totals that tiers run over. The order that
-- settles a window is a row of customer_order, under the window's id.
create table usage (
  partner_id  text        not null,
  usage_id    text        not null,
  version     bigint      not null,
  resource_id text        not null,
  window_id   text        not null, -- the settlement it falls in
  tier_id     text, -- the total its tiers run over
  ends_at     timestamptz not null,
  refused     boolean     not null, -- its resource contradicts it; other facts may yet make it good
  document    json        compression lz4 not null,
  primary key (partner_id, usage_id)
);
create index usage_by_window on usage (partner_id, window_id);
create index usage_by_tier on usage (partner_id, tier_id) where tier_id is not null;
create index usage_by_resource on usage (partner_id, resource_id, ends_at);

create table usage_window (
  partner_id text        not null,
  window_id  text        not null,
  version    bigint      not null,
  ends_at    timestamptz not null,
  settled    boolean     not null,
  document   json        compression lz4 not null,
  primary key (partner_id, window_id)
);
create index usage_window_open on usage_window (partner_id, ends_at) where not settled;

create table usage_tier (
  partner_id text    not null,
  tier_id    text    not null,
  version    bigint  not null,
  total      numeric not null,
  document   json    compression lz4 not null,
  primary key (partner_id, tier_id)
);

-- Coupons and the quotas they are issued from.
create table coupon (
  partner_id  text        not null,
  coupon_id   text        not null,
  version     bigint      not null,
  quota_id    text, -- none when it was not issued from one
  customer_id text        not null,
  currency    text        not null,
  state       text        not null check (state in ('normal', 'frozen', 'reclaimed', 'expired')),
  expire_time timestamptz not null,
  face_value  numeric     not null check (face_value >= 0),
  balance     numeric     not null, -- below 0 when payments that did not know of one another used it together
  spent       numeric     not null check (spent >= 0),
  forfeited   numeric     not null check (forfeited >= 0),
  given_back  numeric     not null check (given_back >= 0),
  document    json        compression lz4 not null,
  primary key (partner_id, coupon_id),
  constraint coupon_identity check (face_value = balance + spent + forfeited + given_back)
);
create index coupon_open on coupon (partner_id, expire_time) where state in ('normal', 'frozen');
create index coupon_by_customer on coupon (partner_id, customer_id);

create table coupon_quota (
  partner_id text    not null,
  quota_id   text    not null,
  version    bigint  not null,
  currency   text    not null,
  state      text    not null check (state in ('normal', 'frozen', 'adjusting', 'closed')),
  amount     numeric not null check (amount > 0),
  balance    numeric not null, -- below 0 when more was issued than granted
  issued     numeric not null check (issued >= 0),
  given_back numeric not null check (given_back >= 0 and given_back <= issued),
  document   json    compression lz4 not null,
  primary key (partner_id, quota_id),
  constraint coupon_quota_identity check (amount = balance + issued - given_back)
);

create table incentive_detail (
  partner_id text    not null,
  detail_id  text    not null,
  version    bigint  not null,
  bill_id    text, -- none when no policy gives anything for it
  order_id   text    not null,
  reverses   text,
  currency   text    not null,
  amount     numeric not null,
  frozen     numeric not null,
  document   json    compression lz4,
  primary key (partner_id, detail_id),
  check (bill_id is not null or amount = 0 and frozen = 0)
);
create index incentive_detail_by_order on incentive_detail (partner_id, order_id);
create index incentive_detail_by_bill on incentive_detail (partner_id, bill_id) where bill_id is not null;

create table incentive_bill (
  partner_id  text    not null,
  bill_id     text    not null,
  version     bigint  not null,
  cycle       text    not null,
  policy_id   text    not null,
  association text    not null,
  currency    text    not null,
  state       text    not null check (state in ('estimated', 'pending_confirmation', 'disputed', 'issuing', 'issued', 'expired')),
  total       numeric not null,
  frozen      numeric not null,
  payable     numeric not null,
  requested   numeric not null check (requested >= 0),
  paid_out    numeric not null check (paid_out >= 0),
  expired     numeric not null check (expired >= 0),
  "offset"    numeric not null,
  document    json    compression lz4,
  primary key (partner_id, bill_id),
  constraint incentive_bill_identity check (total = frozen + payable + requested + paid_out + expired + "offset")
);

-- What was adjusted is adjusted again, not edited.
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

create table hold (
  partner_id text    not null,
  hold_id    text    not null,
  version    bigint  not null,
  reason     text    not null,
  open       boolean not null,
  order_id   text,
  currency   text    not null,
  amount     numeric not null,
  document   json    compression lz4 not null,
  primary key (partner_id, hold_id)
);
-- Only open holds are looked through; one that is named is found by its key.
create index hold_open_not_of_credit on hold (partner_id) where open and reason <> 'credit_not_repaid';

-- Milestones that are delivered.
create table milestone (
  partner_id   text   not null,
  milestone_id text   not null,
  version      bigint not null,
  document     json   not null,
  primary key (partner_id, milestone_id)
);

create table debt (
  partner_id  text    not null,
  order_id    text    not null,
  version     bigint  not null,
  customer_id text    not null,
  cycle       text    not null,
  currency    text    not null,
  credit      numeric not null,
  refunded    numeric not null,
  repaid      numeric not null,
  document    json    compression lz4 not null,
  primary key (partner_id, order_id)
);

create table repayment (
  partner_id   text    not null,
  repayment_id text    not null,
  version      bigint  not null,
  currency     text    not null,
  amount       numeric not null,
  document     json    compression lz4 not null,
  primary key (partner_id, repayment_id)
);

-- Cycles that were said to be settled, each time it was said.
create table cycle_settlement (
  partner_id    text   not null,
  settlement_id text   not null, -- cycle, currency and time
  version       bigint not null,
  document      json   not null,
  primary key (partner_id, settlement_id)
);

-- Money that the partner, or one of its customers, is late with: it stands against payment requests.
create table overdue (
  partner_id text    not null,
  overdue_id text    not null,
  version    bigint  not null,
  open       boolean not null,
  document   json    not null,
  primary key (partner_id, overdue_id)
);

create table payment_request (
  partner_id text    not null,
  request_id text    not null,
  version    bigint  not null,
  state      text    not null check (state in ('processing', 'awaiting_invoice', 'invoice_review', 'paying', 'paid', 'cancelled')),
  currency   text    not null,
  amount     numeric not null,
  payout     numeric not null,
  document   json    compression lz4 not null,
  primary key (partner_id, request_id)
);

create table invoice (
  partner_id text    not null,
  invoice_id text    not null,
  version    bigint  not null,
  state      text    not null check (state in ('pending_review', 'rejected', 'cancelled', 'issuing', 'cancelling',
    'issuing_cancel_failed', 'to_sign', 'issued', 'returning', 'return_refused', 'returned')),
  request_id text,
  order_ids  text[]  not null,
  currency   text    not null,
  amount     numeric not null,
  document   json    compression lz4 not null,
  primary key (partner_id, invoice_id)
);
create index invoice_by_request on invoice (partner_id, request_id) where request_id is not null;
create index invoice_by_order on invoice using gin (order_ids);

-- What the partner was given ahead of the consumption that it is to be invoiced for.
create table owed_invoice (
  partner_id text    not null, -- the owner
  owed_id    text    not null, -- tax rate and currency
  version    bigint  not null,
  tax_rate   numeric not null check (tax_rate >= 0),
  currency   text    not null,
  amount     numeric not null check (amount >= 0),
  document   json    compression lz4 not null,
  primary key (partner_id, owed_id)
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

create table opportunity (
  partner_id     text   not null,
  opportunity_id text   not null,
  version        bigint not null,
  customer_id    text   not null,
  state          text   not null check (state in ('registered', 'shared', 'accepted', 'rejected', 'closed')),
  document       json   compression lz4 not null,
  primary key (partner_id, opportunity_id)
);
create index opportunity_shared on opportunity (partner_id) where state = 'shared';

create table customer_registration (
  partner_id      text   not null,
  registration_id text   not null,
  version         bigint not null,
  customer_id     text, -- known at the latest when the customer is associated
  state           text   not null check (state in ('pending', 'registered', 'rejected', 'associated', 'expired')),
  document        json   compression lz4 not null,
  primary key (partner_id, registration_id)
);
create index customer_registration_open on customer_registration (partner_id) where state in ('pending', 'registered');

create table allowance (
  partner_id   text   not null,
  allowance_id text   not null, -- customer and year
  version      bigint not null,
  document     json   not null,
  primary key (partner_id, allowance_id)
);

-- The ledger: double-entry, debit positive. What was posted stays; a correction is posted beside it. The postings of a
-- partner are a chain: each carries SHA-256 over the hash before it and its own content, and the partner keeps the last
-- one. Numbers have no gaps, so an edit, a deletion, an insertion and another order all show. The first hash of a
-- partner is 32 zero bytes.
create table posting (
  partner_id text    not null,
  posting_no bigint  not null, -- gap-free per partner
  input_no   bigint  not null,
  fact       text    not null,
  account    text    not null,
  bill_id    text,
  currency   text    not null,
  amount     numeric not null check (amount <> 0),
  hash       bytea   not null check (length(hash) = 32),
  primary key (partner_id, posting_no)
);

-- What was decided under: the common data under the scope '_all', in the order in which it was read, and each
-- partner's own under its id, with the decision that accepted it as version.
create table reference_log (
  scope        text        not null,
  version      bigint      not null,
  source       text        not null,
  event_id     text        not null,
  type         text        not null,
  subject      text        not null,
  time         timestamptz not null,
  time_offset  int         not null,
  payload      bytea       not null,
  content_hash bytea       not null,
  primary key (scope, version)
);

-- How far the reference stream is read; one row for each time the stream was made.
create table reference_position (
  stream   text        not null,
  created  timestamptz not null,
  position bigint      not null,
  primary key (stream, created)
);

-- One row for each partition of the input stream, and number 64 for what the reference log sends out: how far it is
-- read and sent, and who may say so. A batch moves it under the owner's epoch, so an owner that lost its lease stores
-- nothing. Position and outbox number share the row because one batch moves both.
create table stream_position (
  partition   int         primary key check (partition between 0 and 64),
  stream      text        not null default '',
  created     timestamptz, -- tells two streams of one name apart
  position    bigint      not null default 0 check (position >= 0),
  owner       text, -- a replica, as long as its heartbeat is fresh
  epoch       bigint      not null default 0,
  outbox_no   bigint      not null default 0, -- last number given
  relayed_no  bigint      not null default 0, -- last number published
  attempts    int         not null default 0, -- how often the messages after position were tried and not stored
  check (relayed_no between 0 and outbox_no)
) with (fillfactor = 50); -- hot rows: their new versions stay on the page
insert into stream_position (partition) select generate_series(0, 64);

-- What goes out, in the order of its partition. Rows are added, read once after a restart, and deleted in bounded
-- chunks once they are published; vacuum is told to keep up with that. Deleting needs no lock that a worker would wait
-- for, as truncating partitions of the table would.
create table outbox (
  partition   int         not null,
  no          bigint      not null,
  msg_id      text        not null,
  type        text        not null,
  partner_id  text        not null,
  subject     text        not null, -- what the event is about
  time        timestamptz not null,
  time_offset int         not null,
  data        bytea       not null,
  created_at  timestamptz not null default now(),
  primary key (partition, no)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000, autovacuum_vacuum_cost_delay = 0);

-- Processes that share the partitions.
create table replica (
  replica_id   text        primary key,
  started_at   timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);

-- Issued is issued: the rows of these tables are never changed, whoever asks, owners and superusers included.
-- +goose StatementBegin
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or deleted: add a correcting row', tg_table_name using errcode = 'restrict_violation';
end
$$;
-- +goose StatementEnd
create trigger posting_append_only before update or delete or truncate on posting
  for each statement execute function refuse_change();
create trigger adjustment_append_only before update or delete or truncate on adjustment
  for each statement execute function refuse_change();
create trigger statement_append_only before update or delete or truncate on statement
  for each statement execute function refuse_change();
create trigger reference_log_append_only before update or delete or truncate on reference_log
  for each statement execute function refuse_change();
-- A statement trigger of a partitioned table does not see what is done to one of its partitions by name.
-- +goose StatementBegin
do $$
declare
  part regclass;
begin
  for part in select relid from pg_partition_tree('inbox_key') loop
    execute format('create trigger inbox_key_append_only before update or delete or truncate on %s
      for each statement execute function refuse_change()', part);
  end loop;
end
$$;
-- +goose StatementEnd

-- The lines of a fact are posted in one statement and sum to zero. One look at what the statement added costs a third
-- of a deferred trigger for each row.
-- +goose StatementBegin
create function check_posting_balance() returns trigger language plpgsql as $$
declare
  broken record;
begin
  select partner_id, input_no, fact, currency, sum(amount) as difference into broken
  from added
  group by partner_id, input_no, fact, currency
  having sum(amount) <> 0
  limit 1;
  if found then
    raise exception 'postings of partner % input % fact % are out of balance by % %',
      broken.partner_id, broken.input_no, broken.fact, broken.difference, broken.currency using errcode = 'check_violation';
  end if;
  return null;
end
$$;
-- +goose StatementEnd
create trigger posting_balance after insert on posting referencing new table as added
  for each statement execute function check_posting_balance();

-- What is hot grows by adding; statistics that are a day old plan a sequential scan over what has become large.
alter table input set (autovacuum_analyze_scale_factor = 0.02);
alter table customer_order set (autovacuum_analyze_scale_factor = 0.02);
alter table incentive_detail set (autovacuum_analyze_scale_factor = 0.02);
alter table usage set (autovacuum_analyze_scale_factor = 0.02);

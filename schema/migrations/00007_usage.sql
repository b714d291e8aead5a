-- +goose Up
-- Usage that is metered: what was used, what is settled together, and the totals that tiers run over. The order that
-- settles a window is a row of customer_order, under the window's id.

-- How much usage a partner has, and until when it is settled.
alter table partner
  add column usages bigint not null default 0,
  add column usage_settled_until timestamptz not null default '0001-01-01 00:00:00+00'; -- the year 1 is none

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

alter table usage set (autovacuum_analyze_scale_factor = 0.02);

-- +goose Up
-- Coupons and the quotas they are issued from: rows of decisions, like those from customer_order to allowance.

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

-- Whether a payment paid the customer's first order: judged once, at its first decision.
alter table input add column first_order boolean;

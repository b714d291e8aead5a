-- +goose Up
-- Opportunities, announced customers and owed invoices: rows of decisions, like those from customer_order to allowance.

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

-- What the partner was given ahead of the consumption that it is to be invoiced for.
create table owed_invoice (
  partner_id text    not null, -- the owner
  owed_id    text    not null, -- tax rate and currency
  version    bigint  not null,
  tax_rate   numeric not null,
  currency   text    not null,
  amount     numeric not null check (amount >= 0),
  document   json    compression lz4 not null,
  primary key (partner_id, owed_id)
);

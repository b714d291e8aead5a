-- +goose Up
-- Resources that renew by themselves are found by the day on which they expire, in UTC; it is null for all others.
alter table resource add column renewal_day date;
create index resource_by_renewal on resource (partner_id, renewal_day) where renewal_day is not null;

-- The last automatic renewal of a resource that failed, and why, until one succeeds.
create table renewal_attempt (
  partner_id   text        not null,
  resource_id  text        not null,
  version      bigint      not null,
  customer_id  text        not null,
  attempted_at timestamptz not null,
  code         text        not null,
  document     json        compression lz4 not null,
  primary key (partner_id, resource_id)
);

-- Whether an unreturned invoice stood against an unsubscription, judged at its first decision like five_day.
alter table input add column invoiced boolean;

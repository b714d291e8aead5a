-- +goose Up
-- Cut-offs decided for a partner, and the number of the last one as an input: facts received behind it are corrected
-- together, whatever their order.
alter table partner
  add column cut_offs      bigint not null default 0,
  add column cut_off_input bigint not null default 0;

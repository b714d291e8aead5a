-- +goose Up
-- Cut-offs received of a partner, and the number of the last one as an input: facts received behind it are corrected
-- together, whatever their order.
alter table partner
  add column cut_offs      bigint not null default 0,
  add column cut_off_input bigint not null default 0;

-- Whether a customer is new is told by its paid orders.
create index customer_order_settled on customer_order (partner_id, customer_id) where state = 'settled';

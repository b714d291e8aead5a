-- +goose Up
-- A customer's resources are listed whole, also those that are gone.
drop index resource_of_customer;
create index resource_of_customer on resource (partner_id, customer_id, resource_id);

-- +goose Down
drop index resource_of_customer;
create index resource_of_customer on resource (partner_id, customer_id) where state = 'active';

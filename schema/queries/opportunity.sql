-- Rows of decisions about opportunities, announced customers and owed invoices.

-- name: LoadOpportunities :many
select t.partner_id, t.opportunity_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join opportunity t on t.partner_id = w.partner_id and t.opportunity_id = w.id;

-- name: LoadSharedOpportunities :many
select partner_id, opportunity_id as id, version, document from opportunity
where partner_id = any(@partner_ids::text[]) and state = 'shared';

-- name: SaveOpportunities :exec
insert into opportunity (partner_id, opportunity_id, version, customer_id, state, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@customer_ids::text[]),
  unnest(@states::text[]), unnest(@documents::json[])
on conflict (partner_id, opportunity_id) do update
set version = excluded.version, customer_id = excluded.customer_id, state = excluded.state, document = excluded.document;

-- name: LoadRegistrations :many
select t.partner_id, t.registration_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join customer_registration t on t.partner_id = w.partner_id and t.registration_id = w.id;

-- name: LoadOpenRegistrations :many
select partner_id, registration_id as id, version, document from customer_registration
where partner_id = any(@partner_ids::text[]) and state in ('pending', 'registered');

-- name: SaveRegistrations :exec
insert into customer_registration (partner_id, registration_id, version, customer_id, state, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), nullif(unnest(@customer_ids::text[]), ''),
  unnest(@states::text[]), unnest(@documents::json[])
on conflict (partner_id, registration_id) do update
set version = excluded.version, customer_id = excluded.customer_id, state = excluded.state, document = excluded.document;

-- name: LoadOwedInvoices :many
select partner_id, owed_id as id, version, document from owed_invoice
where partner_id = any(@partner_ids::text[]);

-- name: SaveOwedInvoices :exec
insert into owed_invoice (partner_id, owed_id, version, tax_rate, currency, amount, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@tax_rates::text[])::numeric,
  unnest(@currencies::text[]), unnest(@amounts::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, owed_id) do update
set version = excluded.version, tax_rate = excluded.tax_rate, currency = excluded.currency, amount = excluded.amount,
    document = excluded.document;


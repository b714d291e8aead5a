-- Rows of decisions about settlement: payment requests, invoices and the ledger.

-- name: LoadRequests :many
select t.partner_id, t.request_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join payment_request t on t.partner_id = w.partner_id and t.request_id = w.id;

-- name: SaveRequests :exec
insert into payment_request (partner_id, request_id, version, state, currency, amount, payout, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@states::text[]),
  unnest(@currencies::text[]), unnest(@amounts::text[])::numeric, unnest(@payouts::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, request_id) do update
set version = excluded.version, state = excluded.state, currency = excluded.currency, amount = excluded.amount,
    payout = excluded.payout, document = excluded.document;

-- name: DeleteRequests :exec
delete from payment_request t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.request_id = g.id;

-- name: LoadInvoices :many
select t.partner_id, t.invoice_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join invoice t on t.partner_id = w.partner_id and t.invoice_id = w.id;

-- name: LoadInvoicesOfRequests :many
select t.partner_id, t.invoice_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join invoice t on t.partner_id = w.partner_id and t.request_id = w.id;

-- name: LoadInvoicesOfOrders :many
select distinct on (t.partner_id, t.invoice_id) t.partner_id, t.invoice_id as id, t.version, t.document
from (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) w
join invoice t on t.order_ids @> array[w.id] and t.partner_id = w.partner_id;

-- name: SaveInvoices :exec
insert into invoice (partner_id, invoice_id, version, state, request_id, order_ids, currency, amount, document)
select unnest(@partner_ids::text[]), unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@states::text[]),
  nullif(unnest(@request_ids::text[]), ''), string_to_array(unnest(@order_ids::text[]), ','),
  unnest(@currencies::text[]), unnest(@amounts::text[])::numeric, unnest(@documents::json[])
on conflict (partner_id, invoice_id) do update
set version = excluded.version, state = excluded.state, request_id = excluded.request_id, order_ids = excluded.order_ids,
    currency = excluded.currency, amount = excluded.amount, document = excluded.document;

-- name: DeleteInvoices :exec
delete from invoice t
using (select unnest(@partner_ids::text[]) as partner_id, unnest(@ids::text[]) as id) g
where t.partner_id = g.partner_id and t.invoice_id = g.id;

-- name: AddPostings :exec
insert into posting (partner_id, posting_no, input_no, fact, account, bill_id, currency, amount, hash)
select unnest(@partner_ids::text[]), unnest(@posting_nos::bigint[]), unnest(@input_nos::bigint[]), unnest(@facts::text[]),
  unnest(@accounts::text[]), nullif(unnest(@bill_ids::text[]), ''), unnest(@currencies::text[]), unnest(@amounts::text[])::numeric,
  unnest(@hashes::bytea[]);

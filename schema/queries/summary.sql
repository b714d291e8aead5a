-- The final rows of one partner, which summaries count, and what operators and benchmarks ask.

-- name: SummaryPartners :many
select partner_id from partner
where partner_id <> '_all'
order by partner_id;

-- name: OrderDocuments :many
select order_id as id, document from customer_order
where partner_id = @partner_id and document is not null
order by order_id;

-- name: DetailDocuments :many
select detail_id as id, document from incentive_detail
where partner_id = @partner_id and document is not null
order by detail_id;

-- name: RequestDocuments :many
select request_id as id, document from payment_request
where partner_id = @partner_id
order by request_id;

-- name: InvoiceDocuments :many
select invoice_id as id, document from invoice
where partner_id = @partner_id
order by invoice_id;

-- name: InputCounts :many
select status, count(*)::bigint as count from input
where partner_id = @partner_id and status <> 'rejected'
group by status
order by status;

-- name: WaitingCount :one
select count(*)::bigint from input where status = 'waiting';

-- name: ReceivedKeys :many
-- Which of these hashes of source and id were received from a partner.
select key_hash from inbox_key
where partner_id = @partner_id and key_hash = any(@hashes::bytea[]);

-- name: BenchTotals :one
-- Where the log of changes stands, and what lies in the tables that grow with every event.
select pg_current_wal_lsn()::text as wal,
  (select count(*) from input)::bigint as inputs,
  (select count(*) from customer_order)::bigint as orders,
  (select count(*) from resource)::bigint as resources,
  (select count(*) from incentive_detail)::bigint as details,
  (select count(*) from posting)::bigint as postings,
  (select coalesce(sum(outbox_no), 0) from stream_position)::bigint as outgoing;

-- name: WalBytesBetween :one
select pg_wal_lsn_diff((@later::text)::pg_lsn, (@earlier::text)::pg_lsn)::bigint as bytes;

-- The vendor's statements: importing and listing them.

-- name: LockUpstreamImports :exec
-- One import at a time: versions follow one another without gaps. Held to the end of the transaction.
select pg_advisory_xact_lock(hashtext('accruald.upstream_statement'));

-- name: PartnerCycles :many
-- The partners that may have statements, with their site and the last cycle that is closed.
select partner_id, site, closed_cycle from partner
where @partner_id::text = '' or partner_id = @partner_id
order by partner_id collate "C";

-- name: CustomerAssociations :many
-- Which customer was whose, as it was told; of one partner or of all.
select scope as partner_id, type, (convert_from(payload, 'UTF8')::json ->> 'customer_id')::text as customer_id,
  (convert_from(payload, 'UTF8')::json ->> 'effective_time')::text as effective_time
from reference_log
where type in ('customer.associated.v1', 'customer.disassociated.v1') and scope <> '_all'
  and (@partner_id::text = '' or scope = @partner_id)
order by scope, version;

-- name: PartnersOfOrders :many
select partner_id, order_id from customer_order
where partner_id = any(@partner_ids::text[]) and order_id = any(@order_ids::text[]) and document is not null;

-- name: FindUpstreamFile :many
-- The statements of a cycle that were read from this file under this mapping.
select * from upstream_statement
where file_hash = @file_hash and mapping_hash = @mapping_hash and cycle = @cycle and kind = @kind
  and (@partner_id::text = '' or partner_id = @partner_id)
order by partner_id, version;

-- name: LastUpstreamVersion :one
select coalesce(max(version), 0)::int from upstream_statement
where partner_id = @partner_id and cycle = @cycle and currency = @currency and kind = @kind;

-- name: SupersedeUpstreamStatement :many
-- Also what the same file said in another currency: it is of one, and was read as another's.
update upstream_statement set superseded_by = @statement_id::text
where partner_id = @partner_id and cycle = @cycle and kind = @kind and superseded_by is null
  and (currency = @currency or file_hash = @file_hash and mapping_hash = @mapping_hash)
returning statement_id;

-- name: AddUpstreamStatement :exec
insert into upstream_statement (partner_id, statement_id, cycle, currency, kind, version, file, file_bytes, file_hash, mapping_hash)
values (@partner_id, @statement_id, @cycle, @currency, @kind, @version, @file, @file_bytes, @file_hash, @mapping_hash);

-- name: AddUpstreamLines :copyfrom
insert into upstream_line (partner_id, statement_id, line_no, part, part_line, match_id, bill_type, customer_id, order_id,
  original_order_id, invoice_id, billing_mode, product_type, product_type_code, product_name, product_id, resource_id,
  amount, list_amount, settlement_amount, line_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);

-- name: SumUpstreamStatement :one
-- Counts what was stored of a statement.
update upstream_statement s
set lines = c.lines, expenditure = c.expenditure, refunds = c.refunds, adjustments = c.adjustments, duplicates = c.duplicates
from (
  select count(*) as lines, count(*) - count(distinct line_hash) as duplicates,
    coalesce(sum(amount) filter (where bill_type = 'expenditure'), 0) as expenditure,
    coalesce(sum(amount) filter (where bill_type = 'refund'), 0) as refunds,
    coalesce(sum(amount) filter (where bill_type = 'adjustment'), 0) as adjustments
  from upstream_line l
  where l.partner_id = @partner_id and l.statement_id = @statement_id
) c
where s.partner_id = @partner_id and s.statement_id = @statement_id
returning s.*;

-- name: ListUpstreamStatements :many
select * from upstream_statement
where (@partner_id::text = '' or partner_id = @partner_id) and (@cycle::text = '' or cycle = @cycle)
  and (@all_versions::boolean or superseded_by is null)
order by partner_id, cycle, currency, kind, version;

-- name: FindUpstreamStatement :many
select * from upstream_statement where statement_id = @statement_id;

-- name: ListUpstreamLines :many
select * from upstream_line
where partner_id = @partner_id and statement_id = @statement_id and line_no > @after
order by line_no
limit @page;

-- What lists show of one partner beside the final rows that summaries count.

-- name: HoldDocuments :many
select hold_id as id, document from hold
where partner_id = @partner_id
order by hold_id;

-- name: CoveredDetailDocuments :many
-- The details that some hold covers.
select detail_id as id, document from incentive_detail
where partner_id = @partner_id and document is not null and document -> 'Holds' is not null
order by detail_id;

-- name: DetailDocumentsOfBill :many
-- A bill's details, and those of later bills that take back of them.
select d.detail_id as id, d.document from incentive_detail d
where d.partner_id = @partner_id and d.document is not null
  and (d.bill_id = @bill_id::text or d.reverses in (
    select o.detail_id from incentive_detail o where o.partner_id = @partner_id and o.bill_id = @bill_id::text))
order by d.detail_id;

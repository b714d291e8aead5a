-- The books against the vendor's statements, of one partner.

-- name: CountUpstreamStatements :one
select count(*) from upstream_statement where partner_id = @partner_id;

-- name: UpstreamStatementsInForce :many
select statement_id, cycle, currency, kind, file from upstream_statement
where partner_id = @partner_id and superseded_by is null
order by cycle, currency, kind;

-- name: DecidedInCycles :one
-- Whether anything was decided since that may change what closed cycles come to: facts of their time, and adjustments,
-- which answer findings whenever they are posted.
select exists (
  select from input
  where partner_id = @partner_id and decision_no > @decision_no::bigint and (time < @before or type = 'adjustment.posted.v1'))::boolean;

-- name: StatementKeys :many
-- The next ids of orders that either side has, in the database's own order.
select k.key::text from (
  (select o.order_id as key from customer_order o
   where o.partner_id = @partner_id and o.state = 'settled' and o.order_id > @after order by o.order_id limit @count_max)
  union
  (select a.order_id as key from adjustment a
   where a.partner_id = @partner_id and a.order_id > @after order by a.order_id limit @count_max)
  union
  (select l.match_id as key from upstream_line l
   join upstream_statement s on s.partner_id = l.partner_id and s.statement_id = l.statement_id and s.superseded_by is null
   where l.partner_id = @partner_id and l.match_id > @after order by l.match_id limit @count_max)
) k
order by k.key limit @count_max;

-- name: ChargedOrders :many
select order_id as id, document from customer_order
where partner_id = @partner_id and order_id = any(@ids::text[]) and state = 'settled' and document is not null;

-- name: OrderAdjustments :many
-- But for those that answer findings.
select adjustment_id as id, document from adjustment
where partner_id = @partner_id and order_id = any(@ids::text[]) and document ->> 'Corrects' is null;

-- name: CorrectionsOfFindings :many
select (document ->> 'Corrects')::text as finding_id, sum(amount)::numeric as amount from adjustment
where partner_id = @partner_id and document ->> 'Corrects' is not null
group by 1 order by 1 limit @count_max;

-- name: UpstreamLinesOfOrders :many
-- Lines in force; '' asks for those of no order.
select l.* from upstream_line l
join upstream_statement s on s.partner_id = l.partner_id and s.statement_id = l.statement_id and s.superseded_by is null
where l.partner_id = @partner_id and l.match_id = any(@ids::text[])
order by l.statement_id, l.line_no limit @count_max;

-- name: OrderCurrencies :many
-- What orders are in, of those that stand.
select order_id as id, coalesce(document -> 'Refund' ->> 'Currency', document -> 'Quote' ->> 'Currency', '')::text as currency
from customer_order
where partner_id = @partner_id and order_id = any(@ids::text[]) and document is not null;

-- Findings: differences between two views, kept from the run that opens one to the run that closes it.

-- name: LockFindings :exec
-- Whoever brings a partner's findings up to date comes after the other, also where there are none yet.
select pg_advisory_xact_lock(hashtextextended('accruald.finding.' || @partner_id::text, 0));

-- name: OpenFindings :many
-- Of one partner, behind LockFindings.
select * from finding where partner_id = @partner_id and state = 'open';

-- name: FindingsByID :many
select * from finding where partner_id = @partner_id and finding_id = any(@ids::text[]);

-- name: SaveFindings :exec
-- At one time, so that they are listed in the order of their ids.
insert into finding (partner_id, finding_id, version, kind, severity, state, keys, cycle, currency, expected, found, difference,
  evidence, opened_run, opened_at, seen_run, seen_at, seen_count, closed_run, closed_at)
select @partner_id::text, unnest(@ids::text[]), unnest(@versions::bigint[]), unnest(@kinds::text[]), unnest(@severities::text[]), 'open',
  unnest(@keys::text[])::json, unnest(@cycles::text[]), unnest(@currencies::text[]), unnest(@expected::text[]), unnest(@found::text[]),
  unnest(@differences::numeric[]), unnest(@evidence::text[])::json, @run_id::text, statement_timestamp(), @run_id::text, statement_timestamp(),
  1, '', null
on conflict (partner_id, finding_id) do update
set version = excluded.version, severity = excluded.severity, state = 'open', cycle = excluded.cycle, currency = excluded.currency,
    expected = excluded.expected, found = excluded.found, difference = excluded.difference, evidence = excluded.evidence,
    opened_run = case when finding.state = 'open' then finding.opened_run else excluded.opened_run end,
    opened_at = case when finding.state = 'open' then finding.opened_at else excluded.opened_at end,
    seen_run = excluded.seen_run, seen_at = excluded.seen_at, seen_count = finding.seen_count + 1, closed_run = '', closed_at = null;

-- name: CloseFindings :exec
update finding set state = 'closed', version = version + 1, closed_run = @run_id::text, closed_at = clock_timestamp()
where partner_id = @partner_id and finding_id = any(@ids::text[]) and state = 'open';

-- name: CountFindings :many
-- Open ones, by kind and severity; of one partner or of all.
select kind, severity, count(*) as findings from finding
where state = 'open' and (@partner_id::text = '' or partner_id = @partner_id)
group by kind, severity order by kind collate "C", severity collate "C";

-- name: FindingsAnswered :one
-- Whether an adjustment refers to an open finding of these kinds.
select exists (
  select from finding f join adjustment a on a.partner_id = f.partner_id and a.document ->> 'Corrects' = f.finding_id
  where f.partner_id = @partner_id and f.state = 'open' and f.kind = any(@kinds::text[]))::boolean;

-- name: ListFindings :many
-- By partner, then the newest first. What is not asked for is empty.
select * from finding
where (@partner_id::text = '' or partner_id = @partner_id) and (@kind::text = '' or kind = @kind)
  and (@state::text = '' or state = @state) and (@severity::text = '' or severity = @severity)
  and (@cycle::text = '' or cycle = @cycle) and (@run_id::text = '' or opened_run = @run_id or seen_run = @run_id or closed_run = @run_id)
order by partner_id collate "C", opened_at desc, finding_id collate "C"
limit @count_max;

-- name: FindingsNamed :many
-- By the beginning of its id, of any partner.
select * from finding where starts_with(finding_id, @prefix::text) order by partner_id collate "C", finding_id collate "C" limit @count_max;

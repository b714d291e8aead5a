-- The role of the worker, with the least it needs. Run by the owner of the tables after every migration:
--
--   WORKER_PASSWORD=... INQUIRY_PASSWORD=... psql --set=ON_ERROR_STOP=1 --file=deploy/grants.sql "$OWNER_URL"
--
-- Running it again changes nothing. What is issued is never edited: corrections are new rows, so the role may add to
-- the tables named as append-only, but neither change nor delete there, whatever the code tries.
\set ON_ERROR_STOP 1
\getenv worker_password WORKER_PASSWORD

begin;

select not exists (select from pg_roles where rolname = 'accruald_worker') as missing \gset
\if :missing
create role accruald_worker login noinherit nosuperuser nocreatedb nocreaterole noreplication;
\endif
\if :{?worker_password}
alter role accruald_worker password :'worker_password';
\endif

-- Nobody but the owner makes tables, and nobody uses what was not granted.
revoke create on schema public from public;
revoke all on all tables in schema accruald from accruald_worker;
revoke all on all sequences in schema accruald from accruald_worker;
grant usage on schema accruald to accruald_worker;
grant usage on all sequences in schema accruald to accruald_worker;

create temporary table append_only (name text primary key) on commit drop;
insert into append_only (name) values
  ('inbox_key'),
  ('posting'),
  ('reference_log'),
  ('look'),
  ('adjustment'),
  ('statement'),
  ('upstream_line');

do $$
declare
  target record;
  absent text;
begin
  -- A table that was renamed must not lose its protection in silence.
  select string_agg(a.name, ', ') into absent
  from append_only a
  where to_regclass('accruald.' || quote_ident(a.name)) is null;
  if absent is not null then
    raise exception 'append-only tables are missing: %', absent
      using hint = 'Run "accruald migrate" first; if a migration renamed one, rename it in deploy/grants.sql.';
  end if;

  -- Partitions get nothing of their own: the worker reaches them through their table, with that table's rights.
  for target in
    select c.oid::regclass as name, c.relname, a.name is not null as append_only
    from pg_class c
    left join append_only a on a.name = c.relname
    where c.relnamespace = 'accruald'::regnamespace
      and c.relkind in ('r', 'p')
      and not c.relispartition
      and c.relname <> 'goose_db_version'
  loop
    if target.append_only then
      execute format('grant select, insert on %s to accruald_worker', target.name);
    else
      execute format('grant select, insert, update, delete on %s to accruald_worker', target.name);
    end if;
  end loop;
end
$$;

-- The role of a process that only answers inquiries (accruald worker --roles inquiry): it reads, and keeps what it
-- answered to requests that change something. The changes themselves are events.
select not exists (select from pg_roles where rolname = 'accruald_inquiry') as missing \gset
\if :missing
create role accruald_inquiry login noinherit nosuperuser nocreatedb nocreaterole noreplication;
\endif
\getenv inquiry_password INQUIRY_PASSWORD
\if :{?inquiry_password}
alter role accruald_inquiry password :'inquiry_password';
\endif
revoke all on all tables in schema accruald from accruald_inquiry;
grant usage on schema accruald to accruald_inquiry;
grant select on all tables in schema accruald to accruald_inquiry;
do $$
begin
  if to_regclass('accruald.api_answer') is not null then
    grant insert, update, delete on accruald.api_answer to accruald_inquiry;
  end if;
end
$$;

-- At start the worker compares the version of the schema with the one it was built for.
grant select on accruald.goose_db_version to accruald_worker;

commit;

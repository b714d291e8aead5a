-- +goose Up
-- Who may call the partner API: access keys that sign, and tokens. A secret is sealed by a master key outside the
-- database, because a signature is verified with the secret itself; of a token only its hash is kept.
create table api_key (
  partner_id  text        not null check (partner_id <> ''),
  key_id      text        not null check (key_id <> ''), -- random, so that no two partners have the same
  kind        text        not null check (kind in ('signature', 'token')),
  customer_id text        not null default '', -- of a customer's own key
  reseller_id text        not null default '', -- of a tier-2 reseller's key
  managers    text[]      not null default '{}', -- account managers whose customers are seen
  roles       text[]      not null check (cardinality(roles) > 0),
  note        text        not null default '',
  master_id   text        not null default '', -- of the master key that sealed the secret
  sealed      bytea       not null, -- the sealed secret, or the hash of the token
  created_at  timestamptz not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  rotated_to  text, -- the key that replaces it
  primary key (partner_id, key_id),
  check ((kind = 'signature') = (master_id <> '')),
  check (customer_id = '' or reseller_id = '')
);

-- Every change counts up, under the lock of this one row: who has the number has all changes before it.
create table api_key_change (
  only_row boolean primary key default true check (only_row),
  version  bigint  not null
);
insert into api_key_change (version) values (0);
-- +goose StatementBegin
create function count_api_key_change() returns trigger language plpgsql as $$
begin
  update accruald.api_key_change set version = version + 1;
  return null;
end
$$;
-- +goose StatementEnd
create trigger api_key_counted after insert or update or delete or truncate on api_key
  for each statement execute function count_api_key_change();

-- What was answered to requests that change something, by the key and the signature of the request: a repetition gets
-- the same answer. Without a status it is being answered.
create table api_answer (
  partner_id text        not null,
  key_id     text        not null,
  signature  bytea       not null check (length(signature) = 32),
  operation  text        not null,
  content    bytea       not null check (length(content) = 32), -- hash of what was asked for: another one is no repetition
  status     int,
  body       bytea       not null default '',
  asked_at   timestamptz not null, -- when it came first, which is when it happens
  begun_at   timestamptz not null, -- when a process began to answer it
  expires_at timestamptz not null, -- no request of this signature is taken any more by then
  primary key (partner_id, key_id, signature)
);
create index api_answer_expired on api_answer (expires_at);

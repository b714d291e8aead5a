-- +goose Up
-- What a replay needs to decide again exactly what was decided: how each input came in. What became of it later, decided
-- again or not, follows from these, so they never change.
alter table input
  add column received_version bigint, -- of the common reference data when it was received
  add column refusal          text not null default ''; -- code under which it was refused unread, '' where the rules decided it
update input set received_version = reference_version;
alter table input alter column received_version set not null;

-- Looks after a partner that changed something: what waited too long was rejected, or rejections were tried again. Nothing
-- came in for them, so they have their place behind the input before them.
create table look (
  partner_id       text        not null,
  input_no         bigint      not null, -- the last input received before
  look_no          int         not null check (look_no > 0), -- counts the looks behind one input
  at               timestamptz not null,
  received_version bigint      not null,
  primary key (partner_id, input_no, look_no)
);
create trigger look_append_only before update or delete or truncate on look
  for each statement execute function refuse_change();

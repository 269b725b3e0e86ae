-- What a token that waits to be revoked may still be wanted for: sealed, for half a minute after a
-- disconnection (undo), for a few minutes after another account was chosen (switch).

alter table revocations add column way_back text default null;
alter table revocations add column kept bytea default null;
-- What the user was told of their disconnection: field names and permissions, never a value.
alter table revocations add column receipt jsonb default null;
-- Whose access is to end, so that connecting the same account again ends the errand instead:
-- Google revokes per account, and would take the new connection down with the old token.
alter table revocations add column subject_hash bytea default null;
create index revocations_by_subject on revocations (subject_hash) where done_at is null;

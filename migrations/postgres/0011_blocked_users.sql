-- Users whom an operator shut out: since when no session and no token of theirs opens anything.
alter table users add column blocked_at timestamptz default null;
create index users_blocked on users (id) where blocked_at is not null;

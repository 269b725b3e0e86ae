-- When each connection is synced: what its user chose, how long nothing has changed, and what
-- Google last answered, as a hash, so that the same answer need not be looked at again.

alter table connections add column sync_interval text default null;
alter table connections add column quiet_syncs bigint not null default 0;
alter table connections add column answer_hash bytea default null;

-- When a user was last seen. Sessions know it too, but they end.
alter table users add column seen_at timestamptz default null;
update users set seen_at = (select max(last_seen_at) from sessions where user_id = users.id);

-- What all processes share that claim syncs: one row, locked by whoever claims. Says how Google's
-- outages stand: how many in a row, and from when it is asked again, by one sync at a time.
create table sync_gate (
    id          bigint primary key not null,
    outages     bigint not null default 0,
    openings    bigint not null default 0,
    opened_at   timestamptz,
    retry_at    timestamptz,
    probe       uuid,
    probe_until timestamptz
);
insert into sync_gate (id) values (1);

-- How many syncs were begun by the schedule in each second of the last minute or so.
create table sync_starts (
    second bigint primary key not null,
    starts bigint not null
);

-- What Google pushes about the safety of accounts: each event kept once, whether it was acted on,
-- and by what a grant is found that an event names by its refresh token.

alter table grants add column refresh_prefix_mark blob default null;
alter table grants add column refresh_hash_mark blob default null;
create index grants_by_refresh_prefix on grants (refresh_prefix_mark);
create index grants_by_refresh_hash on grants (refresh_hash_mark);

-- Names nobody at Google: the id is a hash, and the rows end with the user they are about.
create table security_events (
    id            blob primary key not null,
    kind          text not null,
    reason        text,
    user_id       blob references users (id) on delete cascade,
    connection_id blob references connections (id) on delete set null,
    outcome       text,
    tries         bigint not null default 0,
    due_at        text not null,
    claimed_until text,
    issued_at     text not null,
    received_at   text not null
);
create index security_events_due on security_events (due_at) where outcome is null;
create index security_events_by_user on security_events (user_id, issued_at);
create index security_events_by_connection on security_events (connection_id);
create index security_events_by_receipt on security_events (received_at);

-- Questions whether events arrive, and when they did.
create table stream_checks (
    state       text primary key not null,
    asked_at    text not null,
    answered_at text
);
create index stream_checks_by_time on stream_checks (asked_at);

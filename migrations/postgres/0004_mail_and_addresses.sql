-- Mail to users, changes of the sign-in address, and when a session was last proved.

-- Null where an older version opened the session: its beginning counts then.
alter table sessions add column authenticated_at timestamptz default null;

-- Mail that has yet to leave. Whom it was for and what it said is forgotten once it has left.
create table mails (
    id            uuid primary key not null,
    user_id       uuid not null references users (id) on delete cascade,
    kind          text not null,
    locale        text not null,
    recipient     text,
    parameters    bytea,
    tries         bigint not null default 0,
    due_at        timestamptz not null,
    useless_at    timestamptz not null,
    claimed_until timestamptz,
    created_at    timestamptz not null,
    sent_at       timestamptz,
    given_up_at   timestamptz
);
create index mails_due on mails (due_at) where recipient is not null;
create index mails_by_user on mails (user_id);
create index mails_by_creation on mails (created_at);

-- The sign-in address that a user wants and has yet to prove: one at a time.
create table address_changes (
    user_id      uuid primary key not null references users (id) on delete cascade,
    email        text not null,
    token_hash   bytea not null unique,
    requested_at timestamptz not null,
    expires_at   timestamptz not null
);
create index address_changes_by_expiry on address_changes (expires_at);

-- Sign-in addresses of before. Until it expires, one can be taken back by who reads its mail, and
-- belongs to nobody else.
create table former_addresses (
    token_hash bytea primary key not null,
    user_id    uuid not null references users (id) on delete cascade,
    email      text not null,
    email_key  text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index former_addresses_by_email on former_addresses (email_key);
create index former_addresses_by_user on former_addresses (user_id, created_at);
create index former_addresses_by_expiry on former_addresses (expires_at);

-- People, their sessions, and the links to Google. What came from Google hangs below
-- `connections` by foreign keys, so that one delete takes all of it.

create table users (
    id            blob primary key not null,
    email         text not null,
    email_key     text not null unique,
    password_hash text not null,
    is_admin      boolean not null default false,
    created_at    text not null
);

create table sessions (
    id           blob primary key not null,
    token_hash   blob not null unique,
    user_id      blob not null references users (id) on delete cascade,
    created_at   text not null,
    last_seen_at text not null,
    expires_at   text not null
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- Counts of tries in a window of time; the key is a hash of what is limited.
create table throttles (
    key            blob primary key not null,
    tries          bigint not null,
    window_ends_at text not null
);

-- One trip to Google and back.
create table attempts (
    state_hash   blob primary key not null,
    browser_hash blob not null,
    user_id      blob not null references users (id) on delete cascade,
    verifier     blob not null,
    nonce        text not null,
    asked_scopes text not null,
    return_to    text not null,
    created_at   text not null,
    expires_at   text not null
);
create index attempts_by_expiry on attempts (expires_at);

-- What the user typed. Google's values never overwrite these.
create table profile_values (
    user_id    blob not null references users (id) on delete cascade,
    field      text not null,
    value      text not null,
    changed_at text not null,
    primary key (user_id, field)
);

create table connections (
    id                 blob primary key not null,
    user_id            blob not null unique references users (id) on delete cascade,
    subject            text not null unique,
    email              text,
    email_verified     boolean not null default false,
    hosted_domain      text,
    status             text not null,
    cause              text,
    mailbox            text,
    last_failure       text,
    connected_at       text not null,
    synced_at          text,
    profile_updated_at text,
    next_sync_at       text not null,
    claimed_until      text
);
create index connections_due on connections (next_sync_at) where status = 'active';

create table grants (
    connection_id      blob primary key not null references connections (id) on delete cascade,
    granted_scopes     text not null,
    access_token       blob not null,
    access_expires_at  text not null,
    refresh_token      blob,
    refresh_expires_at text,
    generation         bigint not null
);

-- What Google last had.
create table google_values (
    connection_id blob not null references connections (id) on delete cascade,
    field         text not null,
    value         text not null,
    sync_id       blob not null,
    changed_at    text not null,
    primary key (connection_id, field)
);

create table avatars (
    connection_id blob primary key not null references connections (id) on delete cascade,
    hash          text not null,
    media_type    text not null,
    bytes         blob not null
);

create table syncs (
    id            blob primary key not null,
    connection_id blob not null references connections (id) on delete cascade,
    trigger       text not null,
    outcome       text not null,
    failure       text,
    changes       text not null,
    started_at    text not null,
    finished_at   text not null
);
create index syncs_by_connection on syncs (connection_id, finished_at);

-- The user's history. Never holds a value that came from Google.
create table events (
    id      blob primary key not null,
    user_id blob not null references users (id) on delete cascade,
    kind    text not null,
    failure text,
    at      text not null
);
create index events_by_user on events (user_id, at);

-- Tokens that Google has yet to be told to forget. Outlives the connection and the user.
create table revocations (
    id            blob primary key not null,
    user_id       blob references users (id) on delete set null,
    token         blob,
    tries         bigint not null default 0,
    due_at        text not null,
    claimed_until text,
    created_at    text not null,
    done_at       text
);
create index revocations_due on revocations (due_at) where done_at is null;
create index revocations_by_user on revocations (user_id, created_at);

-- Programs that act for a user: their tokens, and the keys under which they repeat a request.

-- Knows the hash of a token, never the token.
create table api_tokens (
    id           uuid primary key not null,
    user_id      uuid not null references users (id) on delete cascade,
    token_hash   bytea not null unique,
    name         text not null,
    scopes       text not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz
);
create index api_tokens_by_user on api_tokens (user_id, created_at);
create index api_tokens_by_expiry on api_tokens (expires_at);

-- A request that may come again. `status` is null while it runs; `claim` says for whom. `answer`
-- is sealed, and goes when the user disconnects, for it may hold values of Google's.
create table idempotency_keys (
    user_id       uuid not null references users (id) on delete cascade,
    key_hash      bytea not null,
    fingerprint   bytea not null,
    claim         uuid not null,
    claimed_until timestamptz not null,
    status        bigint,
    answer        bytea,
    keeps_answer  boolean not null default true,
    expires_at    timestamptz not null,
    primary key (user_id, key_hash)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

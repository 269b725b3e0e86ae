-- Programs that act for a user: their tokens, and the keys under which they repeat a request.

-- Knows the hash of a token, never the token.
create table api_tokens (
    id           blob primary key not null,
    user_id      blob not null references users (id) on delete cascade,
    token_hash   blob not null unique,
    name         text not null,
    scopes       text not null,
    created_at   text not null,
    expires_at   text not null,
    last_used_at text
);
create index api_tokens_by_user on api_tokens (user_id, created_at);
create index api_tokens_by_expiry on api_tokens (expires_at);

-- A request that may come again. `status` is null while it runs; `claim` says for whom. `answer`
-- is sealed, and goes when the user disconnects, for it may hold values of Google's.
create table idempotency_keys (
    user_id       blob not null references users (id) on delete cascade,
    key_hash      blob not null,
    fingerprint   blob not null,
    claim         blob not null,
    claimed_until text not null,
    status        bigint,
    answer        blob,
    keeps_answer  boolean not null default true,
    expires_at    text not null,
    primary key (user_id, key_hash)
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

-- One refresh at a time for a connection, over all tasks and processes: the grant's row is the
-- lease. A lease that ended without a word leaves its mark, and so does an answer that was lost.

alter table grants add column refreshing_until timestamptz default null;
alter table grants add column refresh_fence bigint not null default 0;
alter table grants add column refresh_failure text default null;
alter table grants add column is_answer_lost boolean not null default false;

-- What tells apart the ends of a grant, for which Google has one code.
alter table grants add column consented_at timestamptz default null;
alter table grants add column used_at timestamptz default null;
alter table grants add column newer_tokens bigint not null default 0;

-- Failed syncs in a row: how long the next wait is.
alter table connections add column failures bigint not null default 0;

-- How grants ended lately, for what several of them say together. Names nobody.
create table grant_ends (
    id           uuid primary key not null,
    cause        text not null,
    consented_at timestamptz,
    ended_at     timestamptz not null
);
create index grant_ends_by_time on grant_ends (ended_at);

-- What only the operator can mend, one row a kind.
create table alarms (
    kind    text primary key not null,
    since   timestamptz not null,
    seen_at timestamptz not null,
    times   bigint not null
);

-- A sync while it runs, for whoever watches, joins or stops it, in whichever process. Holds words
-- and moments only: what Google sent goes from the process that asked straight into the sync.

create table sync_runs (
    id            blob primary key not null,
    connection_id blob not null references connections (id) on delete cascade,
    trigger       text not null,
    step          text not null,
    cancel_asked  boolean not null default false,
    outcome       text,
    failure       text,
    started_at    text not null,
    lease_ends_at text not null,
    finished_at   text
);
-- At most one run of a connection is live.
create unique index sync_runs_live on sync_runs (connection_id) where finished_at is null;
create index sync_runs_by_lease on sync_runs (lease_ends_at);

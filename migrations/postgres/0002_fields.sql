-- Who owns each field: what the user decided, what their browser says, and which of Google's
-- values are shown, offered or declined.

create table field_policies (
    user_id    uuid not null references users (id) on delete cascade,
    field      text not null,
    policy     text not null,
    changed_at timestamptz not null,
    primary key (user_id, field)
);

-- The last resort for language and time zone.
create table browser_values (
    user_id    uuid not null references users (id) on delete cascade,
    field      text not null,
    value      text not null,
    changed_at timestamptz not null,
    primary key (user_id, field)
);

-- What Google last had (`value`), what of it is shown (`applied`) and what is not wanted.
create table google_fields (
    connection_id uuid not null references connections (id) on delete cascade,
    field         text not null,
    value         text not null,
    applied       text,
    applied_at    timestamptz,
    applied_by    uuid,
    declined      text,
    primary key (connection_id, field)
);
insert into google_fields (connection_id, field, value, applied, applied_at, applied_by)
    select connection_id, field, value, value, changed_at, sync_id from google_values;
-- Until now Google's values went before the user's: who had both was following.
insert into field_policies (user_id, field, policy, changed_at)
    select c.user_id, g.field, 'follow', g.changed_at
    from google_values g join connections c on c.id = g.connection_id
    where exists (select 1 from profile_values p
        where p.user_id = c.user_id and p.field = g.field);
drop table google_values;
alter table google_fields rename to google_values;

-- Every picture that may be shown: a kept one stays when Google has another.
create table pictures (
    connection_id uuid not null references connections (id) on delete cascade,
    hash          text not null,
    media_type    text not null,
    bytes         bytea not null,
    fetched_at    timestamptz not null,
    primary key (connection_id, hash)
);
insert into pictures (connection_id, hash, media_type, bytes, fetched_at)
    select a.connection_id, a.hash, a.media_type, a.bytes, c.connected_at
    from avatars a join connections c on c.id = a.connection_id;
drop table avatars;

-- The line of history that a sync wrote, and what of the sync was taken back.
alter table syncs add column event_id uuid default null;
alter table syncs add column undone jsonb not null default '[]';
create index syncs_by_event on syncs (event_id);

-- The queue of what waits to be done: one row a job, beside the row that it is about and in the same
-- transaction. A job says what, when and who is at it, never more: what is sealed stays in the row
-- that it names, for a seal is bound to its table and column.

create table jobs (
    id                bigserial primary key not null,
    kind              text not null,
    mail_id           uuid references mails (id) on delete cascade,
    revocation_id     uuid references revocations (id) on delete cascade,
    security_event_id bytea references security_events (id) on delete cascade,
    due_at            timestamptz not null,
    attempts          bigint not null default 0,
    claim             uuid,
    claimed_until     timestamptz,
    last_error        text,
    created_at        timestamptz not null,
    given_up_at       timestamptz,
    check ((kind = 'mail.send') = (mail_id is not null)),
    check ((kind = 'google.revoke') = (revocation_id is not null)),
    check ((kind = 'security_event.apply') = (security_event_id is not null))
);
create index jobs_due on jobs (kind, due_at) where given_up_at is null;
create index jobs_given_up on jobs (given_up_at) where given_up_at is not null;
-- One job a row, and found when the row goes.
create unique index jobs_by_mail on jobs (mail_id);
create unique index jobs_by_revocation on jobs (revocation_id);
create unique index jobs_by_security_event on jobs (security_event_id);

-- What waits keeps its place in the line, and whoever is at it keeps their lease. From now on
-- `tries`, `due_at` and `claimed_until` of these three tables are for nodes of the version before.
insert into jobs (kind, mail_id, due_at, attempts, claimed_until, created_at)
    select 'mail.send', id, due_at, tries, claimed_until, created_at
    from mails where recipient is not null order by due_at;
insert into jobs (kind, revocation_id, due_at, attempts, claimed_until, created_at)
    select 'google.revoke', id, due_at, tries, claimed_until, created_at
    from revocations where done_at is null order by due_at;
insert into jobs (kind, security_event_id, due_at, attempts, claimed_until, created_at)
    select 'security_event.apply', id, due_at, tries, claimed_until, received_at
    from security_events where outcome is null order by due_at;
-- Nodes of the version before leave the mail to the queue, until nobody is helped by it.
update mails set due_at = useless_at where recipient is not null;

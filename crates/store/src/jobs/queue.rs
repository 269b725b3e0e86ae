//! Jobs: queued with what they follow from, claimed for a while, finished once.
//!
//! A job names the row that it is about and ends with it (`on delete cascade`). Transactions write
//! that row first and its job afterwards, so that no two wait for each other.

use chrono::{DateTime, Utc};
use model::{Job, JobKind, MailId, RevocationId};
use uuid::Uuid;

use crate::engine::Store;
use crate::error::{Error, Result};

/// A job's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

/// Until when jobs are nobody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobLease {
    /// Tells this claim from every other: the fencing token.
    pub claim: Uuid,
    /// From then on anybody may claim them.
    pub until: DateTime<Utc>,
}

/// A job that this process is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Its row.
    pub id: JobId,
    /// What is to be done.
    pub job: Job,
    /// Failed attempts so far.
    pub attempts: i64,
    /// The claim that it is held by.
    pub claim: Uuid,
}

/// How many jobs of a kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// The kind.
    pub kind: JobKind,
    /// How many wait or are being worked on.
    pub waiting: i64,
    /// Since when the oldest of them does.
    pub oldest_at: Option<DateTime<Utc>>,
    /// How many were given up lately.
    pub given_up: i64,
}

pub(crate) const ADD: &str = "insert into jobs (kind, mail_id, revocation_id, security_event_id,
        due_at, claim, claimed_until, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8) returning id";

/// Makes the job of a revocation due now, whoever holds it.
pub(crate) const REVOKE_NOW: &str =
    "update jobs set due_at = $2, claim = null, claimed_until = null where revocation_id = $1";

/// Holds the job of a user's newest way back of a kind before it is due. Whoever holds it has no
/// claim, and can only remove what it is about or make it due.
pub(crate) const HOLD_BACK: &str = "update jobs set claim = null, claimed_until = $4
    where revocation_id = (
        select r.id from revocations r join jobs j on j.revocation_id = r.id
        where r.user_id = $1 and r.way_back = $2 and r.done_at is null and j.due_at > $3
        order by r.created_at desc limit 1)
    and (claimed_until is null or claimed_until <= $3)
    returning revocation_id";

/// Queues a job inside a running transaction of either engine; whoever waits for work hears of it
/// after the commit. With a lease the job is claimed already.
macro_rules! enqueue {
    ($tx:ident, $job:expr, $due_at:expr, $lease:expr, $now:expr) => {{
        let job: model::Job = $job;
        let lease: Option<&$crate::jobs::JobLease> = $lease;
        let (mail, revocation, security_event) = $crate::jobs::queue::references(&job);
        let id: i64 = sqlx::query_scalar($crate::jobs::queue::ADD)
            .bind(job.kind().as_str())
            .bind(mail)
            .bind(revocation)
            .bind(security_event)
            .bind($due_at)
            .bind(lease.map(|lease| lease.claim))
            .bind(lease.map(|lease| lease.until))
            .bind($now)
            .fetch_one(&mut *$tx)
            .await?;
        if lease.is_none() {
            $tx.has_work();
        }
        $crate::jobs::JobId(id)
    }};
}
pub(crate) use enqueue;

type References<'a> = (Option<Uuid>, Option<Uuid>, Option<&'a [u8]>);

/// What a job is about, by the columns `mail_id`, `revocation_id` and `security_event_id`.
pub(crate) fn references(job: &Job) -> References<'_> {
    match job {
        Job::SendMail(id) => (Some(id.0), None, None),
        Job::RevokeToken(id) => (None, Some(id.0), None),
        Job::ApplySecurityEvent(id) => (None, None, Some(id)),
    }
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    id: i64,
    mail_id: Option<Uuid>,
    revocation_id: Option<Uuid>,
    security_event_id: Option<Vec<u8>>,
    due_at: DateTime<Utc>,
    attempts: i64,
}

impl Row {
    fn job(self, kind: JobKind) -> Result<Job> {
        let bad = |column| Error::bad_row("jobs", column);
        Ok(match kind {
            JobKind::SendMail => Job::SendMail(MailId(self.mail_id.ok_or_else(|| bad("mail_id"))?)),
            JobKind::RevokeToken => {
                let id = self.revocation_id.ok_or_else(|| bad("revocation_id"))?;
                Job::RevokeToken(RevocationId(id))
            }
            JobKind::ApplySecurityEvent => {
                let id = self.security_event_id.unwrap_or_default();
                Job::ApplySecurityEvent(id.try_into().map_err(|_| bad("security_event_id"))?)
            }
        })
    }
}

#[derive(sqlx_macros::FromRow)]
struct CountRow {
    kind: String,
    waiting: i64,
    oldest_at: Option<DateTime<Utc>>,
    given_up: i64,
}

impl Store {
    /// Claims up to `limit` due jobs of a kind, those that are due the longest first. No other
    /// process has them before the lease ends; whoever finishes one names the claim.
    pub async fn claim_jobs(
        &self,
        kind: JobKind,
        limit: i64,
        lease: &JobLease,
        now: DateTime<Utc>,
    ) -> Result<Vec<ClaimedJob>> {
        // PostgreSQL: rows that another process is claiming are passed over, not waited for.
        const SQLITE: &str = "update jobs set claim = $4, claimed_until = $5 where id in (
                select id from jobs
                where kind = $1 and given_up_at is null and due_at <= $2
                    and (claimed_until is null or claimed_until <= $2)
                order by due_at, id limit $3)
            returning id, mail_id, revocation_id, security_event_id, due_at, attempts";
        const POSTGRES: &str = "update jobs set claim = $4, claimed_until = $5 where id in (
                select id from jobs
                where kind = $1 and given_up_at is null and due_at <= $2
                    and (claimed_until is null or claimed_until <= $2)
                order by due_at, id limit $3 for update skip locked)
            returning id, mail_id, revocation_id, security_event_id, due_at, attempts";
        let sql = self.dialect(SQLITE, POSTGRES);
        let mut rows: Vec<Row> = write!(self, |db| {
            sqlx::query_as(sql)
                .bind(kind.as_str())
                .bind(now)
                .bind(limit)
                .bind(lease.claim)
                .bind(lease.until)
                .fetch_all(db)
                .await
        })?;
        // An update gives its rows back in no order.
        rows.sort_by_key(|row| (row.due_at, row.id));
        let claimed = rows.into_iter().map(|row| {
            let (id, attempts, claim) = (JobId(row.id), row.attempts, lease.claim);
            Ok(ClaimedJob { id, job: row.job(kind)?, attempts, claim })
        });
        claimed.collect()
    }

    /// A job is done. False, and nothing done, when it is no longer held by this claim.
    pub async fn finish_job(&self, job: &ClaimedJob) -> Result<bool> {
        const SQL: &str = "delete from jobs where id = $1 and claim = $2";
        let finished = write!(self, |db| {
            let query = sqlx::query(SQL).bind(job.id.0).bind(job.claim);
            query.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(finished == 1)
    }

    /// An attempt failed: another one then. `error` is a word of ours, never what others said.
    /// False, and nothing done, when the job is no longer held by this claim.
    pub async fn retry_job(
        &self,
        job: &ClaimedJob,
        due_at: DateTime<Utc>,
        error: &'static str,
    ) -> Result<bool> {
        const SQL: &str = "update jobs set attempts = attempts + 1, due_at = $3, last_error = $4,
            claim = null, claimed_until = null where id = $1 and claim = $2";
        let released = write!(self, |db| {
            sqlx::query(SQL)
                .bind(job.id.0)
                .bind(job.claim)
                .bind(due_at)
                .bind(error)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(released == 1)
    }

    /// The last attempt failed: there is no other. False, and nothing done, when the job is no
    /// longer held by this claim.
    pub async fn give_up_job(
        &self,
        job: &ClaimedJob,
        error: &'static str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "update jobs set attempts = attempts + 1, given_up_at = $3,
            last_error = $4, claim = null, claimed_until = null where id = $1 and claim = $2";
        let given_up = write!(self, |db| {
            sqlx::query(SQL)
                .bind(job.id.0)
                .bind(job.claim)
                .bind(now)
                .bind(error)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(given_up == 1)
    }

    /// How deep the queue is, by kind. Kinds without a job are left out.
    pub async fn count_jobs(&self) -> Result<Vec<JobCount>> {
        const SQL: &str = "select kind, count(case when given_up_at is null then 1 end) as waiting,
                min(case when given_up_at is null then created_at end) as oldest_at,
                count(given_up_at) as given_up
            from jobs group by kind order by kind";
        let rows: Vec<CountRow> = read!(self, |db| sqlx::query_as(SQL).fetch_all(db).await)?;
        let counts = rows.into_iter().map(|row| {
            let kind = JobKind::parse(&row.kind);
            Ok(JobCount {
                kind: kind.ok_or_else(|| Error::bad_row("jobs", "kind"))?,
                waiting: row.waiting,
                oldest_at: row.oldest_at,
                given_up: row.given_up,
            })
        });
        counts.collect()
    }

    /// Queues what should have been done before a moment and has no job: nodes of the version
    /// before have added it and are gone. Returns how much that was.
    pub async fn add_missing_jobs(&self, overdue: DateTime<Utc>) -> Result<u64> {
        const MISSING: [&str; 3] = [
            "insert into jobs (kind, mail_id, due_at, attempts, created_at)
                select 'mail.send', id, due_at, tries, created_at from mails m
                where recipient is not null and due_at < $1
                    and (claimed_until is null or claimed_until < $1)
                    and not exists (select 1 from jobs where mail_id = m.id)
            on conflict do nothing",
            "insert into jobs (kind, revocation_id, due_at, attempts, created_at)
                select 'google.revoke', id, due_at, tries, created_at from revocations r
                where done_at is null and due_at < $1
                    and (claimed_until is null or claimed_until < $1)
                    and not exists (select 1 from jobs where revocation_id = r.id)
            on conflict do nothing",
            "insert into jobs (kind, security_event_id, due_at, attempts, created_at)
                select 'security_event.apply', id, due_at, tries, received_at
                from security_events e
                where outcome is null and due_at < $1
                    and (claimed_until is null or claimed_until < $1)
                    and not exists (select 1 from jobs where security_event_id = e.id)
            on conflict do nothing",
        ];
        let mut added = 0;
        for sql in MISSING {
            added += write!(self, |db| {
                sqlx::query(sql).bind(overdue).execute(db).await.map(|done| done.rows_affected())
            })?;
        }
        Ok(added)
    }

    /// Forgets jobs that were given up before a moment.
    pub async fn purge_jobs(&self, before: DateTime<Utc>) -> Result<u64> {
        const SQL: &str = "delete from jobs where given_up_at < $1";
        let purged = write!(self, |db| {
            sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(purged)
    }

    /// Comes back when this process has queued a job since it was last asked. What other processes
    /// queue it does not hear of.
    pub async fn work_is_queued(&self) {
        self.work.notified().await;
    }
}

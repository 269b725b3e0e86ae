//! What the operator has to know: alerts, and how grants ended lately.

use chrono::{DateTime, Utc};
use model::{Alert, AlertKind, Cause};

use crate::engine::Store;
use crate::error::{Error, Result};

/// The end of a grant. Names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantEnd {
    /// Why, as far as it could be told then.
    pub cause: Cause,
    /// When the user had agreed to it.
    pub consented_at: Option<DateTime<Utc>>,
    /// When it was noticed.
    pub ended_at: DateTime<Utc>,
}

/// Most ends that are looked at; what they say together shows in far fewer.
const ENDS: i64 = 1_000;

impl Store {
    /// Notes that something is wrong. True when that is news: it was not noted since `quiet_since`.
    pub async fn save_alert(
        &self,
        kind: AlertKind,
        quiet_since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        const SQL: &str = "insert into alarms as a (kind, since, seen_at, times)
            values ($1, $2, $2, 1)
            on conflict (kind) do update set
                since = case when a.seen_at < $3 then $2 else a.since end,
                times = case when a.seen_at < $3 then 1 else a.times + 1 end,
                seen_at = $2
            returning times";
        let times: i64 = write!(self, |db| {
            sqlx::query_scalar(SQL)
                .bind(kind.as_str())
                .bind(now)
                .bind(quiet_since)
                .fetch_one(db)
                .await
        })?;
        Ok(times == 1)
    }

    /// The alerts that were noted since then, newest first.
    pub async fn list_alerts(&self, since: DateTime<Utc>) -> Result<Vec<Alert>> {
        const SQL: &str = "select kind, since, seen_at, times from alarms where seen_at >= $1
            order by since desc, kind";
        type Row = (String, DateTime<Utc>, DateTime<Utc>, i64);
        let rows: Vec<Row> = read!(self, |db| sqlx::query_as(SQL).bind(since).fetch_all(db).await)?;
        rows.into_iter()
            .map(|(kind, since, seen_at, times)| {
                let kind =
                    AlertKind::parse(&kind).ok_or_else(|| Error::bad_row("alarms", "kind"))?;
                Ok(Alert { kind, since, seen_at, times })
            })
            .collect()
    }

    /// The grants that ended since then, newest first.
    pub async fn list_grant_ends(&self, since: DateTime<Utc>) -> Result<Vec<GrantEnd>> {
        const SQL: &str = "select cause, consented_at, ended_at from grant_ends
            where ended_at >= $1 order by ended_at desc, id desc limit $2";
        type Row = (String, Option<DateTime<Utc>>, DateTime<Utc>);
        let rows: Vec<Row> =
            read!(self, |db| sqlx::query_as(SQL).bind(since).bind(ENDS).fetch_all(db).await)?;
        rows.into_iter()
            .map(|(cause, consented_at, ended_at)| {
                let cause =
                    Cause::parse(&cause).ok_or_else(|| Error::bad_row("grant_ends", "cause"))?;
                Ok(GrantEnd { cause, consented_at, ended_at })
            })
            .collect()
    }

    /// Forgets ends that are too old to say anything.
    pub async fn purge_grant_ends(&self, before: DateTime<Utc>) -> Result<()> {
        const SQL: &str = "delete from grant_ends where ended_at < $1";
        write!(self, |db| sqlx::query(SQL).bind(before).execute(db).await.map(drop))?;
        Ok(())
    }
}

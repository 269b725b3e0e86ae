-- Who did what the history tells, and from where; unknown of what happened before.

alter table events add column actor text;
alter table events add column place text;

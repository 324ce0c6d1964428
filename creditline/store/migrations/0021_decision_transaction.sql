-- Which transaction made a decision, so that a copy in memory can follow: ids are their callers' and say nothing of commits.
-- Decisions older than the column have none, and were committed before anybody could have followed.

alter table decision add column txid xid8;
alter table decision alter column txid set default pg_current_xact_id();
create index decision_by_transaction on decision (txid);

-- name: lock_schema
-- One program changes the tables at a time; the others wait for it and then find the work done. The number is ours
-- alone: the letters of "credit" in ASCII.
select pg_advisory_xact_lock(109342978500980);

-- name: make_record
-- Which migrations a database has had. It stands outside schema.sql because it comes before everything else.
create table if not exists migration (
    number     integer primary key check (number >= 1),
    name       text not null,
    sha256     bytea not null check (length(sha256) = 32),
    applied_at timestamptz not null default now()
);

-- name: is_recorded
-- Whether the record is there at all, which a database that was never ours lacks.
select to_regclass('migration') is not null;

-- name: has_tables
-- A database with tables but no record belongs to somebody else.
select exists (select from pg_class where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace);

-- name: read_applied
-- What was applied, in order.
select number, name, sha256 from migration order by number;

-- name: record_applied
-- Written in the transaction that applied it, so that neither is there without the other.
insert into migration (number, name, sha256) values ($1, $2, $3);

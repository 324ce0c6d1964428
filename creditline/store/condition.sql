-- name: settings
-- What holds in our own session, in the setting's own unit: a pooler in between may have swallowed what we asked for.
select name, setting, coalesce(unit, '') as unit from pg_settings where name = any($1::text[]);

-- name: server
-- Which server it is, what it says the time is, and how many links it gives to programs like ours.
select current_setting('server_version_num')::integer as version_number, current_setting('server_version') as version,
       clock_timestamp() as clock_at,
       current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
           - current_setting('reserved_connections')::integer as links_count,
       to_regclass('migration') is not null as is_ours;

-- name: guards_disabled
-- Triggers that do not fire for an ordinary session, those of foreign keys too.
select distinct format('%s on %s', t.tgname, t.tgrelid::regclass) as subject
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = current_schema()::regnamespace and t.tgenabled in ('D', 'R')
order by subject;

-- name: guards_unhung
-- Functions that were written to guard a table and that no table calls any more.
select p.proname as subject
from pg_proc p
where p.pronamespace = current_schema()::regnamespace and p.prorettype = 'trigger'::regtype
  and not exists (select from pg_trigger t where t.tgfoid = p.oid)
order by subject;

-- name: constraints_unproven
-- Constraints that nobody has held what is there against, or that are not enforced at all.
select format('%s on %s', k.conname, k.conrelid::regclass) as subject
from pg_constraint k
where k.connamespace = current_schema()::regnamespace and (not k.convalidated or not k.conenforced)
order by subject;

-- name: indexes_broken
-- Indexes that queries pass over, because building them was broken off.
select i.indexrelid::regclass::text as subject
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = current_schema()::regnamespace and not (i.indisvalid and i.indisready)
order by subject;

-- name: transactions_prepared
-- Transactions that were prepared and then left: they hold their locks until somebody ends them.
select format('%s of %s, prepared %s', gid, owner, prepared) as subject
from pg_prepared_xacts
where database = current_database() and prepared < now() - interval '5 minutes'
order by subject;

-- name: transactions_endless
-- Transactions that have been open for very long: nothing that died since they began can be cleared away.
select format('%s of %s, open since %s', pid, coalesce(nullif(application_name, ''), usename), xact_start) as subject
from pg_stat_activity
where datname = current_database() and xact_start < now() - interval '10 minutes' and backend_type = 'client backend'
order by xact_start;

-- name: slots_left
-- Replication slots nobody reads from: the server keeps all its log for them until the disk is full.
select slot_name as subject from pg_replication_slots where not active order by slot_name;

-- name: tables_ageing
-- Tables whose oldest transaction is so long ago that the server will soon stop to clear it away.
select c.oid::regclass::text as subject
from pg_class c
where c.relkind in ('r', 't', 'm') and age(c.relfrozenxid) > 1000000000
order by age(c.relfrozenxid) desc;

-- name: timers_overdue
-- What should have been done a quarter of an hour ago.
select format('%s %s, due %s', kind, subject, due_at) as subject
from timer
where due_at < $1::timestamptz - interval '15 minutes'
order by due_at
limit 5;

-- name: stage_events
-- Intake copies a chunk here first: what is new is then told from what is repeated in one statement. The table stays with
-- its link, because making one a chunk would fill the catalogue; a chunk before this one in the transaction is cleared.
create temporary table if not exists staged_event (
    place integer, id uuid, number smallint, borrower text, happened_at timestamptz, recorded_at timestamptz,
    amount_minor bigint, currency text, code integer, ref text, digest bytea
) on commit delete rows;
delete from staged_event;

-- name: take_staged
-- Insert what is new; a repeated id inside the chunk counts once.
insert into event (id, number, borrower, happened_at, recorded_at, amount_minor, currency, code, ref, digest)
select distinct on (id) id, number, borrower, happened_at, recorded_at, amount_minor, currency, code, ref, digest
from staged_event
order by id, place
on conflict (id) do nothing
returning id;

-- name: differing_staged
-- Of a chunk, the lines whose id is on record with other content: each looked up by its id, however many are on record.
select s.place
from staged_event s
where s.digest <> (select e.digest from event e where e.id = s.id);

-- name: signal_staged
-- What was just taken in may bring back earlier what waits on lines of its borrowers. Lines that are held by whoever decides
-- them now are waited for: what comes after they looked is looked at again.
insert into signal (line, since)
select l.id, min(s.recorded_at)
from staged_event s
join line l on l.borrower = s.borrower and l.withheld_minor > 0
where s.number = any($1::smallint[])
group by l.id
order by l.id
on conflict (line) do nothing;

-- name: take_snapshot
-- Which transactions are visible now. Facts are then read by it, so that a replay can read the same ones. The asking
-- transaction itself counts as running, although it sees its own rows: what it records is named one by one instead. The last
-- act on policies comes with it, so that a turn learns without a question of its own whether the rules are still the same.
with taken as (select pg_current_snapshot() as now, pg_current_xact_id_if_assigned() as own)
select format('%s:%s:%s', least(pg_snapshot_xmin(now), own), pg_snapshot_xmax(now), (
    select string_agg(running::text, ',' order by running)
    from (select pg_snapshot_xip(now) union select own where own < pg_snapshot_xmax(now)) as others (running)
)) as seen, (select coalesce(max(number), 0) from policy_event) as policies_number
from taken;

-- name: facts_of_borrowers
-- What was visible in a snapshot, plus the fact each asker recorded itself, and what its own transaction recorded of the same
-- line with it, such as days that it closed first: a column each, laid out as the server sends numbers (times are
-- microseconds since 2000), since reading a value a row costs more than all that is done with them. Each
-- borrower is looked up by the index, also while the planner does not know yet how large the table has become: `offset 0`
-- keeps it from reading all of it instead.
select string_agg(int4send(place::integer - 1), '') as place, string_agg(int2send(e.number), '') as number,
       string_agg(timestamptz_send(e.happened_at), '') as happened_at,
       string_agg(timestamptz_send(e.recorded_at), '') as recorded_at,
       string_agg(int8send(coalesce(e.amount_minor, 0)), '') as amount_minor,
       string_agg(int4send(coalesce(e.code, 0)), '') as code
from unnest($1::text[], $3::uuid[]) with ordinality as asked (borrower, own, place)
left join lateral (select txid, ref from event where event.id = asked.own offset 0) o on asked.own is not null
cross join lateral (select * from event where event.borrower = asked.borrower offset 0) e
where pg_visible_in_snapshot(e.txid, $2::text::pg_snapshot) or e.id = asked.own or (e.txid, e.ref) = (o.txid, o.ref);

-- name: undone_of_borrowers
-- What of the facts of borrowers was undone by a fact that a snapshot shows, and from when: asked only if there is one.
select asked.place::integer - 1 as place, e.number, e.happened_at, e.recorded_at, coalesce(e.amount_minor, 0) as amount_minor,
       greatest(u.happened_at + interval '1 microsecond', u.recorded_at) as undone_from
from unnest($1::text[]) with ordinality as asked (borrower, place)
cross join lateral (select * from event where event.borrower = asked.borrower and event.number = any($3::smallint[]) offset 0) u
join correction c on c.request = u.id and c.is_whole
cross join lateral (select * from event where event.id = c.corrects offset 0) e
where pg_visible_in_snapshot(u.txid, $2::text::pg_snapshot)
order by asked.place, undone_from, e.id;

-- name: events_of_borrower
-- Everything on record about a borrower, oldest first.
select id, number, borrower, happened_at, recorded_at, amount_minor, currency, code, ref
from event
where borrower = $1
order by happened_at, number, id;

-- name: events_seen
-- What facts_of_borrowers gives of one borrower, event by event and with their ids, for people who look behind a figure.
select e.id, e.number, e.borrower, e.happened_at, e.recorded_at, e.amount_minor, e.currency, e.code, e.ref
from event e
left join lateral (select txid, ref from event where event.id = $3 offset 0) o on $3 is not null
where e.borrower = $1 and (pg_visible_in_snapshot(e.txid, $2::text::pg_snapshot) or e.id = $3::uuid or (e.txid, e.ref) = (o.txid, o.ref))
order by e.happened_at, e.number, e.id;

-- name: undone_seen
-- What of a borrower's facts was undone, by which fact that a snapshot shows, and from when.
select e.id, u.id as by, greatest(u.happened_at + interval '1 microsecond', u.recorded_at) as undone_from
from event u
join correction c on c.request = u.id and c.is_whole
cross join lateral (select * from event where event.id = c.corrects offset 0) e
where u.borrower = $1 and u.number = any($3::smallint[]) and pg_visible_in_snapshot(u.txid, $2::text::pg_snapshot)
order by undone_from, e.id;

-- name: is_known
-- Whether a borrower has ever been heard of.
select exists (select from event where borrower = $1) or exists (select from line where borrower = $1);

-- name: count_events
-- How many facts there are, by type.
select number, count(*) as events_count from event group by number order by number;

-- name: last_told
-- When something of these types last happened to a borrower, so that what is told next comes after it.
select max(happened_at) from event where borrower = $1 and number = any($2::smallint[]);

-- name: find_event
-- One event by its id: what a request that is sent again recorded the first time.
select id, number, borrower, happened_at, recorded_at, amount_minor, currency, code, ref from event where id = $1;

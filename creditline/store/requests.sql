-- name: find_requests
-- What became of requests already seen: a repeat is answered from here, another content under the same id is a conflict.
-- Each id is looked up by itself, in the one partition it can be in: `offset 0` keeps the planner from joining instead.
select r.id, r.kind, r.line, r.digest, r.amount_minor, r.accepted_minor, r.excess_minor, r.happened_at, r.recorded_at
from (select distinct unnest($1::uuid[])) as asked (id)
cross join lateral (select * from request where request.id = asked.id offset 0) r;

-- name: borne_by_events
-- A request books its fact under its own id, and cannot where an event that was sent here has that id. Asked only after it
-- failed, so that nobody pays for it who makes new ids.
select e.id
from event e
where e.id = any($1::uuid[]) and not exists (select from request r where r.id = e.id)
order by e.id;

-- name: hold_ids
-- An opening has no line to lock yet, so that its id itself is held until the transaction ends: whoever sends it again
-- at the same moment waits, and then finds it.
select pg_advisory_xact_lock(hashtextextended(id::text, 0)) from unnest($1::uuid[]) as asked (id);

-- name: requests_of_line
-- A line's commands, newest first.
select id, kind, line, digest, amount_minor, accepted_minor, excess_minor, happened_at, recorded_at
from request
where line = $1
order by recorded_at desc, id desc
limit $2;

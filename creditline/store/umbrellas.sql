-- name: caps_over
-- What each umbrella and those over it have left now, the lowest first. A line's draw is taken of the room of the first
-- umbrella if its children share, and of the next one if they do there too, and so on.
with recursive path as (
    select u.id as start, u.id as umbrella, u.parent, u.over_minor, u.level, u.is_fungible as is_charged
    from umbrella u
    where u.id = any($1::uuid[])
    union all
    select p.start, u.id, u.parent, u.over_minor, u.level, p.is_charged and u.is_fungible
    from path p join umbrella u on u.id = p.parent
)
select start, umbrella, umbrella_room(umbrella) - over_minor as headroom_minor, is_charged
from path
order by start, level desc;

-- name: lock_room
-- Holds all room of these umbrellas and of those over them, in the one order everybody takes it in: from the leaves up.
with recursive path as (
    select u.id, u.parent, u.level from umbrella u where u.id = any($1::uuid[])
    union
    select u.id, u.parent, u.level from path p join umbrella u on u.id = p.parent
)
select s.umbrella
from path p join umbrella_slot s on s.umbrella = p.id
order by p.level desc, p.id, s.slot
for update of s;

-- name: hold_trees
-- One change to the shape or limits of umbrellas at a time: they are rare, and two moves together could close a ring.
select pg_advisory_xact_lock(hashtextextended('umbrella', 0));

-- name: roots_of
-- The topmost umbrellas over these; an unknown one has none.
with recursive path as (
    select u.id, u.parent from umbrella u where u.id = any($1::uuid[])
    union
    select u.id, u.parent from path p join umbrella u on u.id = p.parent
)
select id from path where parent is null;

-- name: umbrellas_under
-- Whole trees by their roots.
with recursive tree as (
    select u.* from umbrella u where u.id = any($1::uuid[])
    union all
    select u.* from tree t join umbrella u on u.parent = t.id
)
select id, parent, holder, product, currency, granted_minor, is_fungible, slots_count, version, opened_at, booked_at
from tree
order by level, id;

-- name: uses_under
-- What the lines directly under each of these umbrellas use, and what they count for there.
select l.umbrella, sum(l.drawn_minor)::bigint as drawn_minor, sum(l.reserved_minor)::bigint as reserved_minor,
       sum(l.withheld_minor)::bigint as withheld_minor,
       sum(case when u.is_fungible then l.drawn_minor + l.reserved_minor + l.withheld_minor
                else greatest(l.granted_minor, l.drawn_minor + l.reserved_minor + l.withheld_minor) end)::bigint as weight_minor
from line l join umbrella u on u.id = l.umbrella
where l.umbrella = any($1::uuid[])
group by l.umbrella;

-- name: write_umbrella
-- A new umbrella; its slots come with it.
insert into umbrella (id, parent, holder, product, currency, granted_minor, is_fungible, slots_count, version, opened_at, booked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9);

-- name: change_umbrella
-- Its limit or its place; the room of all umbrellas concerned follows by itself, or the change is refused.
update umbrella set parent = $2, granted_minor = $3, version = $4, booked_at = $5 where id = $1;

-- name: write_umbrella_entry
-- What a change made of it, by whom and why.
insert into umbrella_entry (umbrella, version, request, movement, parent, granted_minor, authority, reason, booked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: write_seat
-- Under which umbrella an entry put a line, by whom and why.
insert into line_seat (line, version, request, umbrella, authority, reason) values ($1, $2, $3, $4, $5, $6);

-- name: lines_directly_under
-- The lines under one umbrella, a page in id order.
select id from line where umbrella = $1 and id > $2 order by id limit $3;

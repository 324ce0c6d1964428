-- name: open_outlet
-- From now on every decision waits for this outlet; opening it again changes nothing.
insert into outlet (name, opened_at) values ($1, $2) on conflict (name) do nothing;

-- name: take_waiting
-- Relays never wait for each other, and sequence order is not commit order: rows are taken, not counted up. What is taken
-- comes back if its transaction does not end well.
delete from outbox
where (outlet, decision) in (
    select outlet, decision from outbox where outlet = $1 order by decision limit $2 for update skip locked
)
returning decision;

-- name: count_waiting
-- How much is still to be told, by outlet.
select outlet.name, count(outbox.decision) as waiting_count
from outlet left join outbox on outbox.outlet = outlet.name
group by outlet.name
order by outlet.name;

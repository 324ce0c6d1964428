-- name: open_tranches
-- What of these lines is not back yet.
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows
from tranche t
where t.line = any($1::uuid[]) and not exists (select from tranche_end e where e.tranche = t.id)
order by t.due_on, t.id;

-- name: all_tranches
-- Tranches by id, ended or not.
select id, line, decision, ordinal, amount_minor, due_on, condition, edition, is_cut, follows from tranche where id = any($1::uuid[]) order by due_on, id;

-- name: read_tranches
-- Those of the tranches that have not ended.
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows
from tranche t
where t.id = any($1::uuid[]) and not exists (select from tranche_end e where e.tranche = t.id)
order by t.due_on, t.id;

-- name: claim_timers
-- Workers never wait for each other: each takes due rows that no one else holds. A claim that is not finished
-- rolls back with its transaction and is found again.
delete from timer
where subject in (
    select subject from timer where due_at <= $1 and kind = $2 order by due_at, subject limit $3 for update skip locked
)
returning subject;

-- name: claim_these_timers
-- What failed in a batch is tried by itself, so that one line never keeps the others from what is theirs.
delete from timer
where subject in (
    select subject from timer where subject = any($3::uuid[]) and due_at <= $1 and kind = $2 for update skip locked
)
returning subject;

-- name: waiting_timers
-- What is due, to be claimed one by one.
select subject from timer where due_at <= $1 and subject <> all($2::uuid[]) order by due_at, subject limit $3;

-- name: next_due
-- When the next timer rings.
select min(due_at) from timer;

-- name: read_reservations
-- Reservations by id that nothing has ended yet.
select r.id, r.line, r.amount_minor, r.expires_at
from reservation r
where r.id = any($1::uuid[]) and not exists (select from reservation_end e where e.reservation = r.id);

-- name: open_reservations_of_line
-- What of a line is reserved and not ended, the earliest to expire first.
select r.id, r.line, r.amount_minor, r.expires_at
from reservation r
where r.line = $1 and not exists (select from reservation_end e where e.reservation = r.id)
order by r.expires_at, r.id;

-- name: expired_reservations
-- What whoever draws gives back first, so that nobody waits for a sweeper.
select r.id, r.line, r.amount_minor, r.expires_at
from reservation r
where r.line = any($1::uuid[]) and r.expires_at <= $2 and not exists (select from reservation_end e where e.reservation = r.id)
order by r.expires_at, r.id;

-- name: drop_timers
-- A reservation that was captured or voided needs no sweeper any more. One whose timer a sweeper holds is left to it: the
-- sweeper waits for the line that we hold, and would wait for ever if we waited for its timer.
delete from timer
where subject in (select subject from timer where subject = any($1::uuid[]) for update skip locked);

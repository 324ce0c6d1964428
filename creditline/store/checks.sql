-- name: lines_off_their_grant
-- A line's limit accounts sum to zero: what was granted is headroom, drawn, reserved or withheld.
with moved as (
    select line, account, sum(amount_minor) as amount_minor
    from (
        select line, debit as account, amount_minor from transfer
        union all
        select line, credit, -amount_minor from transfer
    ) as legs
    group by line, account
)
select l.id::text as subject,
       format('granted %s, drawn %s, reserved %s, withheld %s; its transfers say granted %s, drawn %s, reserved %s, withheld %s',
              l.granted_minor, l.drawn_minor, l.reserved_minor, l.withheld_minor,
              -coalesce(g.amount_minor, 0), coalesce(d.amount_minor, 0), coalesce(r.amount_minor, 0), coalesce(w.amount_minor, 0)) as words
from line l
left join moved g on g.line = l.id and g.account = 1
left join moved r on r.line = l.id and r.account = 3
left join moved d on d.line = l.id and d.account = 4
left join moved w on w.line = l.id and w.account = 5
where (l.granted_minor, l.drawn_minor, l.reserved_minor, l.withheld_minor)
   is distinct from (-coalesce(g.amount_minor, 0), coalesce(d.amount_minor, 0), coalesce(r.amount_minor, 0), coalesce(w.amount_minor, 0))
order by 1 limit $1;

-- name: lines_off_their_entries
-- A line is its last entry, and its entries are numbered without a hole.
select l.id::text as subject,
       format('version %s with %s entries, the last says drawn %s, withheld %s; the line says drawn %s, withheld %s',
              l.version, coalesce(e.entries_count, 0), last.drawn_minor, last.withheld_minor, l.drawn_minor, l.withheld_minor) as words
from line l
left join (select line, count(*) as entries_count, max(version) as version from line_entry group by line) e on e.line = l.id
left join line_entry last on last.line = l.id and last.version = e.version
where (e.entries_count, e.version) is distinct from (l.version, l.version)
   or (last.granted_minor, last.drawn_minor, last.reserved_minor, last.withheld_minor)
   is distinct from (l.granted_minor, l.drawn_minor, l.reserved_minor, l.withheld_minor)
order by 1 limit $1;

-- name: lines_off_their_tranches
-- What is withheld is exactly what open tranches will bring back: nothing is forgotten, nothing promised twice.
select l.id::text as subject,
       format('withheld %s, open tranches %s', l.withheld_minor, coalesce(t.amount_minor, 0)) as words
from line l
left join (
    select t.line, sum(t.amount_minor) as amount_minor
    from tranche t
    where not exists (select from tranche_end e where e.tranche = t.id)
    group by t.line
) t on t.line = l.id
where l.withheld_minor <> coalesce(t.amount_minor, 0)
order by 1 limit $1;

-- name: lines_off_their_reservations
-- What is reserved is exactly what open reservations hold.
select l.id::text as subject,
       format('reserved %s, open reservations %s', l.reserved_minor, coalesce(r.amount_minor, 0)) as words
from line l
left join (
    select r.line, sum(r.amount_minor) as amount_minor
    from reservation r
    where not exists (select from reservation_end e where e.reservation = r.id)
    group by r.line
) r on r.line = l.id
where l.reserved_minor <> coalesce(r.amount_minor, 0)
order by 1 limit $1;

-- name: money_off_the_limit
-- What is receivable is what is drawn: money and permission tell one story.
select l.id::text as subject, format('drawn %s, receivable %s', l.drawn_minor, coalesce(m.amount_minor, 0)) as words
from line l
left join (
    select line, sum(case when debit = 11 then amount_minor else -amount_minor end) as amount_minor
    from transfer where debit = 11 or credit = 11 group by line
) m on m.line = l.id
where l.drawn_minor <> coalesce(m.amount_minor, 0)
order by 1 limit $1;

-- name: decisions_without_effect
-- A decision that moves a line says how much; its request moved exactly that.
select d.id::text as subject, format('answer %s, request accepted %s', d.answer, r.accepted_minor) as words
from decision d
join request r on r.id = d.id
where (d.kind = 'draw' and (case when d.answer = 'approve' then coalesce(d.amount_minor, 0) else 0 end) <> r.accepted_minor)
   or (d.kind = 'restoration' and d.requested_minor <> r.accepted_minor)
order by 1 limit $1;

-- name: timers_missing
-- Every open tranche and reservation has the timer that will end it.
select t.id::text as subject, format('tranche due on %s has no timer', t.due_on) as words
from tranche t
where not exists (select from tranche_end e where e.tranche = t.id)
  and not exists (select from timer m where m.subject = t.id)
union all
select r.id::text, format('reservation expiring at %s has no timer', r.expires_at)
from reservation r
where not exists (select from reservation_end e where e.reservation = r.id)
  and not exists (select from timer m where m.subject = r.id)
order by 1 limit $1;

-- name: events_of_nothing
-- Every draw and repayment that was booked is a fact of its borrower, once, with the same amount.
select r.id::text as subject, format('%s of %s has no event that says the same', r.kind, r.accepted_minor) as words
from request r
join line l on l.id = r.line
where r.kind in ('draw', 'repay', 'capture') and r.accepted_minor > 0
  and not exists (
    select from event e where e.id = r.id and e.amount_minor = r.accepted_minor and e.borrower = l.borrower
)
order by 1 limit $1;

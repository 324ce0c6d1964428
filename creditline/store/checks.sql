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
-- A decision that moves a line says how much; its request, of the same line and instant, moved exactly that. Nothing
-- that must be decided was done without a decision.
select coalesce(d.id, r.id)::text as subject,
       format('%s on line %s at %s answered %s of %s; its request on line %s at %s accepted %s',
              d.kind, d.line, d.as_of, d.answer, d.amount_minor, r.line, r.recorded_at, r.accepted_minor) as words
from decision d
full join request r on r.id = d.id
where r.id is null or r.line <> d.line or r.recorded_at > d.as_of
   or (d.id is null and r.kind in ('open', 'draw', 'authorise', 'repay', 'backdate', 'release', 'review', 'signal', 'again'))
   or (case d.kind when 'opening' then 'open' when 'restoration' then 'repay' else d.kind end) <>
      (case r.kind when 'authorise' then 'draw' when 'backdate' then 'repay' when 'signal' then 'repay' when 'again' then 'repay' else r.kind end)
   or d.id is not null and r.accepted_minor <> case
        when d.kind in ('opening', 'draw') and d.answer = 'approve' then coalesce(d.amount_minor, 0)
        when d.kind = 'restoration' then r.accepted_minor
        when d.answer in ('released', 'cut') then d.requested_minor
        else 0
      end
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
union all
select l.id::text, format('what was added until %s has no timer', l.extra_ends_at)
from line l
where l.extra_ends_at is not null and not exists (
    select from line_extra x join timer m on m.subject = x.request where x.line = l.id and x.ends_at = l.extra_ends_at
)
order by 1 limit $1;

-- name: events_of_nothing
-- Every draw and repayment that was booked, and what became of it, is a fact of its borrower, once, with the same amount.
select r.id::text as subject, format('%s of %s has no event that says the same', r.kind, r.accepted_minor) as words
from request r
join line l on l.id = r.line
where r.kind in ('draw', 'repay', 'backdate', 'recover', 'capture', 'reverse_draw', 'bounce', 'refund') and r.accepted_minor > 0
  and not exists (
    select from event e where e.id = r.id and e.amount_minor = r.accepted_minor and e.borrower = l.borrower
)
order by 1 limit $1;

-- name: entries_off_their_steps
-- Every entry follows from the one before it: numbered next, booked no earlier, moving what its movement moves, and
-- leaving no more in use than is granted unless use has not grown, or what was repaid turned out not to be.
with step as (
    select e.*, lag(e.booked_at) over own as booked_before, coalesce(lag(e.version) over own, 0) as version_before,
           e.granted_minor - coalesce(lag(e.granted_minor) over own, 0) as granted,
           e.drawn_minor - coalesce(lag(e.drawn_minor) over own, 0) as drawn,
           e.reserved_minor - coalesce(lag(e.reserved_minor) over own, 0) as reserved,
           e.withheld_minor - coalesce(lag(e.withheld_minor) over own, 0) as withheld
    from line_entry e
    window own as (partition by e.line order by e.version)
)
select line::text as subject,
       format('version %s after %s, booked at %s after %s: %s moves granted by %s, drawn by %s, reserved by %s, withheld by %s',
              version, version_before, booked_at, booked_before, movement, granted, drawn, reserved, withheld) as words
from step
where version <> version_before + 1 or booked_at < booked_before or (version = 1) <> (movement = 'open')
   or case movement
        when 'open' then (drawn, reserved, withheld) <> (0, 0, 0) or granted <= 0
        when 'move_in' then (granted, reserved, withheld) <> (0, 0, 0) or drawn <= 0
        when 'authorise' then (granted, drawn, withheld) <> (0, 0, 0) or reserved <= 0
        when 'capture' then (granted, withheld) <> (0, 0) or drawn not between 1 and -reserved
        when 'void' then (granted, drawn, withheld) <> (0, 0, 0) or reserved >= 0
        when 'expire' then (granted, drawn, withheld) <> (0, 0, 0) or reserved >= 0
        when 'draw' then (granted, reserved, withheld) <> (0, 0, 0) or drawn <= 0
        when 'repay' then (granted, reserved, withheld) <> (0, 0, -drawn) or drawn > 0
        when 'release' then (granted, drawn, reserved) <> (0, 0, 0) or withheld >= 0
        when 'reduce' then (drawn, reserved) <> (0, 0) or withheld >= 0 or granted not between withheld and 0
        when 'close' then (drawn, reserved, withheld) <> (0, 0, 0) or granted > 0
          or (granted_minor, drawn_minor, reserved_minor, withheld_minor) <> (0, 0, 0, 0)
        when 'increase' then (drawn, reserved, withheld) <> (0, 0, 0) or granted < 0
        when 'decrease' then (drawn, reserved, withheld) <> (0, 0, 0) or granted >= 0
        when 'reverse' then (granted, reserved) <> (0, 0) or withheld > 0
        when 'backdate' then (granted, reserved, withheld) <> (0, 0, greatest(0, -drawn))
        when 'charge_off' then reserved <> 0 or granted > 0 or (granted_minor, drawn_minor, withheld_minor) <> (reserved_minor, 0, 0)
        else movement not in ('block', 'unblock', 'self_limit', 'attach', 'detach', 'waive', 'pay_out', 'recover') or (granted, drawn, reserved, withheld) <> (0, 0, 0, 0)
      end
   or (drawn_minor + reserved_minor + withheld_minor > granted_minor and drawn + reserved + withheld > 0
       and movement not in ('reverse', 'backdate'))
order by 1, version limit $1;

-- name: entries_off_their_transfers
-- What a request moved on a line is what its transfers moved, then and nothing else, numbered without a hole.
with step as (
    select e.*, lag(e.booked_at) over own as booked_before, coalesce(lag(e.version) over own, 0) as version_before,
           e.granted_minor - coalesce(lag(e.granted_minor) over own, 0) as granted,
           e.drawn_minor - coalesce(lag(e.drawn_minor) over own, 0) as drawn,
           e.reserved_minor - coalesce(lag(e.reserved_minor) over own, 0) as reserved,
           e.withheld_minor - coalesce(lag(e.withheld_minor) over own, 0) as withheld
    from line_entry e
    window own as (partition by e.line order by e.version)
), moved as (
    select line, request, sum(granted) as granted, sum(drawn) as drawn, sum(reserved) as reserved, sum(withheld) as withheld,
           coalesce(sum(drawn) filter (where movement = 'move_in'), 0) as moved_in, max(version) as version,
           min(booked_at) as first_at, max(booked_at) as last_at
    from step group by line, request
), leg as (
    select line, request, ordinal, booked_at, debit as account, amount_minor from transfer
    union all
    select line, request, ordinal, booked_at, credit, -amount_minor from transfer
), booked as (
    select line, request, coalesce(-sum(amount_minor) filter (where account = 1), 0) as granted,
           coalesce(sum(amount_minor) filter (where account = 4), 0) as drawn,
           coalesce(sum(amount_minor) filter (where account = 3), 0) as reserved,
           coalesce(sum(amount_minor) filter (where account = 5), 0) as withheld,
           coalesce(-sum(amount_minor) filter (where account = 13), 0) as moved_in,
           coalesce(sum(amount_minor) filter (where account = 11), 0) as receivable,
           count(distinct ordinal) as ordinals_count, max(ordinal) + 1 as ordinals,
           min(booked_at) as first_at, max(booked_at) as last_at
    from leg group by line, request
)
select coalesce(m.line, b.line)::text as subject,
       format('version %s, request %s: entries move granted %s, drawn %s, reserved %s, withheld %s; transfers %s, %s, %s, %s, receivable %s, %s of %s',
              m.version, coalesce(m.request, b.request), m.granted, m.drawn, m.reserved, m.withheld,
              b.granted, b.drawn, b.reserved, b.withheld, b.receivable, b.ordinals_count, b.ordinals) as words
from moved m
full join booked b on (b.line, b.request) = (m.line, m.request)
left join request r on r.id = b.request
where (m.line is null and (r.kind is distinct from 'accrue' or (b.granted, b.drawn, b.reserved, b.withheld, b.receivable) <> (0, 0, 0, 0, 0)))
   or m.line is not null and (m.granted, m.drawn, m.reserved, m.withheld, m.moved_in, m.drawn)
   is distinct from (coalesce(b.granted, 0), coalesce(b.drawn, 0), coalesce(b.reserved, 0), coalesce(b.withheld, 0),
                     coalesce(b.moved_in, 0), coalesce(b.receivable, 0))
   or b.ordinals_count <> b.ordinals or (b.first_at, b.last_at) <> (m.first_at, m.last_at)
order by 1, 2 limit $1;

-- name: requests_off_their_entries
-- What a request says it accepted is what its entries moved, on its own line, by movements that are of its kind; a repayment
-- accepted what it brought in, and what was decided about is its principal.
with step as (
    select e.*, lag(e.booked_at) over own as booked_before, coalesce(lag(e.version) over own, 0) as version_before,
           e.granted_minor - coalesce(lag(e.granted_minor) over own, 0) as granted,
           e.drawn_minor - coalesce(lag(e.drawn_minor) over own, 0) as drawn,
           e.reserved_minor - coalesce(lag(e.reserved_minor) over own, 0) as reserved,
           e.withheld_minor - coalesce(lag(e.withheld_minor) over own, 0) as withheld
    from line_entry e
    window own as (partition by e.line order by e.version)
), moved as (
    select request, line, array_agg(movement) as movements, sum(granted) as granted, sum(drawn) as drawn,
           sum(reserved) as reserved, sum(withheld) as withheld, max(booked_at) as last_at
    from step group by request, line
), paid_in as (
    select request, sum(amount_minor) filter (where debit = 12) as amount_minor, sum(amount_minor) filter (where credit = 12) as out_minor,
           sum(amount_minor) filter (where debit = 42) as waived_minor, sum(amount_minor) filter (where debit = 91) as claim_minor
    from transfer where debit in (12, 42, 91) or credit = 12 group by request
)
select coalesce(r.id, m.request)::text as subject,
       format('%s on line %s accepted %s; its entries on line %s are %s and move granted %s, drawn %s, reserved %s, withheld %s',
              r.kind, r.line, r.accepted_minor, m.line, m.movements, m.granted, m.drawn, m.reserved, m.withheld) as words
from request r
full join moved m on m.request = r.id
left join paid_in p on p.request = r.id
left join decision d on d.id = r.id and d.kind = 'restoration'
where r.id is null or m.line <> r.line or m.last_at < r.recorded_at
   or coalesce(case r.kind
        when 'open' then m.granted
        when 'draw' then m.drawn
        when 'authorise' then m.reserved
        when 'capture' then m.drawn
        when 'repay' then coalesce(p.amount_minor, 0)
        when 'backdate' then coalesce(p.amount_minor, 0)
        when 'recover' then coalesce(p.amount_minor, 0)
        when 'reverse_draw' then coalesce(p.amount_minor, 0)
        when 'bounce' then coalesce(p.out_minor, 0)
        when 'refund' then coalesce(p.out_minor, 0)
        when 'pay_out' then coalesce(p.out_minor, 0)
        when 'waive' then coalesce(p.waived_minor, 0)
        when 'charge_off' then coalesce(p.claim_minor, 0)
        when 'release' then -m.withheld
        when 'human_review' then -m.withheld
        else 0
      end, 0) <> r.accepted_minor
   or not coalesce(m.movements, '{}') <@ case r.kind
        when 'open' then array['open', 'move_in', 'increase', 'decrease']
        when 'repay' then array['repay', 'release', 'reduce']
        when 'release' then array['release', 'reduce']
        when 'again' then array['release', 'reduce']
        when 'review' then array['increase', 'decrease', 'block']
        when 'limit' then array['increase', 'decrease']
        when 'extra' then array['increase', 'decrease']
        when 'lapse' then array['decrease', 'close']
        when 'backdate' then array['backdate', 'release', 'reduce']
        when 'reverse_draw' then array['reverse']
        when 'bounce' then array['reverse']
        when 'refund' then array['reverse']
        when 'human_review' then array['release', 'unblock', 'increase']
        else array[r.kind]
      end
   or (d.id is not null and r.kind not in ('signal', 'again') and d.requested_minor <> greatest(0, -m.drawn))
   or (m.request is null and r.kind in ('capture', 'void', 'expire', 'block', 'unblock', 'self_limit', 'limit', 'extra', 'lapse', 'close',
       'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover'))
   or (m.request is null and r.kind in ('attach', 'detach', 'umbrella_open', 'umbrella_limit')
       and not exists (select from umbrella_entry e where e.request = r.id and e.umbrella = r.line))
order by 1 limit $1;

-- name: lines_off_their_reins
-- A line is stopped if its last block, or that of its charge-off, was not lifted, carries the cap that was last set, and is dated by its entries.
select l.id::text as subject,
       format('blocked %s, last %s; cap %s, last set to %s; opened at %s and booked at %s, by its entries at %s and %s',
              l.block_reason, b.movement, l.self_limit_minor, c.amount_minor, l.opened_at, l.booked_at, d.first_at, d.last_at) as words
from line l
left join lateral (
    select e.movement from line_entry e
    where e.line = l.id and e.movement in ('block', 'unblock', 'charge_off') order by e.version desc limit 1
) b on true
left join lateral (
    select r.amount_minor from line_entry e join request r on r.id = e.request
    where e.line = l.id and e.movement = 'self_limit' order by e.version desc limit 1
) c on true
left join lateral (
    select min(e.booked_at) as first_at, max(e.booked_at) as last_at,
           max(e.booked_at) filter (where e.movement = 'close') as closed_at
    from line_entry e where e.line = l.id
) d on true
where (l.block_reason is not null) <> (coalesce(b.movement, 'unblock') <> 'unblock')
   or l.self_limit_minor is distinct from c.amount_minor
   or (l.opened_at, l.booked_at, l.closed_at) is distinct from (d.first_at, d.last_at, d.closed_at)
order by 1 limit $1;

-- name: promises_off_their_decisions
-- What a decision left withheld is what its tranches bring back, on its own line, numbered without a hole. What is kept back
-- is promised again, unless the rules then answered that it does not come back.
with left_withheld as (
    select request, line, sum(case when debit = 5 then amount_minor else -amount_minor end) as amount_minor
    from transfer where debit = 5 or credit = 5 group by request, line
), promised as (
    select decision, sum(amount_minor) as amount_minor, count(distinct ordinal) as parts_count, max(ordinal) as last,
           count(distinct line) as lines_count, (array_agg(line))[1] as line
    from tranche t where not exists (select from promise_breach b where b.follower = t.id) group by decision
)
select coalesce(d.id, p.decision)::text as subject,
       format('%s answered %s of %s; withheld by it %s, promised %s in %s parts numbered to %s',
              d.kind, d.answer, d.requested_minor, w.amount_minor, p.amount_minor, p.parts_count, p.last) as words
from decision d
full join promised p on p.decision = d.id
left join left_withheld w on w.request = d.id
left join request r on r.id = d.id
where d.id is null or p.line <> d.line or p.lines_count <> 1 or p.parts_count <> p.last
   or coalesce(p.amount_minor, 0) <> case
        when d.kind = 'restoration' then coalesce(w.amount_minor, 0) + case when r.kind = 'again' then d.requested_minor else 0 end
        when d.answer = 'kept_back' and not exists (select from request q join decision a on a.id = q.id where q.kind = 'again' and q.line = d.line and a.as_of = d.as_of and a.requested_minor = d.requested_minor) then d.requested_minor
        else 0
      end
order by 1 limit $1;

-- name: dates_off_their_promises
-- Every date that is told is a promise, and every promise ends as its tranche does: on its day or not, by the edition and the
-- condition it was told under.
select coalesce(t.id, p.tranche)::text as subject,
       format('told %s as a %s for %s; recorded as %s by %s, its tranche ended as %s on %s by %s',
              t.condition, p.kind, t.due_on, f.outcome, f.request, e.answer, e.ended_at, e.request) as words
from tranche t
full join promise p on p.tranche = t.id
left join tranche_end e on e.tranche = t.id
left join promise_end f on f.promise = t.id
left join decision d on d.id = e.request
where t.id is null or p.tranche is null or (e.request, e.ended_at) is distinct from (f.request, f.ended_at)
   or (f.outcome = 'condition_failed' and (d.edition, d.condition) is distinct from (t.edition, t.condition))
   or e.answer is distinct from case when f.outcome = 'condition_failed' then case when t.is_cut then 'cut' else 'kept_back' end when f.outcome in ('kept', 'early', 'late') then 'released' else f.outcome end
   or case f.outcome when 'early' then e.ended_at >= start_of_day(t.due_on)
                     when 'late' then e.ended_at < start_of_day(t.due_on + 1)
                     when 'kept' then e.ended_at < start_of_day(t.due_on) or e.ended_at >= start_of_day(t.due_on + 1) else false end
order by 1 limit $1;

-- name: breaches_unanswered
-- A promise is broken with a reason, two people and a notice that say so, and another in its place for the same amount and
-- condition, and not without.
select coalesce(b.promise, f.promise)::text as subject,
       format('recorded as %s; reason %s, author %s, approver %s, notice at %s, then %s of %s on %s',
              f.outcome, b.reason, b.author, b.approver, b.notice_at, n.amount_minor, n.condition, n.due_on) as words
from promise_breach b
full join (select * from promise_end where outcome = 'broken') f on f.promise = b.promise
left join tranche t on t.id = b.promise
left join tranche n on n.id = b.follower
where b.promise is null or f.promise is null or b.author = b.approver or b.reason = '' or b.notice_at <> f.ended_at
   or cardinality(f.words) = 0
   or (n.line, n.amount_minor, n.condition, n.edition) is distinct from (t.line, t.amount_minor, t.condition, t.edition)
   or n.due_on <= t.due_on
order by 1 limit $1;

-- name: ends_off_their_decisions
-- A tranche ended as the decision says that ended it, with its whole amount; a reservation as its request says.
select t.id::text as subject,
       format('tranche of %s on line %s ended %s at %s; its decision says %s of %s on line %s at %s',
              t.amount_minor, t.line, e.answer, e.ended_at, d.answer, d.requested_minor, d.line, d.as_of) as words
from tranche_end e
left join tranche t on t.id = e.tranche
left join decision d on d.id = e.request
left join request r on r.id = e.request and r.kind = 'human_review'
where e.answer not in ('broken', 'undone')
  and (e.answer, e.ended_at, t.line, t.amount_minor) is distinct from (d.answer, d.as_of, d.line, d.requested_minor)
  and (e.answer, e.ended_at, t.line) is distinct from ('released', r.recorded_at, r.line)
union all
select t.id::text, format('tranche of %s on line %s broken at %s; its request is %s of %s on line %s at %s',
                          t.amount_minor, t.line, e.ended_at, r.kind, r.amount_minor, r.line, r.recorded_at)
from tranche_end e
left join tranche t on t.id = e.tranche
left join request r on r.id = e.request
where e.answer = 'broken' and ('break', e.ended_at, t.line, t.amount_minor) is distinct from (r.kind, r.recorded_at, r.line, r.amount_minor)
   or e.answer = 'undone' and (coalesce(r.kind, '') not in ('bounce', 'refund', 'charge_off') or (e.ended_at, t.line) is distinct from (r.recorded_at, r.line))
union all
select v.id::text, format('reservation of %s on line %s; its request is %s of %s on line %s',
                          v.amount_minor, v.line, r.kind, r.accepted_minor, r.line)
from reservation v
left join request r on r.id = v.id
where (v.line, v.amount_minor, 'authorise') is distinct from (r.line, r.accepted_minor, r.kind)
union all
select e.reservation::text, format('reservation ended by %s of %s; its request is %s of %s on line %s',
                                   e.movement, e.captured_minor, r.kind, r.accepted_minor, r.line)
from reservation_end e
left join reservation v on v.id = e.reservation
left join request r on r.id = e.request
where (e.movement, e.captured_minor, v.line, v.amount_minor) is distinct from (r.kind, r.accepted_minor, r.line, r.amount_minor)
order by 1 limit $1;

-- name: transfers_out_of_balance
-- A transfer has two sides of one amount, so that debits equal credits in every request; what could break that is an amount
-- that is none, a transfer to itself, or one from permission to money.
select t.request::text || '/' || t.ordinal as subject,
       format('%s from account %s to account %s of line %s', t.amount_minor, t.credit, t.debit, t.line) as words
from transfer t
where t.amount_minor <= 0 or t.debit = t.credit or (t.debit < 10) <> (t.credit < 10)
order by 1 limit $1;

-- name: days_off_their_seals
-- A sealed day still holds what it was sealed with, the seals follow each other without a hole, and nothing lies before them.
with chain as (
    select s.*, lag(s.seal) over in_order as seal_before, lag(s.day) over in_order as day_before,
           (select string_agg(concat_ws(' ', o.currency, o.account, o.debits_count, o.debit_minor, o.credits_count, o.credit_minor),
                              E'\n' order by o.currency, o.account) from day_seal_sum o where o.day = s.day) as sums,
           (select string_agg(concat_ws(' ', n.currency, n.account, n.debits_count, n.debit_minor, n.credits_count, n.credit_minor),
                              E'\n' order by n.currency, n.account) from sums_of_day(s.day) n) as sums_now,
           digest_of_day(s.day) as digest_now
    from day_seal s
    window in_order as (order by s.day)
)
select day::text as subject,
       case when seal_before is distinct from previous or day_before <> day - 1 then 'it does not follow the seal before it'
            when seal <> seal_of(day, previous, transfers_count, digest, sums) then 'its seal is not that of its sums'
            when sums is distinct from sums_now then format('sealed with %s, and now holds %s', sums, sums_now)
            else 'a transfer of it was changed, and its sums were kept'
       end as words
from chain
where seal_before is distinct from previous or day_before <> day - 1
   or seal <> seal_of(day, previous, transfers_count, digest, sums)
   or sums is distinct from sums_now or digest <> digest_now
union all
select day::text, 'it is sealed, and nothing closed it to postings' from day_seal s
where not exists (select from closed_day c where c.day = s.day)
union all
select t.request::text || '/' || t.ordinal, format('booked at %s, before the first day that was ever sealed', t.booked_at)
from transfer t
where t.booked_at < (select start_of_day(min(day)) from day_seal)
order by 1 limit $1;

-- name: umbrellas_off_their_room
-- What an umbrella grants is what is free of it and what its children count for: nothing is taken twice, nothing lost. An
-- umbrella over its limit has nothing free.
with room as (
    select umbrella, sum(room_minor) as room_minor, count(*) as slots_count from umbrella_slot group by umbrella
), taken as (
    select node, sum(weight_minor) as taken_minor
    from (
        select l.umbrella as node,
               case when u.is_fungible then l.drawn_minor + l.reserved_minor + l.withheld_minor
                    else greatest(l.granted_minor, l.drawn_minor + l.reserved_minor + l.withheld_minor) end as weight_minor
        from line l join umbrella u on u.id = l.umbrella
        union all
        select p.id, umbrella_weight(c, p.is_fungible, r.room_minor::bigint)
        from umbrella c join umbrella p on p.id = c.parent join room r on r.umbrella = c.id
    ) as children
    group by node
)
select u.id::text as subject,
       format('granted %s and over it by %s: %s free in %s of %s parts, %s taken', u.granted_minor, u.over_minor, r.room_minor,
              r.slots_count, u.slots_count, coalesce(t.taken_minor, 0)) as words
from umbrella u
left join room r on r.umbrella = u.id
left join taken t on t.node = u.id
where (r.slots_count, u.granted_minor + u.over_minor) is distinct from (u.slots_count::bigint, r.room_minor + coalesce(t.taken_minor, 0))
   or (u.over_minor > 0 and r.room_minor > 0)
order by 1 limit $1;

-- name: umbrellas_off_their_leaves
-- Under an umbrella that shares, and shares all the way down, exactly what the lines use is taken: no node in between
-- counts a leaf twice or not at all.
with recursive under as (
    select u.id as node, u.id as below from umbrella u
    union all
    select p.node, c.id from under p join umbrella c on c.parent = p.below
), sharing as (
    select p.node from under p join umbrella u on u.id = p.below group by p.node having bool_and(u.is_fungible)
), used as (
    select p.node, sum(l.drawn_minor + l.reserved_minor + l.withheld_minor) as used_minor
    from under p join line l on l.umbrella = p.below group by p.node
)
select u.id::text as subject,
       format('%s taken, the lines anywhere under it use %s', u.granted_minor + u.over_minor - umbrella_room(u.id),
              coalesce(x.used_minor, 0)) as words
from umbrella u
join sharing s on s.node = u.id
left join used x on x.node = u.id
where u.granted_minor + u.over_minor - umbrella_room(u.id) <> coalesce(x.used_minor, 0)
order by 1 limit $1;

-- name: umbrellas_off_their_entries
-- An umbrella is its last entry, its entries are numbered without a hole, and it stands one level under the one over it; a
-- line stands where its last seat put it, and a seat is an entry of the line.
select u.id::text as subject,
       format('version %s with %s entries; granted %s under %s at level %s, the last entry says %s under %s', u.version,
              coalesce(e.entries_count, 0), u.granted_minor, u.parent, u.level, last.granted_minor, last.parent) as words
from umbrella u
left join (select umbrella, count(*) as entries_count, max(version) as version from umbrella_entry group by umbrella) e
    on e.umbrella = u.id
left join umbrella_entry last on last.umbrella = u.id and last.version = e.version
left join umbrella p on p.id = u.parent
where (e.entries_count, e.version) is distinct from (u.version, u.version)
   or (last.granted_minor, last.parent) is distinct from (u.granted_minor, u.parent)
   or u.level <> coalesce(p.level + 1, 0)
union all
select l.id::text, format('stands under %s, its last seat says %s', l.umbrella, s.umbrella)
from line l
left join lateral (select umbrella from line_seat where line = l.id order by version desc limit 1) s on true
where l.umbrella is distinct from s.umbrella
union all
select s.line::text, format('version %s: seated under %s, and its entry is %s', s.version, s.umbrella, e.movement)
from line_seat s
left join line_entry e on (e.line, e.version, e.request) = (s.line, s.version, s.request)
where e.movement is distinct from case when s.umbrella is null then 'detach' else 'attach' end
order by 1 limit $1;

-- name: acts_without_notice
-- Whatever was done against a borrower has its notice, made then and of the same line, whether or not a law wants it told.
with act as (
    select d.id, d.line, d.as_of as at, case when d.kind = 'opening' then 'opening_declined' when d.kind = 'draw' then 'draw_declined'
               when d.answer = 'reduced' then 'reduced' when d.kind = 'restoration' then 'withheld' else 'observation_extended' end as trigger
    from decision d
    where (d.kind in ('opening', 'draw') and d.answer = 'decline') or (d.answer = 'kept_back'
           and not exists (select from request q join decision a on a.id = q.id where q.kind = 'again' and q.line = d.line and a.as_of = d.as_of and a.requested_minor = d.requested_minor))
       or (d.kind = 'restoration' and (exists (select from tranche t where t.decision = d.id)
           or exists (select from line_entry e where e.line = d.line and e.request = d.id and e.movement = 'reduce')))
    union all
    select e.request, e.line, e.booked_at, case e.movement when 'decrease' then 'decreased' when 'block' then 'blocked' when 'charge_off' then 'charged_off' else 'closed' end
    from line_entry e join request r on r.id = e.request and r.kind in ('review', 'limit', 'extra', 'block', 'close', 'charge_off')
    where e.movement in ('decrease', 'block', 'close', 'charge_off')
    union all
    select e.request, t.line, e.ended_at, 'promise_broken'
    from promise_end e join tranche t on t.id = e.promise where e.outcome = 'broken'
)
select act.id::text as subject,
       format('%s on line %s at %s; its notice is of %s on line %s at %s', act.trigger, act.line, act.at, n.trigger, n.line, n.acted_at) as words
from act left join notice n on n.id = act.id
where (n.line, n.trigger, n.acted_at) is distinct from (act.line, act.trigger, act.at)
order by 1 limit $1;

-- name: reviews_off_their_findings
-- A human review ended by a finding of its own, within what was found by one person or two, carried out under a request that
-- moved exactly that, and told to whoever asked.
select coalesce(e.review, r.id)::text as subject,
       format('%s by %s with %s; its request is a %s of %s at %s, released %s, told as %s', e.answer, f.officer, a.officer, r.kind, r.amount_minor,
              r.recorded_at, r.accepted_minor, n.trigger) as words
from human_review_end e
full join (select * from request where kind = 'human_review') r on r.id = e.request
left join human_review h on h.id = e.review
left join human_review_finding f on f.id = e.finding
left join human_review_answer a on a.finding = f.id
left join notice n on n.id = e.request
left join (
    select x.request, count(*) filter (where x.movement = 'unblock') as unblocks_count,
           max(x.granted_minor) filter (where x.movement = 'increase') as granted_minor
    from line_entry x group by x.request
) m on m.request = e.request
where e.review is null or r.id is null or (f.review, h.line, e.ended_at) is distinct from (e.review, r.line, r.recorded_at)
   or e.answer <> case f.answer when 'uphold' then 'upheld' else 'changed' end
   or f.needs_second <> coalesce(a.answer = 'approve' and lower(a.officer) <> lower(f.officer), false)
   or r.id is distinct from case when f.needs_second then a.id else f.id end
   or r.accepted_minor <> case when f.effect = 'release' then f.amount_minor else 0 end
   or (f.effect is not distinct from 'unblock') <> (coalesce(m.unblocks_count, 0) > 0)
   or (f.effect is not distinct from 'limit') <> (m.granted_minor is not null)
   or (f.effect = 'release' and f.amount_minor is distinct from (select sum(t.amount_minor) from tranche t where t.id = any(f.promises)))
   or (n.trigger, n.acted_at, n.borrower) is distinct from ('review_' || e.answer, e.ended_at, h.borrower)
order by 1 limit $1;

-- name: decisions_by_another_edition
-- Every answer but a promised release is by the edition in force as of it, or by what one of its arms runs, as far as its own
-- snapshot shows what was activated.
-- What was decided before the product had a life is left out: nobody recorded then what was in force.
select d.id::text as subject, format('decided as of %s by edition %s', d.as_of, left(encode(d.edition, 'hex'), 12)) as words
from decision d
where d.kind <> 'release'
  and exists (select from policy_event f where f.product = d.product and f.what = 'found' and f.recorded_at <= d.as_of)
  and not exists (
    select from policy_period p
    join policy_event k on k.number = p.known_by
    left join policy_event c on c.number = p.closed_by
    where p.product = d.product and p.valid @> d.as_of
      and case when d.arm = 'champion' then p.edition = d.edition
               else exists (select from edition_arm a
                            where a.edition = p.edition and a.arm = d.arm and a.runs = d.edition and not a.is_shadow) end
      and (lower_inf(p.known) or pg_visible_in_snapshot(k.txid, d.seen))
      and (c.number is null or not pg_visible_in_snapshot(c.txid, d.seen)))
order by d.id limit $1;

-- name: decisions_in_stopped_arms
-- Nobody new is decided in an arm whose last act, as far as the decision's snapshot shows, stopped it; a release keeps the arm
-- whose promise it is.
select d.id::text as subject, format('decided as of %s in arm %s', d.as_of, d.arm) as words
from decision d
where d.arm <> 'champion' and (
    d.kind <> 'release' and 'stop_arm' = (
        select e.what from policy_event e
        where e.product = d.product and e.arm = d.arm and pg_visible_in_snapshot(e.txid, d.seen)
        order by e.number desc limit 1)
    or d.kind = 'release' and not exists (select from edition_arm a where a.arm = d.arm and a.runs = d.edition))
order by d.id limit $1;

-- name: shadows_off_their_arms
-- A shadow is one of an arm of the edition in force, and decided nothing.
select s.decision::text as subject, format('shadow of arm %s by edition %s', s.arm, left(encode(s.edition, 'hex'), 12)) as words
from shadow s
where not exists (select from edition_arm a where a.arm = s.arm and a.runs = s.edition and a.is_shadow)
   or not exists (select from decision d where d.id = s.decision and d.kind <> 'release' offset 0)
order by s.decision limit $1;

-- name: lines_off_their_loans
-- What a line has drawn is the principal its loans still owe, and each of its receivables what is booked and not paid. What
-- was charged off is a claim that stands beside the books, and is all that its loans still owe.
select coalesce(l.id, o.line)::text as subject,
       format('drawn %s, its loans owe %s; receivable interest %s, penalty %s, fees %s, its loans say %s, %s, %s',
              l.drawn_minor, coalesce(o.outstanding, 0), m.interest, m.penalty, m.fee, o.interest, o.penalty, o.fee) as words
from line l
full join (
    select line, sum(outstanding_minor) as outstanding, sum(booked_interest_minor - interest_paid_minor) as interest,
           sum(booked_penalty_minor - penalty_paid_minor) as penalty, sum(fee_minor - fee_paid_minor) as fee
    from loan where state <> 'charged_off' group by line
) o on o.line = l.id
left join (
    select line, coalesce(sum(amount_minor) filter (where account = 14), 0) as interest,
           coalesce(sum(amount_minor) filter (where account = 15), 0) as penalty,
           coalesce(sum(amount_minor) filter (where account = 16), 0) as fee
    from (
        select line, debit as account, amount_minor from transfer where debit between 14 and 16
        union all
        select line, credit, -amount_minor from transfer where credit between 14 and 16
    ) as leg
    group by line
) m on m.line = l.id
where l.id is null or l.drawn_minor <> coalesce(o.outstanding, 0)
   or (coalesce(m.interest, 0), coalesce(m.penalty, 0), coalesce(m.fee, 0))
   <> (coalesce(o.interest, 0), coalesce(o.penalty, 0), coalesce(o.fee, 0))
union all
select coalesce(o.line, m.line)::text, format('claims charged off %s, its loans owe %s', coalesce(m.claim, 0), coalesce(o.owed, 0))
from (
    select line, sum(outstanding_minor + booked_interest_minor - interest_paid_minor + booked_penalty_minor - penalty_paid_minor
                     + fee_minor - fee_paid_minor) as owed
    from loan where state = 'charged_off' group by line
) o
full join (
    select line, sum(case when debit = 91 then amount_minor else -amount_minor end) as claim
    from transfer where debit = 91 or credit = 91 group by line
) m on m.line = o.line
where coalesce(m.claim, 0) <> coalesce(o.owed, 0)
order by 1 limit $1;

-- name: loans_off_their_entries
-- A loan is its last entry, its entries are numbered without a hole and forget nothing, and its due dates add up to it.
with step as (
    select e.*, lag(e.version) over own as version_before, lag(e.accrued_through_on) over own as accrued_before
    from loan_entry e
    window own as (partition by e.loan order by e.version)
), last as (
    select loan, count(*) as entries_count, max(version) as version,
           bool_or(version <> coalesce(version_before, 0) + 1 or accrued_through_on < accrued_before) as is_off
    from step group by loan
)
select l.id::text as subject,
       format('version %s of %s entries owes %s of %s at state %s; its last entry says %s at %s; its dues hold %s, paid %s, ahead %s',
              l.version, last.entries_count, l.outstanding_minor, l.principal_minor, l.state, e.outstanding_minor, e.state,
              d.principal, d.principal_paid, l.prepaid_minor) as words
from loan l
left join last on last.loan = l.id
left join loan_entry e on e.loan = l.id and e.version = l.version
left join lateral (
    select sum(due.principal) as principal, sum(due.principal_paid) as principal_paid, sum(due.interest) as interest,
           sum(due.interest_paid) as interest_paid,
           bool_or(due.principal_paid not between 0 and due.principal or due.interest_paid not between 0 and due.interest) as is_off
    from unnest(l.due_principal_minor, l.due_principal_paid_minor, l.due_interest_minor, l.due_interest_paid_minor)
        as due (principal, principal_paid, interest, interest_paid)
) d on true
where last.loan is null or last.is_off or (last.entries_count, last.version) <> (l.version, l.version)
   or (e.outstanding_minor, e.interest_minor, e.interest_paid_minor, e.penalty_minor, e.penalty_paid_minor, e.fee_minor,
       e.fee_paid_minor, e.booked_interest_minor, e.booked_penalty_minor, e.state, e.accrued_through_on)
   is distinct from (l.outstanding_minor, l.interest_minor, l.interest_paid_minor, l.penalty_minor, l.penalty_paid_minor,
       l.fee_minor, l.fee_paid_minor, l.booked_interest_minor, l.booked_penalty_minor, l.state, l.accrued_through_on)
   or (d.principal + l.prepaid_minor, d.principal - d.principal_paid, d.interest, d.interest_paid)
   is distinct from (l.principal_minor, l.outstanding_minor, l.interest_minor, l.interest_paid_minor)
   or d.is_off
order by 1 limit $1;

-- name: entries_without_words
-- What no rule decided is answered for: whoever set a limit, blocked, lifted a block or closed a line is named, with a reason.
-- What ended by its date ends no other way than by a request that says so.
select e.line::text as subject, format('version %s: a %s by a request of kind %s that names nobody', e.version, e.movement, r.kind) as words
from line_entry e
left join request r on r.id = e.request
left join line_word w on (w.line, w.version) = (e.line, e.version)
where e.movement in ('increase', 'decrease', 'block', 'unblock', 'close', 'reverse', 'waive', 'pay_out', 'charge_off', 'recover')
  and coalesce(r.kind, '') not in ('open', 'review', 'lapse') and w.line is null
union all
select w.line::text, format('words of %s about version %s, whose entry is by request %s', w.authority, w.version, e.request)
from line_word w
left join line_entry e on (e.line, e.version) = (w.line, w.version)
where e.request is distinct from w.request
order by 1 limit $1;

-- name: days_off_their_accounts
-- A closed day says what the accounts of its line held when it was over: what ran up counts on its own day, also where it was
-- booked later because the day was sealed. A bucket, a class and a stage are those of the days past due.
with leg as (
    select t.line, case when r.kind = 'accrue' then r.happened_at else t.booked_at end as at, own.account, own.amount_minor
    from transfer t
    join request r on r.id = t.request
    cross join lateral (values (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) as own (account, amount_minor)
    where (t.debit in (11, 14, 15, 16, 23) or t.credit in (11, 14, 15, 16, 23)) and own.account in (11, 14, 15, 16, 23)
), moment as (
    select line, start_of_day(day + 1) as at, 0 as place, day, 0 as account, 0 as amount_minor from line_day
    union all
    select line, at, 1, null, account, amount_minor from leg
), held as (
    select line, day, coalesce(sum(amount_minor) filter (where account = 11) over up_to, 0) as principal,
           coalesce(sum(amount_minor) filter (where account = 14) over up_to, 0) as interest,
           coalesce(sum(amount_minor) filter (where account = 15) over up_to, 0) as penalty,
           coalesce(sum(amount_minor) filter (where account = 16) over up_to, 0) as fee,
           coalesce(-sum(amount_minor) filter (where account = 23) over up_to, 0) as suspended
    from moment
    window up_to as (partition by line order by at, place rows between unbounded preceding and current row)
)
select d.line::text as subject,
       format('%s: principal %s, interest %s, penalty %s, fees %s, in suspense %s + %s, %s days late as %s in stage %s; its accounts hold %s, %s, %s, %s, %s',
              d.day, d.principal_minor, d.interest_minor, d.penalty_minor, d.fee_minor, d.suspended_interest_minor,
              d.suspended_penalty_minor, d.dpd_days, d.bucket, d.stage, h.principal, h.interest, h.penalty, h.fee, h.suspended) as words
from line_day d
join held h on (h.line, h.day) = (d.line, d.day)
where (h.principal, h.interest, h.penalty, h.fee, h.suspended)
      <> (d.principal_minor, d.interest_minor, d.penalty_minor, d.fee_minor, d.suspended_interest_minor + d.suspended_penalty_minor)
   or d.bucket <> (array['current', 'M1', 'M2', 'M3', 'M4+'])[1 + least(4, (d.dpd_days + 29) / 30)]
   or (d.suspended_interest_minor, d.suspended_penalty_minor)
      <> (case when d.is_non_accrual then (d.interest_minor, d.penalty_minor) else (0::bigint, 0::bigint) end)
order by 1, d.day limit $1;

-- name: lines_off_their_close
-- Days follow each other without a hole while a line owes; a line that owes is among those that are closed, where its last day
-- ended; and what is in suspense is what its account holds.
with step as (
    select line, day, lead(day) over own as day_after,
           principal_minor + interest_minor + penalty_minor + fee_minor as owed_minor, row_number() over (partition by line order by day desc) as place
    from line_day
    window own as (partition by line order by day)
), suspense as (
    select line, sum(case when credit = 23 then amount_minor else -amount_minor end) as amount_minor
    from transfer where debit = 23 or credit = 23 group by line
)
select line::text as subject, format('%s is closed, and %s is the next day that is', day, day_after) as words
from step where owed_minor <> 0 and day_after <> day + 1
union all
select coalesce(c.line, s.line, o.line)::text,
       format('closed through %s and owing %s then; closed next on %s, in suspense %s + %s, its account holds %s', s.day, s.owed_minor,
              c.next_on, c.suspended_interest_minor, c.suspended_penalty_minor, u.amount_minor)
from line_close c
full join (select line, day, owed_minor from step where place = 1) s on s.line = c.line
full join (select distinct line from loan where state = 'open') o on o.line = coalesce(c.line, s.line)
left join suspense u on u.line = coalesce(c.line, s.line, o.line)
where c.next_on <= s.day or (s.owed_minor <> 0 and c.next_on is distinct from s.day + 1) or (o.line is not null and c.line is null)
   or coalesce(c.suspended_interest_minor + c.suspended_penalty_minor, 0) <> coalesce(u.amount_minor, 0)
order by 1 limit $1;

-- name: corrections_off_their_requests
-- What takes a request back is a correction of its line that took no more than it brought, all of it at the most once; every
-- reversal names what it reverses, a payment goes out only of what payments left over, and a waiver says what it forgave.
with taken as (
    select corrects, sum(amount_minor) as amount_minor, count(*) filter (where is_whole) as wholes_count from correction group by corrects
)
select c.request::text as subject,
       format('%s of line %s takes %s of %s, which is a %s of line %s that brought %s; in all %s were taken', r.kind, r.line,
              c.amount_minor, c.corrects, a.kind, a.line, a.accepted_minor, t.amount_minor) as words
from correction c
join taken t on t.corrects = c.corrects
left join request r on r.id = c.request
left join request a on a.id = c.corrects
where r.line is distinct from a.line or t.amount_minor > a.accepted_minor or t.wholes_count > 1
   or (c.is_whole and t.amount_minor <> a.accepted_minor)
   or not coalesce(a.kind = any (case r.kind when 'reverse_draw' then array['draw', 'capture'] when 'pay_out' then array['repay', 'backdate', 'recover']
                                             when 'bounce' then array['repay', 'backdate', 'recover'] when 'refund' then array['repay', 'backdate', 'recover'] end), false)
union all
select r.id::text, format('%s of %s takes back %s', r.kind, r.accepted_minor, coalesce(c.amount_minor, 0))
from request r
left join (select request, sum(amount_minor) as amount_minor from correction group by request) c on c.request = r.id
where r.kind in ('reverse_draw', 'bounce', 'refund', 'pay_out') and r.accepted_minor <> coalesce(c.amount_minor, 0)
union all
select coalesce(w.request, r.id)::text, format('%s forgives %s', r.kind, w.part)
from waiver w
full join (select * from request where kind = 'waive') r on r.id = w.request
where w.request is null or r.id is null
order by 1 limit $1;

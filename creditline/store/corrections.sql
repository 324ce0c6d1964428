-- name: deeds_of_line
-- Everything that was ever done to a line's money, and how much of it still counts. A repayment from before loans were kept
-- met none of them, and is left out.
select r.id, r.kind, r.accepted_minor, r.accepted_minor - coalesce(c.amount_minor, 0) as amount_minor, coalesce(c.is_whole, false) as is_undone,
       r.happened_at, r.recorded_at, w.part, w.loan, d.edition
from request r
left join lateral (
    select sum(amount_minor)::bigint as amount_minor, bool_or(is_whole) as is_whole from correction where corrects = r.id
) c on true
left join waiver w on w.request = r.id
left join decision d on d.id = r.id
where r.line = $1 and r.kind in ('open', 'draw', 'capture', 'repay', 'backdate', 'waive', 'charge_off', 'recover')
  and (r.kind <> 'repay' or r.id in (
        select e.request from loan l join loan_entry e on e.loan = l.id
        where l.line = $1 and l.id in (select o.id from request o where o.line = $1)))
order by r.recorded_at, r.id;

-- name: open_tranches_of_repayments
-- What of repayments is not back yet: the parts they were promised in, and those that took the place of parts kept back.
with recursive made as (
    select t.id, t.decision as repayment from tranche t where t.decision = any($1::uuid[])
    union
    select n.id, m.repayment from made m join tranche_end e on e.tranche = m.id join tranche n on n.decision = e.request or n.follows = m.id
)
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows
from made m join tranche t on t.id = m.id
where not exists (select from tranche_end e where e.tranche = t.id)
order by t.due_on, t.id;

-- name: transfers_of_requests
-- What corrections posted, so that a repeat tells the same.
select request, ordinal, line, debit, credit, amount_minor, booked_at from transfer
where request = any($1::uuid[])
order by request, ordinal;

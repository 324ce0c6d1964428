-- name: promises_of_line
-- Every promise of a line, newest first, with what became of it and who answers for one that was broken.
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows, p.kind, p.product, p.reason, p.told_at,
       p.languages, p.words, e.outcome, e.request, e.ended_at, e.languages as end_languages, e.words as end_words,
       b.reason as breach_reason, b.author, b.approver
from tranche t
join promise p on p.tranche = t.id
left join promise_end e on e.promise = t.id
left join promise_breach b on b.promise = t.id
where t.line = $1
order by p.told_at desc, t.due_on, t.ordinal
limit $2;

-- name: promises_of_decision
-- Every promise that a decision made, by day, with what became of it and who answers for one that was broken.
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows, p.kind, p.product, p.reason, p.told_at,
       p.languages, p.words, e.outcome, e.request, e.ended_at, e.languages as end_languages, e.words as end_words,
       b.reason as breach_reason, b.author, b.approver
from tranche t
join promise p on p.tranche = t.id
left join promise_end e on e.promise = t.id
left join promise_breach b on b.promise = t.id
where t.decision = $1
order by t.due_on, t.ordinal;

-- name: promises_failed
-- Promises whose condition held and that were not kept, by our delay or because somebody put them off, newest first.
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows, p.kind, p.product, p.reason, p.told_at,
       p.languages, p.words, e.outcome, e.request, e.ended_at, e.languages as end_languages, e.words as end_words,
       b.reason as breach_reason, b.author, b.approver
from tranche t
join promise p on p.tranche = t.id
join promise_end e on e.promise = t.id
left join promise_breach b on b.promise = t.id
where e.outcome in ('late', 'broken')
order by e.ended_at desc, t.id
limit $1;

-- name: count_promises
-- How promises went, by product, the day they were told for, the reason that was told, and how firmly.
select p.product, t.due_on, p.reason, p.kind, count(*) as told_count,
       count(*) filter (where e.outcome = 'kept') as kept_count, count(*) filter (where e.outcome = 'early') as early_count,
       count(*) filter (where e.outcome = 'late') as late_count, count(*) filter (where e.outcome = 'broken') as broken_count,
       count(*) filter (where e.outcome = 'condition_failed') as condition_failed_count,
       count(*) filter (where e.outcome = 'undone') as undone_count,
       count(*) filter (where e.outcome is null) as open_count
from promise p
join tranche t on t.id = p.tranche
left join promise_end e on e.promise = p.tranche
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

-- name: open_promises
-- What of a product is promised and has not ended, by how firmly it was told: none of it moves when something is published.
select p.kind, l.currency, count(*) as count, sum(t.amount_minor)::bigint as amount_minor, max(t.due_on) as last_due_on,
       count(distinct t.edition) as editions_count
from promise p
join tranche t on t.id = p.tranche
join line l on l.id = t.line
where p.product = $1 and not exists (select from promise_end e where e.promise = p.tranche)
group by 1, 2
order by 1, 2;

-- name: learn_sizes
-- A book that was just written is larger than the planner knows, and a join planned for a small one takes minutes.
analyze decision, event, tranche, tranche_end;

-- name: restoration_answers
-- Per answer to a repayment: how many repayments, how much principal, and how much of it came back that instant.
select answer, count(*) as repayments_count, sum(requested_minor)::bigint as repaid_minor,
       sum(case answer when 'at_once' then requested_minor
                       else requested_minor * coalesce(share_ppm, 0) / 1000000 end)::bigint as at_once_minor
from decision
where kind = 'restoration'
group by answer;

-- name: last_answers
-- Each line once, by the answer to its last repayment, with its outcome: rates that compare lines, not repayments.
with last as (
    select distinct on (line) line, borrower, answer
    from decision
    where kind = 'restoration'
    order by line, as_of desc
)
select last.answer, count(*) as lines_count, count(*) filter (where o.code = 1) as defaults_count
from last
join event o on o.borrower = last.borrower and o.number = $1
group by last.answer;

-- name: rule_outcomes
-- Each line once, by the restoration rule its last repayment met, with its outcome: a rule's evidence on this book.
with last as (
    select distinct on (line) line, borrower, rule_rows[array_position(rule_tables, 'restoration')] as rule
    from decision
    where kind = 'restoration'
    order by line, as_of desc
)
select last.rule, count(*) as lines_count, count(*) filter (where o.code = 1) as defaults_count
from last
join event o on o.borrower = last.borrower and o.number = $1
group by last.rule
order by last.rule;

-- name: reopened_exposure
-- Of what was repaid: what had come back by a day, and what would have come back had all been restored at once.
with repaid as (
    select line, borrower, sum(requested_minor) as repaid_minor
    from decision
    where kind = 'restoration' and as_of < $2
    group by line, borrower
), waiting as (
    select t.line, sum(t.amount_minor) as withheld_minor
    from tranche t
    join decision d on d.id = t.decision
    left join tranche_end e on e.tranche = t.id
    where d.as_of < $2 and (e.ended_at is null or e.ended_at >= $2)
    group by t.line
), refused as (
    select line, sum(requested_minor - case when answer = 'approve' then coalesce(amount_minor, 0) else 0 end) as refused_minor,
           count(*) as refused_count
    from decision
    where kind = 'draw' and as_of < $2 and withheld_minor > 0 and available_minor < requested_minor
    group by line
)
select o.code = 1 as is_default, count(*) as lines_count, sum(r.repaid_minor)::bigint as repaid_minor,
       coalesce(sum(w.withheld_minor), 0)::bigint as withheld_minor,
       coalesce(sum(f.refused_minor), 0)::bigint as refused_minor,
       coalesce(sum(f.refused_count), 0)::bigint as refused_count
from repaid r
join event o on o.borrower = r.borrower and o.number = $1
left join waiting w on w.line = r.line
left join refused f on f.line = r.line
group by o.code = 1;

-- name: delays
-- How long parts of repayments waited, for lines that defaulted and for those that did not: each part that came back
-- counts its days, and one that has not yet counts them up to a day.
with parts as (
    select t.line, d.borrower, t.amount_minor,
           extract(epoch from coalesce(e.ended_at, $2) - d.as_of) / 86400 as days
    from tranche t
    join decision d on d.id = t.decision and d.kind = 'restoration'
    left join tranche_end e on e.tranche = t.id
)
select o.code = 1 as is_default, count(distinct p.line) as lines_count, sum(p.amount_minor)::bigint as delayed_minor,
       percentile_cont(0.5) within group (order by p.days)::float8 as median_days,
       percentile_cont(0.9) within group (order by p.days)::float8 as p90_days
from parts p
join event o on o.borrower = p.borrower and o.number = $1
group by o.code = 1;

-- name: one_held_by
-- A line to show: it holds something back under an answer, for a reason, with the most reasons and the largest amount.
select d.line
from decision d
join tranche t on t.decision = d.id
where d.kind = 'restoration' and d.answer = $1 and cardinality(d.reason_codes) > 0
  and not exists (select from tranche_end e where e.tranche = t.id)
  and (d.reason_codes[1] = any($2::text[]) or cardinality($2::text[]) = 0)
group by d.line
order by max(cardinality(d.reason_codes)) desc, sum(t.amount_minor) desc, d.line
limit 1;

-- name: one_at_once
-- A line to show whose last repayment came back at once.
select distinct on (line) line
from decision
where kind = 'restoration' and answer = 'at_once' and withheld_minor = requested_minor
order by line, as_of desc
limit 1;

-- name: subjects_of_arm
-- Who was answered in an arm within a time, each once: when first, the first answer to a request for a line or for money, the
-- first to a repayment, and about which lines. A release is the end of a promise and no new answer. A segment is given by ids.
select case when $5 then borrower else line::text end as name, min(borrower) as borrower, min(as_of) as first_at,
       array_agg(distinct line) as lines,
       (array_agg(answer order by as_of, id) filter (where kind in ('opening', 'draw')))[1] as asked,
       (array_agg(answer order by as_of, id) filter (where kind = 'restoration'))[1] as restored
from decision
where product = $1 and arm = $2 and as_of >= $3 and as_of < $4 and kind <> 'release' and ($6::uuid[] is null or id = any($6))
group by 1;

-- name: decisions_of_arm
-- An arm's decisions within a time in id order, whole, so that a segment can be asked about each.
select * from decision
where product = $1 and arm = $2 and as_of >= $3 and as_of < $4 and kind <> 'release' and id > $5
order by id limit $6;

-- name: owed_on_lines
-- The principal that lines still owe, by currency.
select currency, sum(outstanding_minor)::bigint as owed_minor from loan
where line = any($1::uuid[]) and state <> 'closed'
group by currency;

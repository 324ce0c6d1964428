-- name: begin_daily_close
-- The first day that is closed line by line is written down once; a later word about it changes nothing.
with begun as (
    insert into daily_close (begins_on, begun_at) values ($1, $2) on conflict do nothing returning begins_on
)
select begins_on from begun union all select begins_on from daily_close limit 1;

-- name: daily_close_begins_on
-- Since when days are closed; nothing if nobody ever began.
select begins_on from daily_close;

-- name: claim_lines
-- Lines with a day to close, the longest behind first. Whoever holds a line is not waited for: its turn comes again, and no
-- program that closes days ever stands in another's way.
select c.line, greatest(c.next_on, b.begins_on) as next_on, c.suspended_interest_minor, c.suspended_penalty_minor,
       c.is_late, l.borrower, l.product, l.currency, (select max(day) from closed_day) as sealed_through_on
from daily_close b
cross join line_close c
join line l on l.id = c.line
where c.next_on <= $1 and b.begins_on <= $1 and c.line <> all($3::uuid[])
order by c.next_on, c.line
limit $2
for update of l skip locked;

-- name: lines_behind
-- The same for lines that the asking transaction holds already: who comes to a line before its days are closed, closes them.
select c.line, greatest(c.next_on, b.begins_on) as next_on, c.suspended_interest_minor, c.suspended_penalty_minor,
       c.is_late, l.borrower, l.product, l.currency, (select max(day) from closed_day) as sealed_through_on
from line_close c
join daily_close b on greatest(c.next_on, b.begins_on) <= $2
join line l on l.id = c.line
where c.line = any($1::uuid[])
order by c.line;

-- name: move_on
-- Where lines stand after some of their days were closed; one that owes nothing any more is closed no further.
with moved (line, next_on, interest_minor, penalty_minor, is_late, is_over) as (
    select * from unnest($1::uuid[], $2::date[], $3::bigint[], $4::bigint[], $5::boolean[], $6::boolean[])
), ended as (
    delete from line_close c using moved m where c.line = m.line and m.is_over
)
update line_close c
set next_on = m.next_on, suspended_interest_minor = m.interest_minor, suspended_penalty_minor = m.penalty_minor,
    is_late = m.is_late
from moved m
where c.line = m.line and not m.is_over;

-- name: suspend
-- What a line has in suspense was moved by something else than a close, such as a charge-off.
update line_close set suspended_interest_minor = $2, suspended_penalty_minor = $3 where line = $1;

-- name: suspended
-- What the books hold in suspense of lines.
select line, suspended_interest_minor, suspended_penalty_minor from line_close where line = any($1::uuid[]);

-- name: days_of_line
-- How a line stood at the end of its latest days up to one, newest first.
select line, day, dpd_days, bucket, asset_class, stage, is_non_accrual, principal_minor, overdue_minor, interest_minor,
       penalty_minor, fee_minor, suspended_interest_minor, suspended_penalty_minor
from line_day
where line = $1 and day <= $2
order by day desc
limit $3;

-- name: days_between
-- How a line stood at the end of each closed day of a time, oldest first: what a correction takes its differences from.
select line, day, dpd_days, bucket, asset_class, stage, is_non_accrual, principal_minor, overdue_minor, interest_minor,
       penalty_minor, fee_minor, suspended_interest_minor, suspended_penalty_minor
from line_day
where line = $1 and day between $2 and $3
order by day;

-- name: lines_not_closed
-- How many lines have a day to close up to one, and which is the first of these days.
select count(*) as lines_count, min(greatest(c.next_on, b.begins_on)) as first_on
from line_close c
join daily_close b on greatest(c.next_on, b.begins_on) <= $1;

-- name: classes_of_day
-- The book at the end of a day by currency and class: how many lines, what they owe, and what of it is no income.
select l.currency, d.asset_class, d.bucket, d.stage, count(*) as lines_count, sum(d.principal_minor)::bigint as principal_minor,
       sum(d.overdue_minor)::bigint as overdue_minor, sum(d.interest_minor)::bigint as interest_minor,
       sum(d.penalty_minor)::bigint as penalty_minor, sum(d.fee_minor)::bigint as fee_minor,
       sum(d.suspended_interest_minor + d.suspended_penalty_minor)::bigint as suspended_minor
from line_day d
join line l on l.id = d.line
where d.day = $1
group by l.currency, d.asset_class, d.bucket, d.stage
order by l.currency, min(d.dpd_days), d.bucket;

-- name: last_closed_on
-- The last day of which any line was closed.
select max(day) from line_day;

-- name: lines_with_days
-- Lines of which days were closed, in id order, a page at a time: for checks of the whole book. Each is found by one look into
-- an index, however many days it has.
with recursive found (line) as (
    (select line from line_day where line > $1 order by line limit 1)
    union all
    select (select d.line from line_day d where d.line > f.line order by d.line limit 1) from found f where f.line is not null
)
select line from found where line is not null limit $2;

-- name: results_of_lines
-- Every closed day of some lines in order, with the edition whose thresholds counted.
select line, day, dpd_days, bucket, asset_class, stage, is_non_accrual, principal_minor, overdue_minor, interest_minor,
       penalty_minor, fee_minor, suspended_interest_minor, suspended_penalty_minor, edition
from line_day
where line = any($1::uuid[])
order by line, day;

-- name: buckets_of_days
-- In which bucket lines that were late stood on the last day that was closed: what is told of a day is how it differs.
select d.line, d.bucket
from unnest($1::uuid[], $2::date[]) as asked (line, day)
join line_day d on (d.line, d.day) = (asked.line, asked.day);

-- name: next_day_of_line
-- Where the closing of a line stands; of one that does not owe, where it will begin.
select greatest(c.next_on, b.begins_on) as next_on,
       (select d.bucket from line_day d where d.line = $1 and d.day = c.next_on - 1) as bucket
from daily_close b
left join line_close c on c.line = $1;

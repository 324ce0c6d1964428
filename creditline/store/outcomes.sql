-- name: bad_moments
-- When lines were seen bad, as known at an instant: statements and arrears that were recorded, outcomes that were told, days
-- that were closed with it so late, loans that are still unpaid (which was plain on every day since), and loans given up.
-- Borrowers, lines and days are each looked up by an index: `offset 0` keeps the planner from reading whole tables.
with asked as (
    select distinct line, borrower from unnest($1::uuid[], $2::text[]) as given (line, borrower)
), told as (
    select a.line, e.happened_at as bad_at
    from asked a
    cross join lateral (
        select happened_at, recorded_at, number, code, ref from event where event.borrower = a.borrower offset 0
    ) e
    where e.ref = a.line::text and e.recorded_at <= $3::timestamptz
      and (e.number = 74 and e.code >= $5::integer or e.number = 75 and e.code >= $4::integer or e.number = 90 and e.code = 1)
), owed as (
    select a.line, l.state, l.booked_at, least(l.unpaid_since_on, l.due_on[l.dues_count + 1]) as unpaid_since_on
    from asked a
    cross join lateral (
        select loan.* from loan where loan.line = a.line and loan.state <> 'closed' offset 0
    ) l
), late as (
    select line, start_of_day(unpaid_since_on + $4::integer) as bad_at
    from owed
    where unpaid_since_on is not null
), closed as (
    select a.line, start_of_day(d.day + 1) as bad_at
    from asked a
    cross join lateral (
        select day, dpd_days, closed_at from line_day where line_day.line = a.line offset 0
    ) d
    where d.dpd_days >= $4::integer and d.closed_at <= $3
), given_up as (
    select line, booked_at as bad_at from owed where state = 'charged_off'
)
select line, bad_at from told
union all
select line, bad_at from late where bad_at <= $3
union all
select line, bad_at from closed
union all
select line, bad_at from given_up where bad_at <= $3;

-- name: opened_lines
-- Which of these lines there are: a declined opening names one that never was.
select id from line where id = any($1::uuid[]);

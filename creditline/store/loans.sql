-- name: open_loans_of_lines
-- What lines owe, the oldest loan first. Their lines are locked before: nobody else changes them meanwhile.
select * from loan
where line = any($1::uuid[]) and state = 'open'
order by line, drawn_on, id;

-- name: loans_charged_off
-- Which of these lines still owe what was charged off.
select distinct line from loan where line = any($1::uuid[]) and state = 'charged_off';

-- name: loans_of_line
-- Every loan a line ever had, newest first, found by its requests: the index of open loans stays small.
select l.* from loan l
where l.id in (select r.id from request r where r.line = $1) and l.line = $1
order by l.drawn_on desc, l.id desc
limit $2;

-- name: write_loans
-- One update for the whole batch, whole rows at a time; the guard trigger looks at every one of them.
update loan
set accrued_through_on = new.accrued_through_on, outstanding_minor = new.outstanding_minor,
    interest_minor = new.interest_minor, interest_paid_minor = new.interest_paid_minor,
    penalty_minor = new.penalty_minor, penalty_paid_minor = new.penalty_paid_minor, fee_minor = new.fee_minor,
    fee_paid_minor = new.fee_paid_minor, booked_interest_minor = new.booked_interest_minor,
    booked_penalty_minor = new.booked_penalty_minor, prepaid_minor = new.prepaid_minor,
    interest_micro = new.interest_micro, interest_rest = new.interest_rest, penalty_micro = new.penalty_micro,
    penalty_rest = new.penalty_rest, unpaid_since_on = new.unpaid_since_on, state = new.state,
    dues_count = new.dues_count, due_on = new.due_on, due_principal_minor = new.due_principal_minor,
    due_planned_minor = new.due_planned_minor, due_interest_minor = new.due_interest_minor,
    due_principal_paid_minor = new.due_principal_paid_minor, due_interest_paid_minor = new.due_interest_paid_minor,
    version = new.version, booked_at = new.booked_at
from unnest($1::loan[]) as new
where loan.id = new.id;

-- name: paid_parts
-- What repayments brought in, by the account it went to: how a repeat tells the same parts again.
select request, credit, sum(amount_minor)::bigint as amount_minor
from transfer
where request = any($1::uuid[]) and debit = 12
group by request, credit;

-- name: loans_ever
-- Every loan that lines ever had, found by their requests like those of one line.
select l.* from loan l
where l.id in (select r.id from request r where r.line = any($1::uuid[]))
order by l.drawn_on, l.id;

-- name: steps_of_loans
-- What was met of loans by part, version by version: below zero where something that was met was taken back. A correction
-- changes what was met before it.
select loan, version, booked_at, state,
       (select r.kind from request r where r.id = request) in ('reverse_draw', 'bounce', 'refund', 'backdate') as is_correction,
       coalesce(lag(outstanding_minor) over own, outstanding_minor) - outstanding_minor as principal_minor,
       interest_paid_minor - coalesce(lag(interest_paid_minor) over own, 0) as interest_minor,
       penalty_paid_minor - coalesce(lag(penalty_paid_minor) over own, 0) as penalty_minor,
       fee_paid_minor - coalesce(lag(fee_paid_minor) over own, 0) as fee_minor
from loan_entry
where loan = any($1::uuid[])
window own as (partition by loan order by version)
order by loan, version;

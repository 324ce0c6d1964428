-- name: lock_lines
-- Rows are locked in id order, so that two batches that share lines never wait for each other in a ring.
select id, borrower, product, currency, granted_minor, drawn_minor, reserved_minor, withheld_minor,
       self_limit_minor, block_reason, apr_bp, version, opened_at, booked_at, umbrella,
       extra_minor, extra_ends_at, closed_at
from line
where id = any($1::uuid[])
order by id
for update;

-- name: read_lines
-- The same columns for readers, who neither wait nor make anybody wait.
select id, borrower, product, currency, granted_minor, drawn_minor, reserved_minor, withheld_minor,
       self_limit_minor, block_reason, apr_bp, version, opened_at, booked_at, umbrella,
       extra_minor, extra_ends_at, closed_at
from line
where id = any($1::uuid[])
order by id;

-- name: lines_of_borrower
-- A borrower's lines, oldest first.
select id, borrower, product, currency, granted_minor, drawn_minor, reserved_minor, withheld_minor,
       self_limit_minor, block_reason, apr_bp, version, opened_at, booked_at, umbrella,
       extra_minor, extra_ends_at, closed_at
from line
where borrower = $1
order by opened_at, id;

-- name: page_of_lines
-- The book a page at a time, in id order, after the last id already seen.
select id, borrower, product, currency, granted_minor, drawn_minor, reserved_minor, withheld_minor,
       self_limit_minor, block_reason, apr_bp, version, opened_at, booked_at, umbrella,
       extra_minor, extra_ends_at, closed_at
from line
where id > $1
order by id
limit $2;

-- name: write_lines
-- One update for the whole batch; the guard trigger looks at every row of it. The server has a type `line` of its own, so that
-- ours cannot be named, only shown.
update line
set granted_minor = new.granted_minor, drawn_minor = new.drawn_minor, reserved_minor = new.reserved_minor,
    withheld_minor = new.withheld_minor, self_limit_minor = new.self_limit_minor, block_reason = new.block_reason,
    version = new.version, booked_at = new.booked_at, umbrella = new.umbrella, extra_minor = new.extra_minor,
    extra_ends_at = new.extra_ends_at, closed_at = new.closed_at
from unnest(coalesce($1, array(select own from line own where false))) as new
where line.id = new.id;

-- name: entries_of_line
-- A line's whole history, in its only order.
select line, version, request, movement, granted_minor, drawn_minor, reserved_minor, withheld_minor, booked_at
from line_entry
where line = $1
order by version;

-- name: transfers_of_line
-- Every transfer of a line, in the order it was posted.
select t.request, t.ordinal, t.line, t.debit, t.credit, t.amount_minor, t.booked_at
from transfer t
where t.line = $1
order by t.booked_at, t.request, t.ordinal;

-- name: book_totals
-- The book in one row a product and currency, for people and for checks.
select product, currency, count(*) as lines_count, sum(granted_minor)::bigint as granted_minor,
       sum(drawn_minor)::bigint as drawn_minor, sum(reserved_minor)::bigint as reserved_minor,
       sum(withheld_minor)::bigint as withheld_minor,
       count(*) filter (where block_reason is not null) as blocked_count
from line
group by product, currency
order by product, currency;

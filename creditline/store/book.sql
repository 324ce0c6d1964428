-- name: trial_balance
-- What was booked up to a day, account by account: days that are sealed by their sums, those after them by their transfers,
-- so that a book of many years is added up as fast as a young one. Sums of years outgrow 64 bits, and are told as text.
with sealed as (
    select max(day) as through from day_seal where day <= $1
)
select currency, account, sum(debits_count)::bigint as debits_count, sum(debit_minor)::text as debit_minor,
       sum(credits_count)::bigint as credits_count, sum(credit_minor)::text as credit_minor
from (
    select s.currency, s.account, s.debits_count, s.debit_minor, s.credits_count, s.credit_minor
    from day_seal_sum s, sealed
    where s.day <= sealed.through
    union all
    select l.currency, leg.account, leg.debits_count, leg.debit_minor, leg.credits_count, leg.credit_minor
    from transfer t
    join line l on l.id = t.line
    cross join lateral (values (t.debit, 1::bigint, t.amount_minor, 0::bigint, 0::bigint),
                               (t.credit, 0::bigint, 0::bigint, 1::bigint, t.amount_minor))
        as leg (account, debits_count, debit_minor, credits_count, credit_minor)
    where t.booked_at >= coalesce((select start_of_day(through + 1) from sealed), '-infinity')
      and t.booked_at < start_of_day($1 + 1)
) as summed (currency, account, debits_count, debit_minor, credits_count, credit_minor)
group by currency, account
order by currency, account;

-- name: journal
-- Transfers booked from one instant up to another, after one already seen, in the order they were booked; no limit if null.
select t.request, t.ordinal, r.kind, t.line, l.borrower, l.product, l.currency, t.debit, t.credit, t.amount_minor,
       r.happened_at, t.booked_at
from transfer t
join line l on l.id = t.line
join request r on r.id = t.request
where t.booked_at >= $1 and t.booked_at < $2 and (t.booked_at, t.request, t.ordinal) > ($3, $4, $5)
order by t.booked_at, t.request, t.ordinal
limit $6;

-- name: booked_at
-- When a transfer was booked, which is its place in the journal.
select booked_at from transfer where request = $1 and ordinal = $2;

-- name: first_and_last_booking
-- When the first and the last transfer were booked.
select min(booked_at) as first_at, max(booked_at) as last_at from transfer;

-- name: last_seal
-- Where the chain of seals ends.
select day, seal from day_seal order by day desc limit 1;

-- name: database_clock
-- What the database's own clock says: a day is over when both clocks say so.
select clock_timestamp();

-- name: one_sealer
-- One program seals at a time; the others have nothing left to do when it has.
select pg_try_advisory_xact_lock(hashtextextended('creditline seal', 0));

-- name: drain_postings
-- Wait for the transactions that are booking now, and let none begin until the gate is shut: a moment, and no longer.
lock table transfer in share mode;

-- name: close_days
-- Shut the gate behind some days; it stays shut.
insert into closed_day (day, closed_at) select day, $2 from unnest($1::date[]) as over (day) on conflict (day) do nothing;

-- name: seal_day
-- Seal a closed day: its transfers, its sums and the seal before it, all in one statement and so of one state of the book.
with sums as materialized (
    select currency, account, debits_count, debit_minor, credits_count, credit_minor from sums_of_day($1)
), sealed as (
    insert into day_seal (day, previous, transfers_count, digest, seal, sealed_at)
    select $1, $2, held.transfers_count, held.digest, seal_of($1, $2, held.transfers_count, held.digest, held.sums), $3
    from (
        select (select coalesce(sum(debits_count), 0)::bigint from sums) as transfers_count, digest_of_day($1) as digest,
               (select string_agg(concat_ws(' ', currency, account, debits_count, debit_minor, credits_count, credit_minor),
                                  E'\n' order by currency, account) from sums) as sums
    ) as held
    returning day, transfers_count, seal
), summed as (
    insert into day_seal_sum (day, currency, account, debits_count, debit_minor, credits_count, credit_minor)
    select sealed.day, s.currency, s.account, s.debits_count, s.debit_minor, s.credits_count, s.credit_minor
    from sealed, sums s
)
select day, transfers_count, seal from sealed;

-- name: seals
-- The latest seals, newest first.
select day, transfers_count, seal, sealed_at from day_seal order by day desc limit $1;

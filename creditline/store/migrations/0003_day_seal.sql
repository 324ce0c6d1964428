-- A day that is over is closed to postings, and then sealed: what it holds can be told from what it held.

create table closed_day (
    day       date primary key,
    closed_at timestamptz not null
);
comment on table closed_day is 'The gate: nothing is booked any more on a day that stands here, nor on one before it.';

create table day_seal (
    day             date primary key references closed_day,
    previous        bytea check (length(previous) = 32),
    transfers_count bigint not null check (transfers_count >= 0),
    digest          bytea not null check (length(digest) = 32),
    seal            bytea not null check (length(seal) = 32),
    sealed_at       timestamptz not null
);
comment on table day_seal is 'What a closed day held, chained to the seal of the day before: a change of the past shows.';

create table day_seal_sum (
    day           date not null references day_seal,
    currency      text not null check (length(currency) = 3),
    account       smallint not null,
    debits_count  bigint not null,
    debit_minor   bigint not null,
    credits_count bigint not null,
    credit_minor  bigint not null,
    primary key (day, currency, account)
);

-- A day's transfers lie together on the disk, so that an index of a few kilobytes finds them.
create index transfer_by_day on transfer using brin (booked_at) with (pages_per_range = 32);

create function start_of_day(day date) returns timestamptz language sql immutable
    return day::timestamp at time zone 'UTC';

create function sums_of_day(asked date)
    returns table (currency text, account smallint, debits_count bigint, debit_minor bigint, credits_count bigint, credit_minor bigint)
    language sql stable
begin atomic
    select l.currency, leg.account, count(*) filter (where leg.debit_minor > 0), coalesce(sum(leg.debit_minor), 0)::bigint,
           count(*) filter (where leg.credit_minor > 0), coalesce(sum(leg.credit_minor), 0)::bigint
    from transfer t
    join line l on l.id = t.line
    cross join lateral (values (t.debit, t.amount_minor, 0::bigint), (t.credit, 0::bigint, t.amount_minor))
        as leg (account, debit_minor, credit_minor)
    where t.booked_at >= start_of_day(asked) and t.booked_at < start_of_day(asked + 1)
    group by l.currency, leg.account;
end;

-- Hashed in 256 parts, by a byte of the request, so that no part of the largest day outgrows one value.
create function digest_of_day(asked date) returns bytea language sql stable
begin atomic
    select sha256(coalesce(string_agg(part.digest, ''::bytea order by part.place), ''::bytea))
    from (
        select get_byte(uuid_send(t.request), 15) as place,
               sha256(string_agg(
                   uuid_send(t.request) || int2send(t.ordinal) || uuid_send(t.line) || int2send(t.debit) || int2send(t.credit)
                       || int8send(t.amount_minor) || timestamptz_send(t.booked_at),
                   ''::bytea order by t.request, t.ordinal)) as digest
        from transfer t
        where t.booked_at >= start_of_day(asked) and t.booked_at < start_of_day(asked + 1)
        group by 1
    ) as part;
end;

create function seal_of(day date, previous bytea, transfers_count bigint, digest bytea, sums text) returns bytea
    language sql immutable
    return sha256(coalesce(previous, ''::bytea) || digest ||
                  convert_to(concat_ws(E'\n', to_char(day, 'YYYY-MM-DD'), transfers_count::text, sums), 'UTF8'));

create function refuse_closed_day() returns trigger language plpgsql as $$
declare
    closed date := (select max(day) from closed_day);
    first_at timestamptz := (select min(booked_at) from posted);
begin
    if first_at < start_of_day(closed + 1) then
        raise exception 'a transfer is booked at %, and the books are closed through %', first_at, closed
            using errcode = 'CL001', hint = 'A correction of a closed day is a new transfer, booked today.';
    end if;
    return null;
end $$;

create trigger transfer_in_an_open_day after insert on transfer
    referencing new table as posted for each statement execute function refuse_closed_day();

do $$
declare name text;
begin
    foreach name in array array['closed_day', 'day_seal', 'day_seal_sum'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                       name || '_keeps_all', name);
    end loop;
end $$;

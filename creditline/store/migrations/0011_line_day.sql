-- The daily close: how every line that owes stands at the end of each day, what is to be closed next, and since when days are.

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue'));

create or replace view kept_by_time (kept, key, span, pattern) as
values ('event', 'id', interval '1 year', 'YYYY'), ('request', 'id', interval '1 month', 'YYYY_MM'),
       ('transfer', 'request', interval '1 month', 'YYYY_MM'), ('decision', 'id', interval '1 month', 'YYYY_MM'),
       ('line_day', 'day', interval '1 month', 'YYYY_MM');

create function bound_of(key text, moment timestamptz) returns text language sql stable strict
set timezone = 'UTC' return case key when 'day' then to_char(moment, 'YYYY-MM-DD') else first_id_of(moment)::text end;
comment on function bound_of is 'Where a partition by a day or by the time in an id begins, as it is written in its bounds.';

create or replace function make_partitions(since timestamptz, until timestamptz) returns setof text language plpgsql as $$
declare
    part    record;
    is_late boolean;
begin
    for part in select p.*, bound_of(p.key, p.starts_at) as first, bound_of(p.key, p.ends_at) as beyond from missing_partitions(since, until) p loop
        execute format('select exists (select from %I where %I >= %L and %2$I < %4$L)', part.kept || '_beyond', part.key, part.first, part.beyond)
            into is_late;
        continue when is_late;
        -- Made beside its table and then attached: who reads and writes meanwhile waits for a moment only.
        execute format('create table %I (like %I including all)', part.name, part.kept);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', part.kept, part.name, part.first, part.beyond);
        perform keep_all(part.name);
        return next part.name;
    end loop;
end $$;

create table daily_close (
    is_one    boolean primary key default true check (is_one),
    begins_on date not null,
    begun_at  timestamptz not null
);
comment on table daily_close is 'The first day that is closed line by line. Before it, what ran up is booked when a payment comes.';

create table line_close (
    line                     uuid primary key,
    next_on                  date not null,
    suspended_interest_minor bigint not null default 0 check (suspended_interest_minor >= 0),
    suspended_penalty_minor  bigint not null default 0 check (suspended_penalty_minor >= 0),
    is_late                  boolean not null default false
) with (fillfactor = 80);
comment on table line_close is 'Every line that owes, or did on the day before: the day that is closed next, and what the books hold in suspense.';
create index line_close_by_day on line_close (next_on, line);

create table line_day (
    line                     uuid not null,
    day                      date not null,
    request                  uuid not null,
    edition                  bytea not null references edition,
    dpd_days                 integer not null check (dpd_days >= 0),
    bucket                   text not null check (bucket in ('current', 'M1', 'M2', 'M3', 'M4+')),
    asset_class              text not null check (asset_class in ('normal', 'special_mention', 'substandard', 'doubtful', 'loss')),
    stage                    smallint not null check (stage between 1 and 3),
    is_non_accrual           boolean not null,
    principal_minor          bigint not null check (principal_minor >= 0),
    overdue_minor            bigint not null check (overdue_minor between 0 and principal_minor),
    interest_minor           bigint not null,
    penalty_minor            bigint not null,
    fee_minor                bigint not null check (fee_minor >= 0),
    suspended_interest_minor bigint not null,
    suspended_penalty_minor  bigint not null,
    closed_at                timestamptz not null,
    primary key (line, day)
) partition by range (day);
comment on table line_day is 'How a line that owed stood when a day was over, as it was known when the day was closed: a later correction changes no row.';
comment on column line_day.edition is 'Whose thresholds of class, stage and non-accrual were in force at the end of the day.';

create function guard_line_close() returns trigger language plpgsql as $$
begin
    if new.line <> old.line or new.next_on < old.next_on then
        raise exception 'line % was closed through %, and a day that is closed stays so', old.line, old.next_on - 1
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

-- Whoever makes a loan puts its line among those that are closed day by day.
create function close_lines_that_owe() returns trigger language plpgsql as $$
begin
    insert into line_close (line, next_on)
    select line, min(drawn_on) from drawn where state = 'open' group by line order by line
    on conflict (line) do nothing;
    return null;
end $$;

create trigger line_close_guard before update on line_close for each row execute function guard_line_close();
create trigger loan_is_closed_daily after insert on loan referencing new table as drawn
    for each statement execute function close_lines_that_owe();
create trigger line_day_line_is_there after insert on line_day referencing new table as added
    for each statement execute function line_is_there();
create trigger line_day_request_is_there after insert on line_day referencing new table as added
    for each statement execute function request_is_there();

do $$
declare name text;
begin
    foreach name in array array['daily_close', 'line_day'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
    perform keep_all('line_close');
    execute format('create table line_day_before partition of line_day for values from (minvalue) to (%L)',
                   bound_of('day', start_of_span(now(), 'YYYY_MM')));
    create table line_day_beyond partition of line_day default;
    perform keep_all('line_day_before'), keep_all('line_day_beyond');
end $$;
select make_partitions(now(), now() + interval '2 months');

insert into line_close (line, next_on)
select line, min(drawn_on) from loan where state = 'open' group by line;

-- Limits by authority: for good, until a date, or to nothing; the words of whoever decided; lines that are closed.

alter table line add column extra_minor bigint not null default 0 check (extra_minor >= 0), add column extra_ends_at timestamptz,
    add column closed_at timestamptz,
    add constraint line_holds_its_extra check (extra_minor <= granted_minor and (extra_minor > 0) = (extra_ends_at is not null)),
    add constraint line_is_empty_when_closed check (closed_at is null or granted_minor = 0);

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close'));
alter table timer drop constraint timer_kind_check;
alter table timer add constraint timer_kind_check check (kind in ('tranche', 'reservation', 'extra', 'approval'));

create table line_word (
    line      uuid not null,
    version   integer not null check (version >= 1),
    request   uuid not null,
    authority text not null,
    reason    text not null,
    primary key (line, version)
);
comment on table line_word is 'By whom and why an entry was made that no rule decided.';

create table line_extra (
    request uuid primary key,
    line    uuid not null,
    ends_at timestamptz not null
);
comment on table line_extra is 'What was added to a line until a moment, by the request that did so.';

create or replace function guard_line() returns trigger language plpgsql as $$
declare
    use_before bigint := old.drawn_minor + old.reserved_minor + old.withheld_minor;
    use_after  bigint := new.drawn_minor + new.reserved_minor + new.withheld_minor;
    owed_before bigint := old.drawn_minor + old.reserved_minor;
    owed_after  bigint := new.drawn_minor + new.reserved_minor;
begin
    if (new.id, new.borrower, new.product, new.currency, new.opened_at)
        is distinct from (old.id, old.borrower, old.product, old.currency, old.opened_at) then
        raise exception 'line % cannot change whose it is', old.id using errcode = 'check_violation';
    end if;
    if new.version <> old.version + 1 then
        raise exception 'line % goes from version % to %: every change is one entry', old.id, old.version, new.version
            using errcode = 'check_violation';
    end if;
    if use_after > new.granted_minor and use_after > use_before then
        raise exception 'line % would be overdrawn: % in use of % granted', old.id, use_after, new.granted_minor
            using errcode = 'check_violation';
    end if;
    if new.self_limit_minor is not null and owed_after > new.self_limit_minor and owed_after > owed_before then
        raise exception 'line % would pass its own cap: % owed of %', old.id, owed_after, new.self_limit_minor
            using errcode = 'check_violation';
    end if;
    if new.block_reason is not null and owed_after > owed_before then
        raise exception 'line % is blocked: %', old.id, new.block_reason using errcode = 'check_violation';
    end if;
    if new.extra_ends_at <= new.booked_at and owed_after > owed_before then
        raise exception 'line % would be drawn on what was added to it until %', old.id, new.extra_ends_at using errcode = 'check_violation';
    end if;
    if old.closed_at is not null and (new.granted_minor > 0 or new.closed_at is distinct from old.closed_at) then
        raise exception 'line % is closed and never opens again', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;

do $$
declare
    name text;
    check_name text;
begin
    foreach name in array array['line_word', 'line_extra'] loop
        foreach check_name in array array['line_is_there', 'request_is_there'] loop
            execute format('create trigger %I after insert on %I referencing new table as added for each statement execute function %I()',
                           name || '_' || check_name, name, check_name);
        end loop;
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

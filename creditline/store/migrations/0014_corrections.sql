-- Corrections: draws and repayments that are undone, payments dated back, what is forgiven, given up and recovered.

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue',
         'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover'));
alter table tranche_end drop constraint tranche_end_answer_check;
alter table tranche_end add constraint tranche_end_answer_check check (answer in ('released', 'kept_back', 'broken', 'undone'));
alter table promise_end drop constraint promise_end_outcome_check;
alter table promise_end add constraint promise_end_outcome_check
    check (outcome in ('kept', 'early', 'late', 'condition_failed', 'broken', 'undone'));
alter table loan drop constraint loan_state_check;
alter table loan add constraint loan_state_check check (state in ('open', 'closed', 'charged_off', 'reversed'));

create function is_owed_again(of_line uuid, at_version integer) returns boolean language sql stable as $$
    select exists (select from line_entry where line = of_line and version = at_version and movement in ('reverse', 'backdate'))
$$;
comment on function is_owed_again is 'Whether an entry, written before its line, corrects what was repaid: that is owed again whether or not there is room.';

create or replace function guard_line() returns trigger language plpgsql as $$
declare
    use_before bigint := old.drawn_minor + old.reserved_minor + old.withheld_minor;
    use_after  bigint := new.drawn_minor + new.reserved_minor + new.withheld_minor;
    owed_before bigint := old.drawn_minor + old.reserved_minor;
    owed_after  bigint := new.drawn_minor + new.reserved_minor;
    wrong       text;
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
        wrong := format('line %s would be overdrawn: %s in use of %s granted', old.id, use_after, new.granted_minor);
    elsif new.self_limit_minor is not null and owed_after > new.self_limit_minor and owed_after > owed_before then
        wrong := format('line %s would pass its own cap: %s owed of %s', old.id, owed_after, new.self_limit_minor);
    elsif new.block_reason is not null and owed_after > owed_before then
        wrong := format('line %s is blocked: %s', old.id, new.block_reason);
    elsif new.extra_ends_at <= new.booked_at and owed_after > owed_before then
        wrong := format('line %s would be drawn on what was added to it until %s', old.id, new.extra_ends_at);
    end if;
    if wrong is not null and not is_owed_again(new.id, new.version) then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    if old.closed_at is not null and (new.granted_minor > 0 or new.closed_at is distinct from old.closed_at) then
        raise exception 'line % is closed and never opens again', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop function charge_umbrella(uuid, bigint);
drop function charge_umbrellas(uuid[], bigint[]);

create function charge_umbrella(node uuid, change_minor bigint, is_forced boolean) returns bigint language plpgsql as $$
declare
    free_slot  smallint;
    over_start bigint;
    total      bigint;
begin
    if change_minor > 0 then
        select slot into free_slot from umbrella_slot where umbrella = node and room_minor >= change_minor
        order by room_minor desc limit 1 for update skip locked;
        if found then
            update umbrella_slot set room_minor = room_minor - change_minor where umbrella = node and slot = free_slot;
            return 0;
        end if;
        -- No part that is free has enough: wait for all of them, and share out anew what is left.
        perform from umbrella_slot where umbrella = node order by slot for update;
        total := umbrella_room(node);
        if total < change_minor and is_forced then
            update umbrella set over_minor = over_minor + change_minor - total where id = node;
            perform spread_room(node, 0);
            return change_minor - total;
        elsif total < change_minor then
            raise exception 'umbrella % would be overdrawn: % asked for, % left', node, change_minor, total using errcode = 'CL002';
        end if;
        perform spread_room(node, total - change_minor);
        return 0;
    end if;
    select slot into free_slot from umbrella_slot where umbrella = node order by room_minor limit 1 for update skip locked;
    if not found then
        select slot into free_slot from umbrella_slot where umbrella = node order by slot limit 1 for update;
    end if;
    -- A cut takes every slot first, so that with one of them held nobody brings the umbrella over its limit meanwhile.
    select over_minor into over_start from umbrella where id = node;
    if over_start > 0 then
        select over_minor into over_start from umbrella where id = node for update;
        update umbrella set over_minor = greatest(0, over_start + change_minor) where id = node;
    end if;
    update umbrella_slot set room_minor = room_minor + greatest(0, -change_minor - over_start)
    where umbrella = node and slot = free_slot and change_minor + over_start < 0;
    return greatest(0, over_start + change_minor) - over_start;
end $$;
comment on function charge_umbrella is 'Takes room of an umbrella, beyond what is left of it only if forced, or gives back what is below zero; returns by how much its excess over the limit changed.';

create function charge_umbrellas(nodes uuid[], changes bigint[], is_forced boolean default false) returns void language plpgsql as $$
declare
    node        uuid;
    node_change bigint;
    over_change bigint;
    above       uuid;
    is_shared   boolean;
begin
    while cardinality(nodes) > 0 loop
        select u.id, sum(c.change) into node, node_change
        from unnest(nodes, changes) as c (id, change) join umbrella u on u.id = c.id
        group by u.id, u.level order by u.level desc, u.id limit 1;
        select coalesce(array_agg(c.id), '{}'), coalesce(array_agg(c.change), '{}') into nodes, changes
        from unnest(nodes, changes) as c (id, change) where c.id <> node;
        if node_change <> 0 then
            over_change := charge_umbrella(node, node_change, is_forced);
            -- Read with a slot of the node in hand: whoever moves it elsewhere needs them all.
            select p.id, p.is_fungible into above, is_shared
            from umbrella u join umbrella p on p.id = u.parent where u.id = node;
            if found then
                nodes := nodes || above;
                changes := changes || case when is_shared then node_change else over_change end;
            end if;
        end if;
    end loop;
end $$;
comment on function charge_umbrellas is 'Takes room of umbrellas and of all over them, as far as what is under each counts by its use.';

create or replace function umbrellas_follow_lines() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    nodes     uuid[];
    changes   bigint[];
    full_id   uuid;
    is_forced boolean;
begin
    if not exists (select from line_after where umbrella is not null)
       and not exists (select from line_before where umbrella is not null) then
        return null;
    end if;
    select a.id into full_id from line_after a join umbrella u on u.id = a.umbrella where u.currency <> a.currency;
    if found then
        raise exception 'line % is kept in another currency than its umbrella', full_id using errcode = 'check_violation';
    end if;
    select array_agg(moved.id), array_agg(moved.change) into nodes, changes
    from (
        select u.id, sum(w.sign * case when u.is_fungible then w.used_minor else greatest(w.used_minor, w.granted_minor) end) as change
        from (
            select umbrella, 1 as sign, granted_minor, drawn_minor + reserved_minor + withheld_minor as used_minor from line_after
            union all
            select umbrella, -1, granted_minor, drawn_minor + reserved_minor + withheld_minor from line_before
        ) w join umbrella u on u.id = w.umbrella
        group by u.id
    ) moved where moved.change <> 0;
    select coalesce(bool_and(is_owed_again(a.id, a.version)), false) into is_forced
    from line_after a join line_before b on b.id = a.id
    where a.drawn_minor + a.reserved_minor + a.withheld_minor > b.drawn_minor + b.reserved_minor + b.withheld_minor;
    perform charge_umbrellas(coalesce(nodes, '{}'), coalesce(changes, '{}'), is_forced);
    if is_forced then
        return null;
    end if;
    -- What is drawn out of an allotment takes no new room, and still must not grow under an umbrella that is over its limit.
    with recursive grown as (
        select distinct a.umbrella as id from line_after a join line_before b on b.id = a.id
        where a.umbrella is not null and a.drawn_minor + a.reserved_minor > b.drawn_minor + b.reserved_minor
          and a.drawn_minor + a.reserved_minor + a.withheld_minor > b.drawn_minor + b.reserved_minor + b.withheld_minor
    ), path as (
        select u.id, u.parent, u.over_minor from umbrella u join grown g on g.id = u.id
        union
        select u.id, u.parent, u.over_minor from umbrella u join path p on u.id = p.parent
    )
    select p.id into full_id from path p where p.over_minor > 0 limit 1;
    if found then
        raise exception 'umbrella % is over its limit, and what is under it would grow', full_id using errcode = 'CL002';
    end if;
    return null;
end $$;

create or replace function promise_end_agrees() returns trigger language plpgsql as $$
declare
    told   tranche := (select t from tranche t where t.id = new.promise);
    ended  tranche_end := (select e from tranche_end e where e.tranche = new.promise);
    told_by decision := (select d from decision d where d.id = new.request);
    is_early boolean := new.ended_at < start_of_day(told.due_on);
    is_late  boolean := new.ended_at >= start_of_day(told.due_on + 1);
begin
    if (ended.request, ended.ended_at) is distinct from (new.request, new.ended_at)
       or ended.answer <> (case new.outcome when 'condition_failed' then 'kept_back' when 'broken' then 'broken' when 'undone' then 'undone' else 'released' end)
       or (case new.outcome when 'early' then not is_early when 'kept' then is_early or is_late when 'late' then not is_late else false end) then
        raise exception 'promise % of % did not end as %: its tranche ended as % at %', new.promise, told.due_on, new.outcome, ended.answer, ended.ended_at
            using errcode = 'check_violation';
    end if;
    -- Whatever is published later, a promise is read as it was told, and on its day.
    if new.outcome = 'condition_failed'
       and (told_by.answer, told_by.edition, told_by.condition) is distinct from ('kept_back', told.edition, told.condition) then
        raise exception 'promise % was told under another condition or edition than the one that kept it back', new.promise
            using errcode = 'check_violation', hint = 'Break it instead: that needs a reason, an approver and a notice.';
    end if;
    if new.outcome = 'condition_failed' and is_early then
        raise exception 'promise % was kept back at %, before its day %', new.promise, new.ended_at, told.due_on using errcode = 'check_violation';
    end if;
    if (new.outcome = 'broken') <> exists (select from promise_breach b where b.promise = new.promise) then
        raise exception 'promise % is broken without a reason, an approver and a notice, or has these without being broken', new.promise
            using errcode = 'check_violation';
    end if;
    if new.outcome in ('condition_failed', 'broken', 'undone') and cardinality(new.words) = 0 then
        raise exception 'nobody was told what became of promise %', new.promise using errcode = 'check_violation';
    end if;
    return null;
end $$;

-- Corrections: what takes another request back, and what was forgiven.

create table correction (
    request      uuid not null,
    corrects     uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    is_whole     boolean not null,
    primary key (request, corrects)
);
comment on table correction is 'How much of a request a later one takes back, so that it counts no more; is_whole if nothing of it does.';
create index correction_of_request on correction (corrects);
create unique index correction_at_most_once on correction (corrects) where is_whole;

create table waiver (
    request uuid primary key,
    part    text not null check (part in ('fee', 'penalty', 'interest')),
    loan    uuid references loan,
    role    text not null check (length(btrim(role)) > 0)
);
comment on table waiver is 'Which part of what was owed a request forgave, of one loan or of whichever was oldest, and in which role somebody may do so.';

create function guard_correction() returns trigger language plpgsql as $$
declare
    asked request := (select r from request r where r.id = new.corrects);
    own   request := (select r from request r where r.id = new.request);
    taken bigint  := (select sum(amount_minor) from correction where corrects = new.corrects);
begin
    if asked.line is distinct from own.line then
        raise exception 'request % takes back %, which is of another line or not there', new.request, new.corrects using errcode = 'check_violation';
    end if;
    if taken > asked.accepted_minor or (new.is_whole and taken <> asked.accepted_minor) then
        raise exception '% of request % would be taken back, and it brought %', taken, new.corrects, asked.accepted_minor
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

create trigger correction_guard after insert on correction for each row execute function guard_correction();

do $$
declare name text;
begin
    foreach name in array array['correction', 'waiver'] loop
        execute format('create trigger %I after insert on %I referencing new table as added for each statement execute function request_is_there()',
                       name || '_request_is_there', name);
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

-- A loan that was closed and is owed again, because what closed it turned out not to be, puts its line back among them.
create function close_line_that_owes_again() returns trigger language plpgsql as $$
begin
    insert into line_close (line, next_on)
    select new.line, greatest(date '1970-01-01' + floor(extract(epoch from new.booked_at) / 86400)::integer, max(day) + 1) from line_day where line = new.line
    on conflict (line) do nothing;
    return null;
end $$;

create trigger loan_is_closed_daily_again after update on loan for each row
    when (old.state <> 'open' and new.state = 'open') execute function close_line_that_owes_again();

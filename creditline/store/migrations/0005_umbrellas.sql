-- Umbrellas: caps over lines and over each other, whose free room lies in parts so that no row of theirs is hot.

create table umbrella (
    id            uuid primary key,
    parent        uuid references umbrella,
    holder        text not null check (length(holder) between 1 and 64),
    product       text,
    currency      text not null check (length(currency) = 3),
    granted_minor bigint not null check (granted_minor >= 0),
    over_minor    bigint not null default 0 check (over_minor >= 0),
    is_fungible   boolean not null,
    slots_count   smallint not null check (slots_count between 1 and 64),
    level         smallint not null default 0 check (level between 0 and 15),
    version       integer not null check (version >= 1),
    opened_at     timestamptz not null,
    booked_at     timestamptz not null
) with (fillfactor = 70);
comment on table umbrella is 'A cap over lines and over other umbrellas: what is under it counts by its use, or by what is set aside for it.';
comment on column umbrella.over_minor is 'By how much a cut went below what is taken; while there is any, no slot has room.';
create index umbrella_of_parent on umbrella (parent);

create table umbrella_slot (
    umbrella   uuid not null references umbrella,
    slot       smallint not null check (slot >= 0),
    room_minor bigint not null check (room_minor >= 0),
    primary key (umbrella, slot)
) with (fillfactor = 50);
comment on table umbrella_slot is 'The free room of an umbrella in parts: draws at the same moment each take from a part that nobody holds.';

alter table line add column umbrella uuid references umbrella;
create index line_of_umbrella on line (umbrella) where umbrella is not null;

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit'));

create table umbrella_entry (
    umbrella      uuid not null references umbrella,
    version       integer not null check (version >= 1),
    request       uuid not null,
    movement      text not null check (movement in ('open', 'increase', 'decrease', 'attach', 'detach')),
    parent        uuid references umbrella,
    granted_minor bigint not null check (granted_minor >= 0),
    authority     text not null,
    reason        text not null,
    booked_at     timestamptz not null,
    primary key (umbrella, version)
);
create index umbrella_entry_of_request on umbrella_entry (request);

create table line_seat (
    line      uuid not null,
    version   integer not null check (version >= 1),
    request   uuid not null,
    umbrella  uuid references umbrella,
    authority text not null,
    reason    text not null,
    primary key (line, version)
);
comment on table line_seat is 'Under which umbrella one of its entries put a line; null where it was taken out.';

-- Umbrellas. What a line takes, the umbrellas over it lose, in the same statement and whoever writes it; nobody else moves
-- a slot. After the lines, slots are locked from the leaves up (deepest level first, then by id), so that no two
-- transactions wait for each other in a ring.

create function umbrella_room(node uuid) returns bigint language sql stable as $$
    select coalesce(sum(room_minor), 0)::bigint from umbrella_slot where umbrella = node
$$;

create function spread_room(node uuid, total_minor bigint) returns void language sql as $$
    update umbrella_slot s
    set room_minor = total_minor / u.slots_count + case when s.slot = 0 then total_minor % u.slots_count else 0 end
    from umbrella u where u.id = node and s.umbrella = node
$$;

create function charge_umbrella(node uuid, change_minor bigint) returns bigint language plpgsql as $$
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
        if total < change_minor then
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
comment on function charge_umbrella is 'Takes room of an umbrella, or gives back what is below zero; returns by how much its excess over the limit changed.';

create function charge_umbrellas(nodes uuid[], changes bigint[]) returns void language plpgsql as $$
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
            over_change := charge_umbrella(node, node_change);
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

create function umbrellas_follow_lines() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    nodes   uuid[];
    changes bigint[];
    full_id uuid;
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
    perform charge_umbrellas(coalesce(nodes, '{}'), coalesce(changes, '{}'));
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

create function guard_umbrella() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    above umbrella;
    total bigint;
begin
    if tg_op = 'INSERT' then
        if new.version <> 1 or new.over_minor <> 0 then
            raise exception 'umbrella % must begin at version 1 and within its limit', new.id using errcode = 'check_violation';
        end if;
    else
        if (new.id, new.holder, new.product, new.currency, new.is_fungible, new.slots_count, new.opened_at)
            is distinct from (old.id, old.holder, old.product, old.currency, old.is_fungible, old.slots_count, old.opened_at) then
            raise exception 'umbrella % cannot change whose it is, nor how it counts', old.id using errcode = 'check_violation';
        end if;
        if pg_trigger_depth() < 2 and ((new.over_minor, new.level) is distinct from (old.over_minor, old.level)
                                       or new.version <> old.version + 1) then
            raise exception 'umbrella % goes from version % to %: every change is one entry', old.id, old.version, new.version
                using errcode = 'check_violation';
        end if;
    end if;
    if new.parent is not null and (tg_op = 'INSERT' or new.parent is distinct from old.parent) then
        -- Two moves at the same moment could close a ring that neither of them sees.
        perform pg_advisory_xact_lock(hashtextextended('umbrella', 0));
        select * into above from umbrella where id = new.parent;
        if above.currency <> new.currency then
            raise exception 'umbrella % is kept in another currency than umbrella %', new.id, above.id using errcode = 'check_violation';
        end if;
        new.level := above.level + 1;
        while above.id is not null loop
            if above.id = new.id then
                raise exception 'umbrella % would stand under itself', new.id using errcode = 'check_violation';
            end if;
            select * into above from umbrella where id = above.parent;
        end loop;
    elsif new.parent is null then
        new.level := 0;
    end if;
    if tg_op = 'UPDATE' and new.granted_minor <> old.granted_minor then
        perform from umbrella_slot where umbrella = new.id order by slot for update;
        total := umbrella_room(new.id) - new.over_minor + new.granted_minor - old.granted_minor;
        if total < 0 and not new.is_fungible then
            raise exception 'umbrella % sets aside % more than %', new.id, -total, new.granted_minor using errcode = 'CL002';
        end if;
        new.over_minor := greatest(0, -total);
        perform spread_room(new.id, greatest(0, total));
    end if;
    return new;
end $$;

create function umbrella_weight(node umbrella, is_shared boolean, room_minor bigint) returns bigint language sql immutable as $$
    select node.granted_minor + node.over_minor - case when is_shared then room_minor else 0 end
$$;
comment on function umbrella_weight is 'What an umbrella counts for under the one above it: what is taken of it, or all that is set aside for it.';

create function umbrella_follows() returns trigger language plpgsql set enable_seqscan = off as $$
declare
    was_shared boolean;
    is_shared  boolean;
    room_now   bigint;
    room_then  bigint;
begin
    if tg_op = 'INSERT' then
        insert into umbrella_slot select new.id, place, 0 from generate_series(0, new.slots_count - 1) place;
        perform spread_room(new.id, new.granted_minor);
    elsif pg_trigger_depth() > 1 then
        return null;
    end if;
    -- Nobody takes room here, or gives it back, between what is counted above and what was counted.
    perform from umbrella_slot where umbrella = new.id order by slot for update;
    room_now := umbrella_room(new.id);
    select is_fungible into is_shared from umbrella where id = new.parent;
    if tg_op = 'INSERT' then
        if new.parent is not null then
            perform charge_umbrellas(array[new.parent], array[umbrella_weight(new, is_shared, room_now)]);
        end if;
        return null;
    end if;
    -- What is taken did not change: the room before is what the limit before left of it.
    room_then := greatest(0, old.granted_minor - (new.granted_minor + new.over_minor - room_now));
    select is_fungible into was_shared from umbrella where id = old.parent;
    perform charge_umbrellas(array_remove(array[old.parent, new.parent], null), array_remove(array[
        case when old.parent is not null then -umbrella_weight(old, was_shared, room_then) end,
        case when new.parent is not null then umbrella_weight(new, is_shared, room_now) end], null));
    with recursive under as (
        select id, new.level + 1 as level from umbrella where parent = new.id
        union all
        select u.id, p.level + 1 from umbrella u join under p on u.parent = p.id
    )
    update umbrella u set level = under.level from under where u.id = under.id and u.level <> under.level;
    return null;
end $$;

create function umbrella_is_its_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from umbrella_entry e
        where e.umbrella = new.id and e.version = new.version
          and (e.granted_minor, e.parent) is not distinct from (new.granted_minor, new.parent)
    ) then
        raise exception 'umbrella % at version % has no entry that says the same', new.id, new.version
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

create function refuse_hand() returns trigger language plpgsql as $$
begin
    raise exception '% follows the lines and umbrellas: nobody moves it by hand', tg_table_name using errcode = 'check_violation';
end $$;

create trigger line_under_umbrellas after update on line referencing old table as line_before new table as line_after
    for each statement execute function umbrellas_follow_lines();
create trigger umbrella_guard before insert or update on umbrella for each row execute function guard_umbrella();
create trigger umbrella_room_follows after insert or update on umbrella for each row execute function umbrella_follows();
create constraint trigger umbrella_entry_agrees after insert or update on umbrella
    deferrable initially deferred for each row execute function umbrella_is_its_entry();
create trigger umbrella_slot_by_hand before insert or update or delete on umbrella_slot
    for each row when (pg_trigger_depth() = 0) execute function refuse_hand();
create trigger umbrella_kept before delete on umbrella for each row execute function refuse_change();

do $$
declare name text;
begin
    foreach name in array array['umbrella_entry', 'line_seat'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                       name || '_keeps_all', name);
    end loop;
end $$;

do $$
declare
    name text;
    check_name text;
begin
    for name, check_name in
        values ('umbrella_entry', 'request_is_there'), ('line_seat', 'line_is_there'), ('line_seat', 'request_is_there') loop
        execute format('create trigger %I after insert on %I referencing new table as added for each statement execute function %I()',
                       name || '_' || check_name, name, check_name);
    end loop;
end $$;

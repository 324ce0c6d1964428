-- The store of creditline: facts, lines, books, decisions and what was told.
-- Everything but `line`, `timer`, `signal`, `umbrella` and its slots, `fairness_group`, and the end of what was known in
-- `policy_period`, is append-only, and the database itself refuses to change it.

create table edition (
    sha256       bytea primary key check (length(sha256) = 32),
    product      text not null,
    body         bytea not null,
    published_at timestamptz not null
);
comment on table edition is 'A product folder as it was when published: what decisions are replayed with.';

create table event (
    id           uuid primary key,
    number       smallint not null,
    borrower     text not null check (length(borrower) between 1 and 64),
    happened_at  timestamptz not null,
    recorded_at  timestamptz not null,
    amount_minor bigint check (amount_minor >= 0),
    currency     text check (length(currency) = 3),
    code         integer,
    ref          text,
    digest       bytea not null,
    txid         xid8 not null default pg_current_xact_id()
) partition by range (id);
comment on column event.txid is 'Which transaction recorded the fact: a replay sees exactly what its decision saw.';
create index event_of_borrower on event (borrower, happened_at);

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

create table line (
    id               uuid primary key,
    borrower         text not null,
    product          text not null,
    currency         text not null check (length(currency) = 3),
    granted_minor    bigint not null check (granted_minor >= 0),
    drawn_minor      bigint not null check (drawn_minor >= 0),
    reserved_minor   bigint not null check (reserved_minor >= 0),
    withheld_minor   bigint not null check (withheld_minor >= 0),
    self_limit_minor bigint check (self_limit_minor >= 0),
    block_reason     text,
    apr_bp           integer not null check (apr_bp between 0 and 10000),
    version          integer not null check (version >= 1),
    opened_at        timestamptz not null,
    booked_at        timestamptz not null,
    umbrella         uuid references umbrella,
    extra_minor      bigint not null default 0 check (extra_minor >= 0),
    extra_ends_at      timestamptz,
    closed_at        timestamptz,
    constraint line_holds_its_extra check (extra_minor <= granted_minor and (extra_minor > 0) = (extra_ends_at is not null)),
    constraint line_is_empty_when_closed check (closed_at is null or granted_minor = 0)
) partition by hash (id);
create index line_of_borrower on line (borrower);
create index line_waiting on line (borrower) where withheld_minor > 0;
create index line_of_umbrella on line (umbrella) where umbrella is not null;

create table request (
    id             uuid primary key,
    kind           text not null check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue',
         'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover',
         'human_review', 'signal', 'again')),
    line           uuid not null,
    digest         bytea not null,
    amount_minor   bigint check (amount_minor >= 0),
    accepted_minor bigint not null check (accepted_minor >= 0),
    excess_minor   bigint not null default 0 check (excess_minor >= 0),
    happened_at    timestamptz not null,
    recorded_at    timestamptz not null
) partition by range (id);
comment on table request is 'Every command that was carried out or decided, under the id its caller made for it; a declined opening names a line that never was.';
create index request_of_line on request (line, recorded_at);

create table line_entry (
    line           uuid not null,
    version        integer not null check (version >= 1),
    request        uuid not null,
    movement       text not null,
    granted_minor  bigint not null check (granted_minor >= 0),
    drawn_minor    bigint not null check (drawn_minor >= 0),
    reserved_minor bigint not null check (reserved_minor >= 0),
    withheld_minor bigint not null check (withheld_minor >= 0),
    booked_at      timestamptz not null,
    primary key (line, version)
) partition by hash (line);

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

create table transfer (
    request      uuid not null,
    ordinal      smallint not null check (ordinal >= 0),
    line         uuid not null,
    debit        smallint not null,
    credit       smallint not null,
    amount_minor bigint not null check (amount_minor > 0),
    booked_at    timestamptz not null,
    primary key (request, ordinal),
    -- Limit accounts are below 10 and money accounts above: permission never turns into money.
    check (debit <> credit and (debit < 10) = (credit < 10)),
    constraint transfer_in_the_chart check (
        debit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92) and
        credit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92))
) partition by range (request);
create index transfer_of_line on transfer (line);

create table reservation (
    id           uuid primary key,
    line         uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    expires_at   timestamptz not null
);
create index reservation_of_line on reservation (line);

create table reservation_end (
    reservation    uuid primary key references reservation,
    request        uuid not null,
    movement       text not null check (movement in ('capture', 'void', 'expire')),
    captured_minor bigint not null check (captured_minor >= 0)
);

create table decision (
    id              uuid primary key,
    kind            text not null,
    borrower        text not null,
    line            uuid not null,
    product         text not null,
    currency        text not null,
    as_of           timestamptz not null,
    edition         bytea not null references edition,
    catalogue       bytea not null,
    features        double precision[] not null,
    sources_count   integer not null,
    granted_minor   bigint not null,
    drawn_minor     bigint not null,
    reserved_minor  bigint not null,
    withheld_minor  bigint not null,
    available_minor bigint not null,
    requested_minor bigint not null,
    is_blocked      boolean not null,
    is_moved        boolean not null,
    accepts_partial boolean not null,
    points          integer,
    pd_ppm          integer check (pd_ppm between 0 and 1000000),
    grade           smallint,
    release_points  integer,
    rule_tables     text[] not null,
    rule_rows       integer[] not null,
    answer          text not null,
    amount_minor    bigint,
    apr_bp          integer,
    share_ppm       integer check (share_ppm between 0 and 1000000),
    tranches_count  integer,
    interval_days   integer,
    factor_ppm      integer,
    condition       text,
    reason_codes      text[] not null check (cardinality(reason_codes) <= 4),
    reason_factors    text[] not null,
    reason_values     double precision[] not null,
    reason_thresholds double precision[] not null,
    reason_needs      text[] not null,
    arm             text not null,
    seal            bytea not null,
    seen            pg_snapshot not null,
    txid            xid8 default pg_current_xact_id()
) partition by range (id);
comment on column decision.seal is 'sha256 of the canonical record, written with it.';
comment on column decision.seen is 'The snapshot its facts were read in: later facts are invisible to a replay, however they are dated.';
create index decision_of_line on decision (line, as_of);
-- Which transaction made it, so that what was committed since a snapshot can be read alone; null of those older than the column.
create index decision_by_transaction on decision (txid);

create table shadow (
    decision       uuid not null,
    arm            text not null,
    edition        bytea not null references edition,
    points         integer,
    pd_ppm         integer check (pd_ppm between 0 and 1000000),
    grade          smallint,
    release_points integer,
    rule_tables    text[] not null,
    rule_rows      integer[] not null,
    answer         text,
    amount_minor   bigint,
    apr_bp         integer,
    share_ppm      integer check (share_ppm between 0 and 1000000),
    tranches_count integer,
    interval_days  integer,
    factor_ppm     integer,
    condition      text,
    failed         text,
    primary key (decision, arm),
    check ((answer is null) = (failed is not null))
) partition by range (decision);
comment on table shadow is 'What an arm that decides nothing would have answered to the very case of a decision; it was never applied, told or promised.';

create table tranche (
    id           uuid primary key,
    line         uuid not null,
    decision     uuid not null,
    ordinal      smallint not null check (ordinal >= 1),
    amount_minor bigint not null check (amount_minor > 0),
    due_on       date not null,
    condition    text not null,
    edition      bytea not null references edition,
    is_cut       boolean not null default false,
    follows      uuid references tranche
);
comment on table tranche is 'A part of a repayment that is not back yet: when it comes back, under which condition, by whose words.';
comment on column tranche.is_cut is 'Whether the limit is lowered by it if its condition does not hold on its day.';
comment on column tranche.follows is 'The part that was kept back before a rule answered that it does not come back.';
create index tranche_of_line on tranche (line);
create index tranche_following on tranche (follows) where follows is not null;

create table tranche_end (
    tranche  uuid primary key references tranche,
    request  uuid not null,
    answer   text not null check (answer in ('released', 'kept_back', 'broken', 'undone', 'cut')),
    ended_at timestamptz not null
);

-- What is due when. Rows are claimed with SKIP LOCKED, and deleted by the transaction that does the work.
create table timer (
    subject uuid primary key,
    kind    text not null check (kind in ('tranche', 'reservation', 'extra', 'approval', 'document')),
    due_at  timestamptz not null
);
create index timer_by_due on timer (due_at);

create table signal (
    line       uuid primary key,
    since      timestamptz not null,
    is_unblock boolean not null default false
);
comment on table signal is 'Lines that are to be decided again, and since when something about them is new. Deleted by the transaction that decides.';

-- The guards. They hold whatever program writes, by hand or by mistake.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: a correction is a new row', coalesce(pg_partition_root(tg_relid)::regclass::text, tg_table_name)
        using errcode = 'check_violation', hint = 'Record a correcting event or transfer instead.';
end $$;

create function keep_all(name text) returns void language plpgsql as $$
begin
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_change()',
                   name || '_keeps_all', name);
end $$;
comment on function keep_all is 'Refuses to empty a table: a guard that, unlike those of rows, no partition has from its table.';

create function is_owed_again(of_line uuid, at_version integer) returns boolean language sql stable as $$
    select exists (select from line_entry where line = of_line and version = at_version and movement in ('reverse', 'backdate'))
$$;
comment on function is_owed_again is 'Whether an entry, written before its line, corrects what was repaid: that is owed again whether or not there is room.';

create function guard_line() returns trigger language plpgsql as $$
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

create function guard_new_line() returns trigger language plpgsql as $$
begin
    if new.version <> 1 or new.drawn_minor + new.reserved_minor + new.withheld_minor <> 0 then
        raise exception 'line % must begin at version 1 with nothing in use', new.id using errcode = 'check_violation';
    end if;
    return new;
end $$;

create function line_is_its_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from line_entry e
        where e.line = new.id and e.version = new.version
          and (e.granted_minor, e.drawn_minor, e.reserved_minor, e.withheld_minor)
            = (new.granted_minor, new.drawn_minor, new.reserved_minor, new.withheld_minor)
    ) then
        raise exception 'line % at version % has no entry that says the same', new.id, new.version
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

-- What refers to a partitioned table. A foreign key looks each row up by itself and must find its partition anew for every
-- one, which took a third of a batch of draws. Nothing referred to is ever deleted, so that looking once a statement,
-- without a lock, holds the same. `offset 0` keeps each look-up in the one partition that its id names, and no
-- plan of an empty database may outlive it.

create function refuse_unknown(name text, key text, wanted uuid) returns void language plpgsql as $$
begin
    raise exception '% refers to % %, which is not there', name, key, wanted
        using errcode = 'foreign_key_violation', constraint = name || '_' || key || '_fkey';
end $$;

create function line_is_there() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    perform refuse_unknown(tg_table_name, 'line', added.line) from added
    where not exists (select from line where line.id = added.line offset 0);
    return null;
end $$;

create function request_is_there() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    perform refuse_unknown(tg_table_name, 'request', added.request) from added
    where not exists (select from request where request.id = added.request offset 0);
    return null;
end $$;

create function decision_is_there() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    perform refuse_unknown(tg_table_name, 'decision', added.decision) from added
    where not exists (select from decision where decision.id = added.decision offset 0);
    return null;
end $$;

create function id_is_of_request() returns trigger language plpgsql set enable_seqscan = off as $$
begin
    perform refuse_unknown(tg_table_name, 'id', added.id) from added
    where not exists (select from request where request.id = added.id offset 0);
    return null;
end $$;

do $$
declare
    name text;
    check_name text;
begin
    for name, check_name in
        values ('line_entry', 'line_is_there'), ('line_entry', 'request_is_there'),
               ('transfer', 'line_is_there'), ('transfer', 'request_is_there'),
               ('reservation', 'line_is_there'), ('reservation', 'id_is_of_request'),
               ('reservation_end', 'request_is_there'), ('decision', 'id_is_of_request'), ('shadow', 'decision_is_there'),
               ('tranche', 'line_is_there'), ('tranche', 'decision_is_there'), ('tranche_end', 'request_is_there'),
               ('umbrella_entry', 'request_is_there'), ('line_seat', 'line_is_there'), ('line_seat', 'request_is_there'),
               ('line_word', 'line_is_there'), ('line_word', 'request_is_there'),
               ('line_extra', 'line_is_there'), ('line_extra', 'request_is_there') loop
        execute format('create trigger %I after insert on %I referencing new table as added for each statement execute function %I()',
                       name || '_' || check_name, name, check_name);
    end loop;
end $$;

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

create function umbrellas_follow_lines() returns trigger language plpgsql set enable_seqscan = off as $$
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

create trigger line_guard before update on line for each row execute function guard_line();
create trigger line_start before insert on line for each row execute function guard_new_line();
create constraint trigger line_entry_agrees after insert or update on line
    deferrable initially deferred for each row execute function line_is_its_entry();
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
    foreach name in array array['edition', 'event', 'request', 'line_entry', 'transfer', 'reservation',
                                'reservation_end', 'decision', 'shadow', 'tranche', 'tranche_end',
                                'umbrella_entry', 'line_seat', 'line_word', 'line_extra'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
    execute 'create trigger line_kept before delete on line for each row execute function refuse_change()';
    perform keep_all('line');
end $$;

-- Days that are over: closed to postings, then sealed.

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

-- The daily close: how every line that owes stands at the end of each day, what is closed next, and since when days are.

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

create trigger line_close_guard before update on line_close for each row execute function guard_line_close();
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
end $$;

-- The partitions. What only grows is kept by the time in its own id, so that old times can be moved to slow disks or
-- detached whole; what changes is spread by a hash of its line. The spans are wide where a hot statement cannot name the
-- time it asks for: each partition more is one more index to look into.

create view kept_by_time (kept, key, span, pattern) as
values ('event', 'id', interval '1 year', 'YYYY'), ('request', 'id', interval '1 month', 'YYYY_MM'),
       ('transfer', 'request', interval '1 month', 'YYYY_MM'), ('decision', 'id', interval '1 month', 'YYYY_MM'),
       ('line_day', 'day', interval '1 month', 'YYYY_MM'), ('shadow', 'decision', interval '1 month', 'YYYY_MM');
comment on view kept_by_time is 'Which tables are partitioned by the time in which key, how much time goes into one partition, and how it is written in its name.';

create function first_id_of(moment timestamptz) returns uuid language sql immutable strict parallel safe
return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
comment on function first_id_of is 'The smallest UUID of version 7 that a moment can make: where a partition begins.';

create function start_of_span(moment timestamptz, pattern text) returns timestamptz language sql stable strict
set timezone = 'UTC' return to_timestamp(to_char(moment, pattern), pattern);
comment on function start_of_span is 'The first moment of the year or month that a moment lies in, in UTC whatever the session says.';

create function bound_of(key text, moment timestamptz) returns text language sql stable strict
set timezone = 'UTC' return case key when 'day' then to_char(moment, 'YYYY-MM-DD') else first_id_of(moment)::text end;
comment on function bound_of is 'Where a partition by a day or by the time in an id begins, as it is written in its bounds.';

create function missing_partitions(since timestamptz, until timestamptz)
returns table (kept text, key text, name text, starts_at timestamptz, ends_at timestamptz) language sql stable
set timezone = 'UTC' begin atomic
    select plan.kept, plan.key, needed.name, starts_at, starts_at + plan.span
    from kept_by_time plan
    cross join generate_series(start_of_span(since, plan.pattern), until, plan.span) as starts_at
    cross join format('%s_%s', plan.kept, to_char(starts_at, plan.pattern)) as needed (name)
    where to_regclass(needed.name) is null
      -- Nothing is missing before the first there is: that time has a partition of its own.
      and needed.name > coalesce((
        select min(part.relname) from pg_inherits join pg_class part on part.oid = inhrelid
        where inhparent = to_regclass(plan.kept) and part.relname ~ (plan.kept || '_[0-9]{4}')
      ), '')
    order by needed.name;
end;
comment on function missing_partitions is 'The partitions by time that are not there, from the one a moment lies in to the one another lies in.';

create function make_partitions(since timestamptz, until timestamptz) returns setof text language plpgsql as $$
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
comment on function make_partitions is 'Makes what is missing and returns the names. A time whose rows came before its partition stays in the one for everything else, found as ever.';

-- Every database has a partition for the time before it, one for whatever no other takes, and the hashes of its lines.
do $$
declare
    plan kept_by_time;
begin
    for plan in select * from kept_by_time loop
        execute format('create table %I partition of %I for values from (minvalue) to (%L)',
                       plan.kept || '_before', plan.kept, bound_of(plan.key, start_of_span(now(), plan.pattern)));
        execute format('create table %I partition of %I default', plan.kept || '_beyond', plan.kept);
        perform keep_all(plan.kept || '_before'), keep_all(plan.kept || '_beyond');
    end loop;
    for place in 0..3 loop
        execute format('create table %I partition of line for values with (modulus 4, remainder %s) with (fillfactor = 70)',
                       'line_' || place, place);
        execute format('create table %I partition of line_entry for values with (modulus 4, remainder %s)',
                       'line_entry_' || place, place);
        perform keep_all('line_' || place), keep_all('line_entry_' || place);
    end loop;
end $$;
select make_partitions(now(), now() + interval '2 months');

-- What is told to the world: a decision waits for every outlet from its own transaction on, so that it is told if and only if
-- it was committed. A relay deletes what it has told; what it told and could not delete is told again under the same id.

create table outlet (
    name      text primary key check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
    opened_at timestamptz not null,
    tells     text not null default 'decision' check (tells in ('decision', 'notice'))
);

create table outbox (
    outlet   text not null references outlet,
    decision uuid not null, -- Put there by the statement that inserts the decision, which is never deleted.
    primary key (outlet, decision)
);

create function put_into_outboxes() returns trigger language plpgsql as $$
begin
    insert into outbox (outlet, decision) select outlet.name, made.id from outlet cross join made where outlet.tells = 'decision';
    return null;
end $$;

create trigger decision_is_told after insert on decision
    referencing new table as made for each statement execute function put_into_outboxes();

-- Promises: every date that is told, in the transaction of the decision that tells it, and what became of it.

create table promise (
    tranche   uuid primary key references tranche,
    kind      text not null check (kind in ('estimate', 'commitment')),
    product   text not null,
    reason    text not null,
    told_at   timestamptz not null,
    languages text[] not null,
    words     text[] not null,
    constraint promise_is_said check (cardinality(languages) = cardinality(words))
);
comment on table promise is 'A tranche as its borrower was told it: how firmly, for which leading reason, and in which words. A promise made before words were kept has none.';

create table promise_end (
    promise   uuid primary key references promise,
    outcome   text not null check (outcome in ('kept', 'early', 'late', 'condition_failed', 'broken', 'undone')),
    request   uuid not null,
    ended_at  timestamptz not null,
    languages text[] not null,
    words     text[] not null,
    constraint promise_end_is_said check (cardinality(languages) = cardinality(words))
);
comment on column promise_end.outcome is 'Late and broken count against us. When a condition failed nothing was due, and the words say which and what follows.';

create table promise_breach (
    promise   uuid primary key references promise,
    follower  uuid not null references promise,
    author    text not null check (length(btrim(author)) > 0),
    approver  text not null check (length(btrim(approver)) > 0),
    reason    text not null check (length(btrim(reason)) > 0),
    notice_at timestamptz not null,
    constraint breach_has_two_people check (author <> approver),
    constraint breach_is_followed check (promise <> follower)
);
comment on table promise_breach is 'Why a promise was not kept, who says so, who approved it, when the borrower was told, and the promise in its place.';

create function tranche_is_told() returns trigger language plpgsql as $$
begin
    if not exists (select from promise where tranche = new.id) then
        raise exception 'tranche % is not told to anybody as a promise', new.id using errcode = 'check_violation';
    end if;
    return null;
end $$;

create function end_is_told() returns trigger language plpgsql as $$
begin
    if not exists (select from promise_end where promise = new.tranche) then
        raise exception 'what became of promise % is not recorded', new.tranche using errcode = 'check_violation';
    end if;
    return null;
end $$;

create function promise_end_agrees() returns trigger language plpgsql as $$
declare
    told   tranche := (select t from tranche t where t.id = new.promise);
    ended  tranche_end := (select e from tranche_end e where e.tranche = new.promise);
    told_by decision := (select d from decision d where d.id = new.request);
    is_early boolean := new.ended_at < start_of_day(told.due_on);
    is_late  boolean := new.ended_at >= start_of_day(told.due_on + 1);
begin
    if (ended.request, ended.ended_at) is distinct from (new.request, new.ended_at)
       or ended.answer <> (case new.outcome when 'condition_failed' then case when told.is_cut then 'cut' else 'kept_back' end when 'broken' then 'broken' when 'undone' then 'undone' else 'released' end)
       or (case new.outcome when 'early' then not is_early when 'kept' then is_early or is_late when 'late' then not is_late else false end) then
        raise exception 'promise % of % did not end as %: its tranche ended as % at %', new.promise, told.due_on, new.outcome, ended.answer, ended.ended_at
            using errcode = 'check_violation';
    end if;
    -- Whatever is published later, a promise is read as it was told, and on its day.
    if new.outcome = 'condition_failed'
       and (told_by.answer, told_by.edition, told_by.condition) is distinct from (ended.answer, told.edition, told.condition) then
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

create function breach_breaks() returns trigger language plpgsql as $$
declare
    told     tranche := (select t from tranche t where t.id = new.promise);
    followed tranche := (select t from tranche t where t.id = new.follower);
begin
    if not exists (select from promise_end e where e.promise = new.promise and e.outcome = 'broken') then
        raise exception 'promise % has a breach and is not recorded as broken', new.promise using errcode = 'check_violation';
    end if;
    if (followed.line, followed.amount_minor, followed.condition, followed.edition, followed.decision)
       is distinct from (told.line, told.amount_minor, told.condition, told.edition, told.decision) or followed.due_on <= told.due_on
       or not exists (select from promise p where p.tranche = new.follower and p.told_at = new.notice_at) then
        raise exception 'the promise in the place of % is of another amount or condition, no later, or was told before', new.promise
            using errcode = 'check_violation', hint = 'A promise that comes earlier is kept, not broken.';
    end if;
    return null;
end $$;

create constraint trigger tranche_is_a_promise after insert on tranche
    deferrable initially deferred for each row execute function tranche_is_told();
create constraint trigger tranche_end_ends_a_promise after insert on tranche_end
    deferrable initially deferred for each row execute function end_is_told();
create constraint trigger promise_end_is_so after insert on promise_end
    deferrable initially deferred for each row execute function promise_end_agrees();
create constraint trigger promise_breach_is_so after insert on promise_breach
    deferrable initially deferred for each row execute function breach_breaks();

do $$
declare name text;
begin
    foreach name in array array['promise', 'promise_end', 'promise_breach'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

-- The life of a product's editions: who did what to which of them, and which one is in force from when to when.

create extension if not exists btree_gist;

create table policy_event (
    number       bigint primary key check (number >= 1),
    id           uuid not null unique,
    product      text not null,
    edition      bytea not null references edition,
    what         text not null check (what in
        ('found', 'publish', 'submit', 'approve', 'reject', 'override', 'activate', 'rollback', 'retire', 'stop_arm',
         'start_arm')),
    actor        text not null check (actor = btrim(actor) and length(actor) between 1 and 64),
    reason       text not null check (length(btrim(reason)) >= 1 and length(reason) <= 2000),
    starts_at    timestamptz,
    ends_at      timestamptz,
    gate         text,
    failed_gates text[] not null default '{}',
    arm          text,
    detail       text,
    recorded_at  timestamptz not null,
    txid         xid8 not null default pg_current_xact_id(),
    check ((what = 'override') = (gate is not null)),
    check ((what in ('stop_arm', 'start_arm')) = (arm is not null)),
    check ((what in ('activate', 'rollback')) = (starts_at is not null)),
    check (ends_at is null or (what = 'activate' and ends_at > starts_at)),
    check (what = 'activate' or failed_gates = '{}')
);
comment on table policy_event is 'Who did what to which edition, when and why; numbered in the order of their commits. The state of an edition is their fold.';
create index policy_event_of_product on policy_event (product, number);

create table policy_period (
    product   text not null,
    edition   bytea not null references edition,
    valid     tstzrange not null check (not isempty(valid)),
    known     tstzrange not null check (not isempty(known)),
    opened_by bigint not null references policy_event,
    known_by  bigint not null references policy_event,
    closed_by bigint references policy_event,
    check (upper_inf(known) = (closed_by is null)),
    constraint one_edition_at_a_time exclude using gist (product with =, valid with &&, known with &&)
);
comment on table policy_period is 'Which edition was in force when (valid), as known when (known). What becomes known later closes a row and opens others.';

create table edition_arm (
    edition   bytea not null references edition,
    arm       text not null check (arm <> 'champion' and length(arm) between 1 and 64),
    runs      bytea not null references edition,
    is_shadow boolean not null,
    primary key (edition, arm)
);
comment on table edition_arm is 'Which edition an arm of an edition runs: one that has a life of its own, or this one with some numbers changed.';

-- The fold of an edition's events, as the database itself sees it.
create function edition_state(of_product text, of_edition bytea) returns text language sql stable as $$
    select case what when 'publish' then 'draft' when 'reject' then 'draft' when 'submit' then 'review'
                     when 'retire' then 'retired' else 'approved' end
    from policy_event
    where product = of_product and edition = of_edition
      and what in ('found', 'publish', 'submit', 'approve', 'reject', 'retire')
    order by number desc limit 1
$$;

create function arm_is_stopped(of_product text, of_arm text) returns boolean language sql stable as $$
    select coalesce((select what = 'stop_arm' from policy_event
                     where product = of_product and arm = of_arm order by number desc limit 1), false)
$$;
comment on function arm_is_stopped is 'An arm that was stopped stays so, whatever is published, until somebody starts it.';

create function guard_policy_event() returns trigger language plpgsql as $$
declare
    state  text := edition_state(new.product, new.edition);
    needed text := case new.what when 'submit' then 'draft' when 'approve' then 'review' when 'reject' then 'review'
                                 when 'activate' then 'approved' when 'rollback' then 'approved'
                                 when 'retire' then 'approved' when 'stop_arm' then 'approved'
                                 when 'start_arm' then 'approved' end;
    failed text;
begin
    if new.number <> (select coalesce(max(number), 0) + 1 from policy_event) then
        raise exception 'policy event % is not the next one', new.number using errcode = 'check_violation';
    end if;
    if not exists (select from edition where sha256 = new.edition and product = new.product) then
        raise exception 'the edition is not one of product %', new.product using errcode = 'check_violation';
    end if;
    if new.what = 'found' and exists (select from policy_event where product = new.product) then
        raise exception 'product % has its founding edition', new.product using errcode = 'check_violation';
    end if;
    if new.what = 'publish' and state is not null then
        raise exception 'the edition was published before and is %', state using errcode = 'check_violation';
    end if;
    if new.what = 'override' and (state is null or state not in ('review', 'approved')) then
        raise exception 'only what is under review or approved is let through a gate' using errcode = 'check_violation';
    end if;
    if needed is not null and state is distinct from needed then
        raise exception '% needs an edition that is %, and this one is %', new.what, needed, coalesce(state, 'unknown')
            using errcode = 'check_violation';
    end if;
    if new.what in ('approve', 'start_arm') and exists (
        select from policy_event
        where product = new.product and edition = new.edition and what in ('publish', 'submit') and actor = new.actor
    ) then
        raise exception '% cannot approve an edition that the same person wrote or submitted', new.actor
            using errcode = 'check_violation';
    end if;
    if new.arm is not null and not exists (select from edition_arm a where a.edition = new.edition and a.arm = new.arm) then
        raise exception 'the edition has no arm %', new.arm using errcode = 'check_violation';
    end if;
    if new.arm is not null and (new.what = 'stop_arm') = arm_is_stopped(new.product, new.arm) then
        raise exception 'arm % is % already', new.arm, case new.what when 'stop_arm' then 'stopped' else 'running' end
            using errcode = 'check_violation';
    end if;
    if new.what = 'retire' and exists (
        select from policy_period
        where product = new.product and upper_inf(known) and (upper_inf(valid) or upper(valid) > new.recorded_at)
          and (edition = new.edition
               or edition in (select a.edition from edition_arm a where a.runs = new.edition))
    ) then
        raise exception 'an edition that is in force, or will be, or that an arm runs, cannot be retired' using errcode = 'check_violation';
    end if;
    foreach failed in array new.failed_gates loop
        if (select count(distinct actor) from policy_event
            where product = new.product and edition = new.edition and what = 'override' and policy_event.gate = failed) < 2 then
            raise exception 'gate % failed, and two people have not let the edition through', failed
                using errcode = 'check_violation';
        end if;
    end loop;
    return new;
end $$;

create function guard_policy_period() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if edition_state(new.product, new.edition) is distinct from 'approved' then
            raise exception 'an edition that is not approved cannot be in force' using errcode = 'check_violation';
        end if;
    elsif (new.product, new.edition, new.valid, new.opened_by, new.known_by) is distinct from (old.product, old.edition, old.valid, old.opened_by, old.known_by)
        or not upper_inf(old.known) or upper_inf(new.known) or lower(new.known) is distinct from lower(old.known) then
        raise exception 'what was known of a period can only end, once' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger policy_event_guard before insert on policy_event for each row execute function guard_policy_event();
create trigger policy_event_append_only before update or delete on policy_event for each row execute function refuse_change();
create trigger policy_event_keeps_all before truncate on policy_event for each statement execute function refuse_change();
create trigger policy_period_guard before insert or update on policy_period for each row execute function guard_policy_period();
create trigger policy_period_kept before delete on policy_period for each row execute function refuse_change();
create trigger policy_period_keeps_all before truncate on policy_period for each statement execute function refuse_change();
create trigger edition_arm_append_only before update or delete on edition_arm for each row execute function refuse_change();
select keep_all('edition_arm');

-- Loans: every draw until it is repaid.

create table loan (
    id                       uuid primary key,
    line                     uuid not null,
    edition                  bytea not null references edition,
    apr_bp                   integer not null check (apr_bp between 0 and 10000),
    currency                 text not null check (length(currency) = 3),
    principal_minor          bigint not null check (principal_minor > 0),
    drawn_on                 date not null,
    accrued_through_on       date not null,
    outstanding_minor        bigint not null check (outstanding_minor between 0 and principal_minor),
    interest_minor           bigint not null check (interest_minor >= 0),
    interest_paid_minor      bigint not null check (interest_paid_minor between 0 and interest_minor),
    penalty_minor            bigint not null check (penalty_minor >= 0),
    penalty_paid_minor       bigint not null check (penalty_paid_minor between 0 and penalty_minor),
    fee_minor                bigint not null check (fee_minor >= 0),
    fee_paid_minor           bigint not null check (fee_paid_minor between 0 and fee_minor),
    booked_interest_minor    bigint not null check (booked_interest_minor >= 0),
    booked_penalty_minor     bigint not null check (booked_penalty_minor >= 0),
    prepaid_minor            bigint not null check (prepaid_minor >= 0),
    interest_micro           bigint not null,
    interest_rest            integer not null check (interest_rest >= 0),
    penalty_micro            bigint not null,
    penalty_rest             integer not null check (penalty_rest >= 0),
    unpaid_since_on          date,
    state                    text not null check (state in ('open', 'closed', 'charged_off', 'reversed')),
    dues_count               smallint not null check (dues_count >= 0),
    due_on                   date[] not null,
    due_principal_minor      bigint[] not null,
    due_planned_minor        bigint[] not null,
    due_interest_minor       bigint[] not null,
    due_principal_paid_minor bigint[] not null,
    due_interest_paid_minor  bigint[] not null,
    version                  integer not null check (version >= 1),
    booked_at                timestamptz not null,
    check (state <> 'closed' or outstanding_minor = 0)
) with (fillfactor = 70);
comment on table loan is 'One draw until it is repaid: what is owed of it, what runs up in millionths, and its due dates in order (the first dues_count of them are due).';
create index loan_open_of_line on loan (line) where state <> 'closed';

create table loan_entry (
    loan                  uuid not null references loan,
    version               integer not null check (version >= 1),
    request               uuid not null,
    accrued_through_on    date not null,
    outstanding_minor     bigint not null check (outstanding_minor >= 0),
    interest_minor        bigint not null,
    interest_paid_minor   bigint not null,
    penalty_minor         bigint not null,
    penalty_paid_minor    bigint not null,
    fee_minor             bigint not null,
    fee_paid_minor        bigint not null,
    booked_interest_minor bigint not null,
    booked_penalty_minor  bigint not null,
    state                 text not null,
    booked_at             timestamptz not null,
    primary key (loan, version)
);

create function guard_loan() returns trigger language plpgsql as $$
begin
    if (new.id, new.line, new.edition, new.apr_bp, new.currency, new.principal_minor, new.drawn_on)
        is distinct from (old.id, old.line, old.edition, old.apr_bp, old.currency, old.principal_minor, old.drawn_on) then
        raise exception 'loan % cannot change what was agreed', old.id using errcode = 'check_violation';
    end if;
    if new.version <> old.version + 1 then
        raise exception 'loan % goes from version % to %: every change is one entry', old.id, old.version, new.version
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

create function loan_is_its_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from loan_entry e
        where e.loan = new.id and e.version = new.version
          and (e.accrued_through_on, e.outstanding_minor, e.interest_minor, e.interest_paid_minor, e.penalty_minor,
               e.penalty_paid_minor, e.fee_minor, e.fee_paid_minor, e.booked_interest_minor, e.booked_penalty_minor, e.state)
            = (new.accrued_through_on, new.outstanding_minor, new.interest_minor, new.interest_paid_minor, new.penalty_minor,
               new.penalty_paid_minor, new.fee_minor, new.fee_paid_minor, new.booked_interest_minor, new.booked_penalty_minor,
               new.state)
    ) then
        raise exception 'loan % at version % has no entry that says the same', new.id, new.version
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

create trigger loan_guard before update on loan for each row execute function guard_loan();
create constraint trigger loan_entry_agrees after insert or update on loan
    deferrable initially deferred for each row execute function loan_is_its_entry();

create trigger loan_entry_append_only before update or delete on loan_entry for each row execute function refuse_change();
create trigger loan_kept before delete on loan for each row execute function refuse_change();
select keep_all('loan'), keep_all('loan_entry');

-- Whoever makes a loan puts its line among those that are closed day by day.
create function close_lines_that_owe() returns trigger language plpgsql as $$
begin
    insert into line_close (line, next_on)
    select line, min(drawn_on) from drawn where state = 'open' group by line order by line
    on conflict (line) do nothing;
    return null;
end $$;

create trigger loan_is_closed_daily after insert on loan referencing new table as drawn
    for each statement execute function close_lines_that_owe();

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

-- Notices of unfavourable acts: what is to be told to whom, by when and by which rule, and what became of it.

create table notice (
    id           uuid primary key,
    line         uuid not null,
    borrower     text not null check (length(borrower) between 1 and 64),
    product      text not null,
    edition      bytea not null references edition,
    trigger      text not null check (trigger in
        ('opening_declined', 'draw_declined', 'withheld', 'observation_extended', 'decreased', 'blocked', 'closed', 'promise_broken',
         'review_upheld', 'review_changed', 'reduced', 'charged_off')),
    scope        text not null check (scope in ('individual', 'class')),
    acted_at     timestamptz not null,
    jurisdiction text not null,
    ground       text not null,
    due_at       timestamptz
);
comment on table notice is 'What is to be told of every unfavourable act, under the id of the request that did it: by when and by which rule, or why no law wants it told.';
create index notice_of_borrower on notice (borrower, acted_at);
create index notice_of_line on notice (line, acted_at);
create index notice_by_due on notice (due_at) where due_at is not null;

create table notice_end (
    notice  uuid primary key references notice,
    told_at timestamptz not null,
    way     text not null check (length(btrim(way)) between 1 and 64),
    teller  text not null check (length(btrim(teller)) between 1 and 64)
);
comment on table notice_end is 'When a notice first reached its borrower or whoever hands it on: by which outlet, or by whose hand.';

create table notice_try (
    id       uuid primary key,
    notice   uuid not null references notice,
    outlet   text not null references outlet,
    tried_at timestamptz not null,
    answer   text not null check (answer in ('delivered', 'failed', 'gave_up')),
    status   smallint,
    words    text not null
);
comment on table notice_try is 'Every time a notice was sent to an outlet, and what was answered.';
create index notice_try_of_notice on notice_try (notice, tried_at);

create table notice_outbox (
    outlet      text not null references outlet,
    notice      uuid not null references notice,
    tries_count smallint not null default 0 check (tries_count >= 0),
    next_at     timestamptz not null,
    primary key (outlet, notice)
);
comment on table notice_outbox is 'Which notices wait for which outlet, how often each was sent in vain, and when it is sent again.';
create index notice_outbox_by_time on notice_outbox (outlet, next_at);

create function put_notices_into_outboxes() returns trigger language plpgsql as $$
begin
    insert into notice_outbox (outlet, notice, next_at)
    select outlet.name, made.id, made.acted_at from outlet cross join made where outlet.tells = 'notice' and made.due_at is not null;
    return null;
end $$;

create trigger notice_is_sent after insert on notice
    referencing new table as made for each statement execute function put_notices_into_outboxes();
create trigger notice_id_is_of_request after insert on notice
    referencing new table as added for each statement execute function id_is_of_request();

do $$
declare name text;
begin
    foreach name in array array['notice', 'notice_end', 'notice_try'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

-- Fairness: who belongs to which group.

create table fairness_group (
    attribute   text not null check (length(attribute) between 1 and 64),
    borrower    text not null check (length(borrower) between 1 and 64),
    name        text not null check (length(name) between 1 and 64),
    supplied_at timestamptz not null,
    primary key (borrower, attribute)
);
comment on table fairness_group is 'Who belongs to which group, supplied to watch over fairness alone: nothing that scores or decides reads it, and it may be forgotten.';

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
    role    text not null check (length(btrim(role)) > 0),
    approver text check (length(btrim(approver)) > 0)
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

-- Human reviews: what borrowers asked a person to look at again, what officers found, and how it ended.

create table human_review (
    id       uuid primary key,
    act      uuid not null references notice,
    line     uuid not null,
    borrower text not null check (length(borrower) between 1 and 64),
    reason   text not null check (reason in ('facts_wrong', 'circumstances', 'not_understood', 'other')),
    words    text not null check (length(btrim(words)) >= 1 and length(words) <= 2000),
    language text not null,
    priority smallint not null check (priority between 1 and 3),
    digest   bytea not null,
    asked_at timestamptz not null,
    due_at   timestamptz not null check (due_at > asked_at)
);
comment on table human_review is 'A borrower''s request for a person to look at an unfavourable act again, and by when that is to be answered.';
create index human_review_of_borrower on human_review (borrower, asked_at);
create index human_review_of_act on human_review (act);
create index human_review_by_due on human_review (due_at);

create table human_review_finding (
    id            uuid primary key,
    review        uuid not null references human_review,
    answer        text not null check (answer in ('uphold', 'change')),
    officer       text not null check (officer = btrim(officer) and length(officer) between 1 and 64),
    reason        text not null check (length(btrim(reason)) between 1 and 200),
    effect        text check (effect in ('release', 'unblock', 'limit')),
    amount_minor  bigint not null check (amount_minor >= 0),
    promises      uuid[] not null,
    granted_minor bigint check (granted_minor >= 0),
    needs_second  boolean not null,
    digest        bytea not null,
    found_at      timestamptz not null,
    constraint finding_changes_something check ((answer = 'change') = (effect is not null)),
    constraint finding_says_what check ((effect is not distinct from 'release') = (cardinality(promises) > 0)
                                        and (effect is not distinct from 'limit') = (granted_minor is not null)),
    constraint finding_upheld_needs_nobody check (answer = 'change' or not needs_second)
);
create index human_review_finding_of_review on human_review_finding (review);

create table human_review_answer (
    id          uuid primary key,
    finding     uuid not null unique references human_review_finding,
    answer      text not null check (answer in ('approve', 'refuse')),
    officer     text not null check (officer = btrim(officer) and length(officer) between 1 and 64),
    reason      text not null check (length(btrim(reason)) between 1 and 200),
    digest      bytea not null,
    answered_at timestamptz not null
);
comment on table human_review_answer is 'What a second person said to a change that one alone may not make.';

create table human_review_end (
    review   uuid primary key references human_review,
    finding  uuid not null unique references human_review_finding,
    answer   text not null check (answer in ('upheld', 'changed')),
    request  uuid not null unique,
    ended_at timestamptz not null
);

create table human_review_note (
    id       uuid primary key,
    review   uuid not null references human_review,
    officer  text not null check (officer = btrim(officer) and length(officer) between 1 and 64),
    words    text not null check (length(btrim(words)) between 1 and 2000),
    digest   bytea not null,
    noted_at timestamptz not null
);
comment on table human_review_note is 'What an officer wrote down about a request, for colleagues: no borrower is told it, and it decides nothing.';
create index human_review_note_of_review on human_review_note (review, noted_at);

create function guard_second_person() returns trigger language plpgsql as $$
declare
    found human_review_finding := (select f from human_review_finding f where f.id = new.finding);
begin
    if lower(found.officer) = lower(new.officer) then
        raise exception '% cannot be the second person for what the same person found', new.officer using errcode = 'check_violation';
    end if;
    if not found.needs_second or exists (select from human_review_end e where e.review = found.review) then
        raise exception 'finding % waits for nobody', new.finding using errcode = 'check_violation';
    end if;
    return new;
end $$;

create function guard_end_of_review() returns trigger language plpgsql as $$
declare
    found human_review_finding := (select f from human_review_finding f where f.id = new.finding);
begin
    if found.review <> new.review or new.answer <> (case found.answer when 'uphold' then 'upheld' else 'changed' end) then
        raise exception 'review % does not end by finding %', new.review, new.finding using errcode = 'check_violation';
    end if;
    if found.needs_second <> exists (select from human_review_answer a where a.finding = new.finding and a.answer = 'approve') then
        raise exception 'finding % takes two people, and only two', new.finding using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger human_review_second_guard before insert on human_review_answer for each row execute function guard_second_person();
create trigger human_review_end_guard before insert on human_review_end for each row execute function guard_end_of_review();
create trigger human_review_end_request after insert on human_review_end
    referencing new table as added for each statement execute function request_is_there();

do $$
declare name text;
begin
    foreach name in array array['human_review', 'human_review_finding', 'human_review_answer', 'human_review_end', 'human_review_note'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

-- Documents: what a borrower hands in as evidence, and the keys it is sealed under.

create table borrower_key (
    borrower text primary key check (length(borrower) between 1 and 64),
    sealed   bytea not null,
    made_at  timestamptz not null
);
comment on table borrower_key is 'What everything personal of a borrower is sealed under, itself sealed under the key of the house. Without it nobody reads that again.';

create table erasure (
    request   uuid primary key,
    borrower  text not null,
    authority text not null check (length(btrim(authority)) > 0),
    reason    text not null check (length(btrim(reason)) > 0),
    erased_at timestamptz not null,
    txid      xid8 not null default pg_current_xact_id()
);
comment on table erasure is 'That a borrower''s key was destroyed, and with it everything that was sealed under it. The books stay.';

create table document (
    id           uuid primary key,
    borrower     text not null,
    kind         text not null check (kind in ('income', 'assets', 'employment', 'address', 'tax')),
    media        text not null check (media in ('application/pdf', 'image/png', 'image/jpeg')),
    size_bytes   integer not null check (size_bytes between 1 and 5242880),
    sealed       bytea not null,
    submitted_at timestamptz not null
);
alter table document alter column sealed set storage external;
comment on table document is 'What a borrower handed in as evidence, sealed under the borrower''s key.';
create index document_of_borrower on document (borrower, submitted_at);

create table document_entry (
    document     uuid not null references document,
    version      smallint not null check (version >= 1),
    act          text not null check (act in ('submitted', 'corrected', 'verified', 'refused', 'expired', 'withdrawn')),
    request      uuid not null unique,
    digest       bytea not null,
    author       text not null check (length(btrim(author)) > 0),
    reason       text,
    amount_minor bigint check (amount_minor > 0),
    currency     text check (length(currency) = 3),
    expires_on  date,
    sealed_words bytea,
    acted_at     timestamptz not null,
    primary key (document, version),
    constraint document_is_proved_whole check ((act = 'verified') = (amount_minor is not null) and (act = 'verified') = (currency is not null)
                                               and (act = 'verified') = (expires_on is not null)),
    constraint document_is_judged_with_a_reason check (act not in ('verified', 'refused') or length(btrim(reason)) > 0)
);
comment on column document_entry.sealed_words is 'What the document is said to say: by its borrower, who may correct it.';

create function guard_document_entry() returns trigger language plpgsql as $$
declare
    last_act  text;
    last_next integer;
begin
    select act, version + 1 into last_act, last_next from document_entry
    where document = new.document order by version desc limit 1;
    if new.version <> coalesce(last_next, 1) then
        raise exception 'document % goes to version %, not %', new.document, coalesce(last_next, 1), new.version using errcode = 'check_violation';
    end if;
    if (coalesce(last_act, ''), new.act) not in (
        ('', 'submitted'), ('submitted', 'corrected'), ('submitted', 'verified'), ('submitted', 'refused'), ('corrected', 'corrected'),
        ('corrected', 'verified'), ('corrected', 'refused'), ('verified', 'expired'), ('submitted', 'withdrawn'), ('corrected', 'withdrawn')) then
        raise exception 'document % was %, and cannot be % after that', new.document, coalesce(last_act, 'never handed in'), new.act
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

create function key_ends_by_erasure() returns trigger language plpgsql as $$
begin
    if not exists (select from erasure where borrower = old.borrower and txid = pg_current_xact_id()) then
        raise exception 'the key of % ends by an erasure that is on record, and by nothing else', old.borrower using errcode = 'check_violation';
    end if;
    return old;
end $$;

create trigger document_entry_guard before insert on document_entry for each row execute function guard_document_entry();
create trigger borrower_key_guard before delete on borrower_key for each row execute function key_ends_by_erasure();
create trigger borrower_key_kept before update on borrower_key for each row execute function refuse_change();

do $$
declare name text;
begin
    foreach name in array array['document', 'document_entry', 'erasure'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
    perform keep_all('borrower_key');
end $$;

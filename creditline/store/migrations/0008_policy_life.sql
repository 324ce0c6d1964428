-- The life of a product's editions: who did what to which of them, and which one is in force from when to when.

create extension if not exists btree_gist;

create table policy_event (
    number       bigint primary key check (number >= 1),
    id           uuid not null unique,
    product      text not null,
    edition      bytea not null references edition,
    what         text not null check (what in
        ('found', 'publish', 'submit', 'approve', 'reject', 'override', 'activate', 'rollback', 'retire', 'stop_arm')),
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
    check ((what = 'stop_arm') = (arm is not null)),
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

-- The fold of an edition's events, as the database itself sees it.
create function edition_state(of_product text, of_edition bytea) returns text language sql stable as $$
    select case what when 'publish' then 'draft' when 'reject' then 'draft' when 'submit' then 'review'
                     when 'retire' then 'retired' else 'approved' end
    from policy_event
    where product = of_product and edition = of_edition
      and what in ('found', 'publish', 'submit', 'approve', 'reject', 'retire')
    order by number desc limit 1
$$;

create function guard_policy_event() returns trigger language plpgsql as $$
declare
    state  text := edition_state(new.product, new.edition);
    needed text := case new.what when 'submit' then 'draft' when 'approve' then 'review' when 'reject' then 'review'
                                 when 'activate' then 'approved' when 'rollback' then 'approved'
                                 when 'retire' then 'approved' when 'stop_arm' then 'approved' end;
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
    if new.what = 'approve' and exists (
        select from policy_event
        where product = new.product and edition = new.edition and what in ('publish', 'submit') and actor = new.actor
    ) then
        raise exception '% cannot approve an edition that the same person wrote or submitted', new.actor
            using errcode = 'check_violation';
    end if;
    if new.what = 'retire' and exists (
        select from policy_period
        where product = new.product and edition = new.edition and upper_inf(known)
          and (upper_inf(valid) or upper(valid) > new.recorded_at)
    ) then
        raise exception 'an edition that is in force, or will be, cannot be retired' using errcode = 'check_violation';
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

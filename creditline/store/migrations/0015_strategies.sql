-- Strategies: the arms of an edition, what shadows say, and arms that are stopped and started.

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

create or replace view kept_by_time (kept, key, span, pattern) as
values ('event', 'id', interval '1 year', 'YYYY'), ('request', 'id', interval '1 month', 'YYYY_MM'),
       ('transfer', 'request', interval '1 month', 'YYYY_MM'), ('decision', 'id', interval '1 month', 'YYYY_MM'),
       ('line_day', 'day', interval '1 month', 'YYYY_MM'), ('shadow', 'decision', interval '1 month', 'YYYY_MM');

do $$
begin
    execute format('create table shadow_before partition of shadow for values from (minvalue) to (%L)',
                   first_id_of(start_of_span(now(), 'YYYY_MM')));
    execute 'create table shadow_beyond partition of shadow default';
end $$;
select keep_all('shadow_before'), keep_all('shadow_beyond'), keep_all('shadow');
select make_partitions(now(), now() + interval '2 months');

create trigger shadow_decision_is_there after insert on shadow
    referencing new table as added for each statement execute function decision_is_there();
create trigger shadow_append_only before update or delete on shadow for each row execute function refuse_change();

create table edition_arm (
    edition   bytea not null references edition,
    arm       text not null check (arm <> 'champion' and length(arm) between 1 and 64),
    runs      bytea not null references edition,
    is_shadow boolean not null,
    primary key (edition, arm)
);
comment on table edition_arm is 'Which edition an arm of an edition runs: one that has a life of its own, or this one with some numbers changed.';
create trigger edition_arm_append_only before update or delete on edition_arm for each row execute function refuse_change();
select keep_all('edition_arm');

alter table policy_event drop constraint policy_event_what_check;
alter table policy_event add constraint policy_event_what_check check (what in
        ('found', 'publish', 'submit', 'approve', 'reject', 'override', 'activate', 'rollback', 'retire', 'stop_arm',
         'start_arm'));
alter table policy_event drop constraint policy_event_check1;
alter table policy_event add constraint policy_event_check1 check ((what in ('stop_arm', 'start_arm')) = (arm is not null));

create function arm_is_stopped(of_product text, of_arm text) returns boolean language sql stable as $$
    select coalesce((select what = 'stop_arm' from policy_event
                     where product = of_product and arm = of_arm order by number desc limit 1), false)
$$;
comment on function arm_is_stopped is 'An arm that was stopped stays so, whatever is published, until somebody starts it.';

create or replace function guard_policy_event() returns trigger language plpgsql as $$
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

-- Promises: every date that is told, in the transaction of the decision that tells it, and what became of it.

alter table tranche_end drop constraint tranche_end_answer_check;
alter table tranche_end add constraint tranche_end_answer_check check (answer in ('released', 'kept_back', 'broken'));
alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
    ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
     'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break'));

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
    outcome   text not null check (outcome in ('kept', 'early', 'late', 'condition_failed', 'broken')),
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
       or ended.answer <> (case new.outcome when 'condition_failed' then 'kept_back' when 'broken' then 'broken' else 'released' end)
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
    if new.outcome in ('condition_failed', 'broken') and cardinality(new.words) = 0 then
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

-- What was told before is a promise too, without the words it was told in.
insert into promise (tranche, kind, product, reason, told_at, languages, words)
select t.id, 'commitment', d.product, coalesce(d.reason_codes[1], 'none'), d.as_of, '{}', '{}'
from tranche t join decision d on d.id = t.decision;

insert into promise_end (promise, outcome, request, ended_at, languages, words)
select t.id, case when e.answer = 'kept_back' then 'condition_failed' when e.ended_at < start_of_day(t.due_on + 1) then 'kept' else 'late' end,
       e.request, e.ended_at, '{}', '{}'
from tranche_end e join tranche t on t.id = e.tranche;

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

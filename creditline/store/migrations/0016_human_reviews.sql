-- Human reviews: what borrowers asked a person to look at again, what officers found, and how it ended.

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue',
         'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover',
         'human_review'));

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
    foreach name in array array['human_review', 'human_review_finding', 'human_review_answer', 'human_review_end'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function refuse_change()',
                       name || '_append_only', name);
        perform keep_all(name);
    end loop;
end $$;

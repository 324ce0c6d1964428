-- Notices of unfavourable acts: what is to be told to whom, by when and by which rule, and what became of it.

alter table outlet add column tells text not null default 'decision' check (tells in ('decision', 'notice'));

create or replace function put_into_outboxes() returns trigger language plpgsql as $$
begin
    insert into outbox (outlet, decision) select outlet.name, made.id from outlet cross join made where outlet.tells = 'decision';
    return null;
end $$;

create table notice (
    id           uuid primary key,
    line         uuid not null,
    borrower     text not null check (length(borrower) between 1 and 64),
    product      text not null,
    edition      bytea not null references edition,
    trigger      text not null check (trigger in
        ('opening_declined', 'draw_declined', 'withheld', 'observation_extended', 'decreased', 'blocked', 'closed', 'promise_broken',
         'review_upheld', 'review_changed')),
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

-- What was done before is on record too; nobody is late with what nothing asked for then.
insert into notice (id, line, borrower, product, edition, trigger, scope, acted_at, jurisdiction, ground, due_at)
select d.id, d.line, d.borrower, d.product, d.edition,
       case when d.kind = 'opening' then 'opening_declined' when d.kind = 'draw' then 'draw_declined'
            when d.kind = 'restoration' then 'withheld' else 'observation_extended' end,
       case when d.kind = 'restoration' and cardinality(d.reason_codes) = 0 then 'class' else 'individual' end,
       d.as_of, '', 'before notices were kept', null
from decision d
where (d.kind in ('opening', 'draw') and d.answer = 'decline') or d.answer = 'kept_back'
   or (d.kind = 'restoration' and exists (select from tranche t where t.decision = d.id));

insert into notice (id, line, borrower, product, edition, trigger, scope, acted_at, jurisdiction, ground, due_at)
select distinct on (e.request) e.request, l.id, l.borrower, l.product, o.edition,
       case e.movement when 'decrease' then 'decreased' when 'block' then 'blocked' else 'closed' end,
       'individual', e.booked_at, '', 'before notices were kept', null
from line_entry e
join request r on r.id = e.request and r.kind in ('review', 'limit', 'extra', 'block', 'close')
join line l on l.id = e.line
join decision o on o.id = l.id
where e.movement in ('decrease', 'block', 'close');

insert into notice (id, line, borrower, product, edition, trigger, scope, acted_at, jurisdiction, ground, due_at)
select e.request, t.line, l.borrower, l.product, t.edition, 'promise_broken', 'individual', e.ended_at, '', 'before notices were kept', null
from promise_end e
join tranche t on t.id = e.promise
join line l on l.id = t.line
where e.outcome = 'broken';

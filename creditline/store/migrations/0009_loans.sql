-- Every draw is a loan with due dates. What lines owe already becomes one loan each, free of interest and due in a year: what
-- was agreed about it is not on record.

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
    state                    text not null check (state in ('open', 'closed', 'charged_off')),
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

insert into loan (id, line, edition, apr_bp, currency, principal_minor, drawn_on, accrued_through_on, outstanding_minor,
                  interest_minor, interest_paid_minor, penalty_minor, penalty_paid_minor, fee_minor, fee_paid_minor,
                  booked_interest_minor, booked_penalty_minor, prepaid_minor, interest_micro, interest_rest, penalty_micro,
                  penalty_rest, state, dues_count, due_on, due_principal_minor, due_planned_minor, due_interest_minor,
                  due_principal_paid_minor, due_interest_paid_minor, version, booked_at)
select l.id, l.id, d.edition, 0, l.currency, l.drawn_minor, today.day, today.day, l.drawn_minor,
       0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'open', 0, array[cast(today.day + interval '1 year' as date)], array[l.drawn_minor],
       array[0], array[0], array[0], array[0], 1, l.booked_at
from line l
join decision d on d.id = l.id
cross join (select date '1970-01-01' + floor(extract(epoch from now()) / 86400)::integer as day) as today
where l.drawn_minor > 0;

insert into loan_entry (loan, version, request, accrued_through_on, outstanding_minor, interest_minor, interest_paid_minor,
                        penalty_minor, penalty_paid_minor, fee_minor, fee_paid_minor, booked_interest_minor,
                        booked_penalty_minor, state, booked_at)
select id, 1, id, accrued_through_on, outstanding_minor, 0, 0, 0, 0, 0, 0, 0, 0, state, booked_at from loan;

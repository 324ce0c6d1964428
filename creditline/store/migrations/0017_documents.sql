-- Documents that borrowers hand in, sealed under keys of their own, and the erasure of everything sealed.

alter table timer drop constraint timer_kind_check;
alter table timer add constraint timer_kind_check check (kind in ('tranche', 'reservation', 'extra', 'approval', 'document'));

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
    act          text not null check (act in ('submitted', 'corrected', 'verified', 'refused', 'expired')),
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
        ('corrected', 'verified'), ('corrected', 'refused'), ('verified', 'expired')) then
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

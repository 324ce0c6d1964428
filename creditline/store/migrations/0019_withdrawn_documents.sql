-- A borrower may take a document back before it is judged.

alter table document_entry drop constraint document_entry_act_check;
alter table document_entry add constraint document_entry_act_check
    check (act in ('submitted', 'corrected', 'verified', 'refused', 'expired', 'withdrawn'));

create or replace function guard_document_entry() returns trigger language plpgsql as $$
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

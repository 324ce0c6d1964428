-- Outboxes: every decision waits for each outlet until it was told.

-- What is told to the world: a decision waits for every outlet from its own transaction on, so that it is told if and only if
-- it was committed. A relay deletes what it has told; what it told and could not delete is told again under the same id.

create table outlet (
    name      text primary key check (name ~ '^[a-z][a-z0-9_]{0,31}$'),
    opened_at timestamptz not null
);

create table outbox (
    outlet   text not null references outlet,
    decision uuid not null, -- Put there by the statement that inserts the decision, which is never deleted.
    primary key (outlet, decision)
);

create function put_into_outboxes() returns trigger language plpgsql as $$
begin
    insert into outbox (outlet, decision) select outlet.name, made.id from outlet cross join made;
    return null;
end $$;

create trigger decision_is_told after insert on decision
    referencing new table as made for each statement execute function put_into_outboxes();

-- Who belongs to which group, to watch over fairness.

create table fairness_group (
    attribute   text not null check (length(attribute) between 1 and 64),
    borrower    text not null check (length(borrower) between 1 and 64),
    name        text not null check (length(name) between 1 and 64),
    supplied_at timestamptz not null,
    primary key (borrower, attribute)
);
comment on table fairness_group is 'Who belongs to which group, supplied to watch over fairness alone: nothing that scores or decides reads it, and it may be forgotten.';

-- Officers write notes on a request for a human review, for their colleagues.

create table human_review_note (
    id       uuid primary key,
    review   uuid not null references human_review,
    officer  text not null check (officer = btrim(officer) and length(officer) between 1 and 64),
    words    text not null check (length(btrim(words)) between 1 and 2000),
    digest   bytea not null,
    noted_at timestamptz not null
);
comment on table human_review_note is 'What an officer wrote down about a request, for colleagues: no borrower is told it, and it decides nothing.';
create index human_review_note_of_review on human_review_note (review, noted_at);

create trigger human_review_note_append_only before update or delete on human_review_note for each row execute function refuse_change();
select keep_all('human_review_note');

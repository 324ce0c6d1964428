-- name: put_key
-- The first who seals something of a borrower makes the key; whoever comes at the same moment uses that one.
insert into borrower_key (borrower, sealed, made_at) values ($1, $2, $3) on conflict (borrower) do nothing;

-- name: hold_key
-- The key of a borrower, held until the transaction ends: one thing happens to a borrower's documents at a time.
select sealed from borrower_key where borrower = $1 for update;

-- name: read_key
-- The same for readers, who make nobody wait.
select sealed from borrower_key where borrower = $1;

-- name: destroy_key
-- What erases everything that was sealed under it; the guard of the table wants its erasure on record.
delete from borrower_key where borrower = $1;

-- name: put_erasure
-- By whom and why a borrower's key was destroyed.
insert into erasure (request, borrower, authority, reason, erased_at) values ($1, $2, $3, $4, $5);

-- name: find_erasure
-- What became of a request to erase that is sent again.
select request, borrower, authority, reason, erased_at from erasure where request = $1;

-- name: put_document
-- A document comes once, sealed.
insert into document (id, borrower, kind, media, size_bytes, sealed, submitted_at) values ($1, $2, $3, $4, $5, $6, $7);

-- name: put_entry
-- What happened to a document, under the id of whoever asked for it.
insert into document_entry
    (document, version, act, request, digest, author, reason, amount_minor, currency, expires_on, sealed_words, acted_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: find_entry
-- What became of a request that is sent again.
select document, act, digest from document_entry where request = $1;

-- name: read_documents
-- Documents as their last entries left them, and what their verification said.
select d.id, d.borrower, d.kind, d.media, d.size_bytes, d.submitted_at, last.version, last.act, last.acted_at, last.author,
       last.reason, proved.amount_minor, proved.currency, proved.expires_on
from document d
cross join lateral (select * from document_entry e where e.document = d.id order by e.version desc limit 1) last
left join document_entry proved on proved.document = d.id and proved.act = 'verified'
where d.id = any($1::uuid[])
order by d.submitted_at, d.id;

-- name: ids_of_borrower
-- Everything a borrower ever handed in, newest first.
select id from document where borrower = $1 order by submitted_at desc, id desc limit $2;

-- name: ids_waiting
-- What waits for an officer, the oldest first.
select d.id from document d
where not exists (select from document_entry e where e.document = d.id and e.act in ('verified', 'refused', 'withdrawn'))
  and exists (select from borrower_key k where k.borrower = d.borrower)
order by d.submitted_at, d.id limit $1;

-- name: count_waiting
-- How many of a borrower's documents wait: so that nobody fills the table.
select count(*) from document d
where d.borrower = $1
  and not exists (select from document_entry e where e.document = d.id and e.act in ('verified', 'refused', 'withdrawn'));

-- name: read_content
-- A document's own bytes, sealed.
select sealed from document where id = $1;

-- name: read_words
-- What was last said that a document says, sealed, with the entry it is of.
select version, sealed_words from document_entry where document = $1 and sealed_words is not null order by version desc limit 1;

-- name: read_decisions
-- Whole records, for replay, explanation and repeats; each is looked up in the one partition its id can be in.
select d.*
from (select distinct unnest($1::uuid[])) as asked (id)
cross join lateral (select * from decision where decision.id = asked.id offset 0) d;

-- name: arms_of_decisions
-- In which arms something was decided, so that what follows from it stays there.
select d.id, d.arm
from (select distinct unnest($1::uuid[])) as asked (id)
cross join lateral (select id, arm from decision where decision.id = asked.id offset 0) d;

-- name: read_shadows
-- What shadows said of the cases of some decisions.
select s.*
from (select distinct unnest($1::uuid[])) as asked (id)
cross join lateral (select * from shadow where shadow.decision = asked.id offset 0) s
order by s.decision, s.arm;

-- name: decisions_of_line
-- A line's decisions, newest first.
select * from decision where line = $1 order by as_of desc, id desc limit $2;

-- name: page_of_decisions
-- All decisions in id order, for checks of the whole book.
select * from decision where id > $1 order by id limit $2;

-- name: latest_decisions
-- A product's decisions before an id, newest first: a sample of the book for those who ask what rules would touch.
select * from decision where product = $1 and id < $2 order by id desc limit $3;

-- name: put_edition
-- A product folder is kept once under its hash, however often it is published.
insert into edition (sha256, product, body, published_at)
values ($1, $2, $3, $4)
on conflict (sha256) do nothing;

-- name: read_edition
-- The folder a decision was made with.
select body from edition where sha256 = $1;

-- name: read_notices
-- Notices by id, with what became of each.
select n.*, e.told_at, e.way, e.teller from notice n left join notice_end e on e.notice = n.id where n.id = any($1::uuid[]);

-- name: notices_of
-- A borrower's or a line's notices, newest first.
select n.*, e.told_at, e.way, e.teller
from notice n
left join notice_end e on e.notice = n.id
where ($1::text is null or n.borrower = $1) and ($2::uuid is null or n.line = $2)
order by n.acted_at desc, n.id desc
limit $3;

-- name: notices_open
-- What is due and not told, the soonest first; with a moment, only what was due by then.
select n.*, e.told_at, e.way, e.teller
from notice n
left join notice_end e on e.notice = n.id
where n.due_at is not null and n.due_at <= coalesce($1::timestamptz, 'infinity') and e.notice is null
order by n.due_at, n.id
limit $2;

-- name: count_notices
-- How many notices stand how, by trigger and scope: a figure for whoever watches.
select n.trigger, n.scope, count(*) as made_count, count(*) filter (where n.due_at is null) as not_wanted_count,
       count(*) filter (where e.told_at <= n.due_at) as in_time_count, count(*) filter (where e.told_at > n.due_at) as late_count,
       count(*) filter (where n.due_at > $1 and e.notice is null) as waiting_count,
       count(*) filter (where n.due_at <= $1 and e.notice is null) as overdue_count
from notice n left join notice_end e on e.notice = n.id
group by n.trigger, n.scope
order by n.trigger, n.scope;

-- name: end_notice
-- The first time counts: whoever tells it again changes nothing.
insert into notice_end (notice, told_at, way, teller) values ($1, $2, $3, $4) on conflict (notice) do nothing;

-- name: open_notice_outlet
-- From now on every notice that is due waits for this outlet; opened the first time, so does what was never told.
with opened as (
    insert into outlet (name, opened_at, tells) values ($1, $2, 'notice') on conflict (name) do nothing returning name
)
insert into notice_outbox (outlet, notice, next_at)
select opened.name, n.id, $2 from opened cross join notice n
where n.due_at is not null and not exists (select from notice_end e where e.notice = n.id);

-- name: lease_notices
-- Senders never wait for each other. What is taken is put off, not deleted, so that what a sender who dies took is sent again.
update notice_outbox o
set next_at = $3, tries_count = o.tries_count + 1
from (
    select outlet, notice from notice_outbox where outlet = $1 and next_at <= $2 order by next_at, notice limit $4 for update skip locked
) due
where o.outlet = due.outlet and o.notice = due.notice
returning o.notice, o.tries_count;

-- name: put_off_notice
-- When a notice that was sent in vain is sent again.
update notice_outbox set next_at = $3 where outlet = $1 and notice = $2;

-- name: drop_notice
-- What was delivered, or is given up, waits no more.
delete from notice_outbox where outlet = $1 and notice = $2;

-- name: next_notice
-- When the next notice is to be sent to an outlet.
select min(next_at) from notice_outbox where outlet = $1;

-- name: send_again
-- What is to be told waits anew for every outlet that tells notices, from its first try on.
insert into notice_outbox (outlet, notice, next_at)
select o.name, n.id, $2 from outlet o cross join notice n where o.tells = 'notice' and n.id = any($1::uuid[])
on conflict (outlet, notice) do update set next_at = excluded.next_at, tries_count = 0
returning notice;

-- name: notices_given_up
-- What was given up and never reached anybody since, the oldest first: what a receiver that is mended is sent again.
select distinct n.id, n.acted_at
from notice n
join notice_try t on t.notice = n.id and t.answer = 'gave_up'
where not exists (select from notice_end e where e.notice = n.id)
  and not exists (select from notice_outbox o where o.notice = n.id)
order by n.acted_at, n.id
limit $1;

-- name: tries_of
-- How often a notice was sent, and what was answered, oldest first.
select id, notice, outlet, tried_at, answer, status, words from notice_try where notice = $1 order by tried_at, id;

-- name: matter_of
-- What a letter tells of an act beside its decision: the limit before and after, who decided it and why, and for what a line.
select e.granted_minor as after_minor,
       (select b.granted_minor from line_entry b where b.line = e.line and b.version < e.version order by b.version desc limit 1) as before_minor,
       w.authority, w.reason
from line_entry e
left join line_word w on (w.line, w.version) = (e.line, e.version)
where e.request = $1 and e.line = $2
order by e.version desc
limit 1;

-- name: said_of_promises
-- The words in which the dates of an act were told, in their order, and those of the ends that it made.
select 'end' as part, p.languages, p.words, t.due_on, t.ordinal
from promise_end p join tranche t on t.id = p.promise
where p.request = $1 and p.outcome in ('condition_failed', 'broken')
union all
select 'date', p.languages, p.words, t.due_on, t.ordinal
from promise p join tranche t on t.id = p.tranche
where (t.decision = $1 and not exists (select from promise_breach b where b.follower = p.tranche))
   or p.tranche in (select b.follower from promise_breach b join promise_end e on e.promise = b.promise where e.request = $1)
union all
-- What still waits on the line when a human review has ended, as it was told by then.
select 'date', p.languages, p.words, t.due_on, t.ordinal
from human_review_end h join human_review r on r.id = h.review join tranche t on t.line = r.line join promise p on p.tranche = t.id
where h.request = $1 and p.told_at <= h.ended_at
  and not exists (select from promise_end e where e.promise = t.id and e.ended_at <= h.ended_at)
order by part, due_on, ordinal;

-- name: currency_of
-- In which currency a line is kept.
select currency from line where id = $1;

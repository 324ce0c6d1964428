-- name: read_appeals
-- Requests for a human review and how each stands: waiting, proposed while a second person is to look, or ended.
select r.id, r.act, r.line, r.borrower, r.reason, r.words, r.language, r.priority, r.digest, r.asked_at, r.due_at, n.trigger, n.edition, n.product,
       case when e.answer is not null then e.answer when p.id is not null then 'proposed' else 'waiting' end as state,
       coalesce(ef.id, p.id) as finding, coalesce(ef.officer, p.officer) as officer, coalesce(ef.reason, p.reason) as outcome_reason,
       coalesce(ef.effect, p.effect) as effect, coalesce(ef.amount_minor, p.amount_minor) as amount_minor, a.officer as approver,
       e.request as letter, e.ended_at
from human_review r
join notice n on n.id = r.act
left join human_review_end e on e.review = r.id
left join human_review_finding ef on ef.id = e.finding
left join human_review_answer a on a.finding = e.finding
left join lateral (
    select f.* from human_review_finding f
    where f.review = r.id and not exists (select from human_review_answer x where x.finding = f.id)
    order by f.found_at desc, f.id desc limit 1
) p on e.review is null
where ($1::uuid is null or r.id = $1) and ($2::text is null or r.borrower = $2)
order by r.asked_at desc, r.id desc
limit 1000;

-- name: queue_of_appeals
-- Which requests wait for a person: overdue first, then the urgent, then by when they are due.
select r.id from human_review r
where not exists (select from human_review_end e where e.review = r.id) and (not $2::boolean or r.due_at <= $1)
order by r.due_at > $1, r.priority, r.due_at, r.id
limit $3;

-- name: open_about
-- The request about an act that waits for an answer.
select r.id from human_review r where r.act = $1 and not exists (select from human_review_end e where e.review = r.id);

-- name: findings_of
-- What officers found on a request, oldest first, and what a second person said to it.
select f.id, f.review, f.answer, f.officer, f.reason, f.effect, f.amount_minor, f.promises, f.granted_minor, f.needs_second, f.digest, f.found_at,
       a.id as answered_by, a.answer as second_answer, a.officer as second_officer, a.reason as second_reason, a.digest as second_digest,
       a.answered_at
from human_review_finding f left join human_review_answer a on a.finding = f.id
where f.review = $1
order by f.found_at, f.id;

-- name: notes_of
-- What officers wrote down about a request, oldest first.
select id, review, officer, words, digest, noted_at from human_review_note where review = $1 order by noted_at, id;

-- name: find_note
-- A note by its id, for a repeat.
select id, review, officer, words, digest, noted_at from human_review_note where id = $1;

-- name: verdict_of
-- What a request that ended a human review found: for the letter that tells it.
select f.officer, f.reason, f.effect, f.amount_minor
from human_review_end e join human_review_finding f on f.id = e.finding
where e.request = $1;

-- name: withheld_by
-- What is still withheld of what an act withheld, whatever followed on it since: kept back again, or put off.
with recursive chain as (
    select t.id from tranche t where t.decision = $1
    union
    select b.follower from promise_end e join promise_breach b on b.promise = e.promise where e.request = $1
    union
    select n.id
    from chain c
    join tranche_end e on e.tranche = c.id
    join tranche n on n.decision = e.request or n.follows = c.id or n.id in (select b.follower from promise_breach b where b.promise = c.id)
)
select t.id, t.line, t.decision, t.ordinal, t.amount_minor, t.due_on, t.condition, t.edition, t.is_cut, t.follows
from chain c join tranche t on t.id = c.id
where not exists (select from tranche_end e where e.tranche = t.id)
order by t.due_on, t.id;

-- name: rate_appeals
-- What became of requests by product, act and leading reason: an act that people often put right was a wrong rule.
select n.product, n.trigger, coalesce(d.reason_codes[1], 'none') as leading, count(*) as asked_count,
       count(*) filter (where e.answer = 'upheld') as upheld_count, count(*) filter (where e.answer = 'changed') as changed_count,
       count(*) filter (where e.review is null) as open_count,
       count(*) filter (where (e.ended_at is null and r.due_at <= $1) or e.ended_at > r.due_at) as late_count
from human_review r
join notice n on n.id = r.act
left join decision d on d.id = r.act
left join human_review_end e on e.review = r.id
group by 1, 2, 3
order by 1, 2, 3;

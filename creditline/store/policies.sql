-- name: lock_policies
-- One act at a time: its number is then the order of the commits, and every act is judged by what it really follows. Reading,
-- and so deciding, waits for nobody.
lock table policy_event in share row exclusive mode;

-- name: read_deeds
-- The whole life of a product's editions, in order.
select number, id, product, edition, what, actor, reason, recorded_at, starts_at, ends_at, gate, failed_gates, arm, detail
from policy_event
where product = $1
order by number;

-- name: read_deed
-- One act by the id its caller made for it: a repeat is answered with what was done.
select number, id, product, edition, what, actor, reason, recorded_at, starts_at, ends_at, gate, failed_gates, arm, detail
from policy_event
where id = $1;

-- name: read_products
-- Which products have editions here.
select distinct product from policy_event order by product;

-- name: record_deed
-- The number follows the last one; the guards judge the rest.
insert into policy_event
    (number, id, product, edition, what, actor, reason, recorded_at, starts_at, ends_at, gate, failed_gates, arm, detail)
select coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 from policy_event
returning number;

-- name: read_periods
-- Which editions are in force when, as known now.
select product, edition, lower(valid) as starts_at, upper(valid) as ends_at, opened_by
from policy_period
where product = $1 and upper_inf(known)
order by lower(valid) nulls first;

-- name: read_periods_known
-- Which editions were in force when, as known at an instant.
select product, edition, lower(valid) as starts_at, upper(valid) as ends_at, opened_by
from policy_period
where product = $1 and known @> $2::timestamptz
order by lower(valid) nulls first;

-- name: known_from
-- What is learned now is known from now, and always after what is known already: clocks may go back, knowledge does not.
select greatest($2::timestamptz, max(greatest(lower(known), upper(known))) + interval '1 microsecond')
from policy_period
where product = $1;

-- name: end_knowledge
-- What a new period overlays was known until now.
update policy_period
set known = tstzrange(lower(known), $4), closed_by = $5
where product = $1 and upper_inf(known) and valid && tstzrange($2, $3)
returning edition, valid, opened_by;

-- name: keep_rest
-- What a new period does not overlay of an older one stays in force as it was.
insert into policy_period (product, edition, valid, known, opened_by, known_by)
select product, edition, rest, tstzrange($4, null), opened_by, $5
from policy_period, unnest(tstzmultirange(valid) - tstzmultirange(tstzrange($2, $3))) as rest
where product = $1 and closed_by = $5;

-- name: open_period
-- An edition is in force from here on, as known from now.
insert into policy_period (product, edition, valid, known, opened_by, known_by)
values ($1, $2, tstzrange($3, $4), tstzrange($5, null), $6, $6);

-- name: take_standing
-- What is visible now: the facts' snapshot, the last act on policies, and by it the editions in force with their arms, and which
-- of the product's arms are stopped.
with taken as (select pg_current_snapshot() as now, pg_current_xact_id_if_assigned() as own),
seen as (
    select format('%s:%s:%s', least(pg_snapshot_xmin(now), own), pg_snapshot_xmax(now), (
        select string_agg(running::text, ',' order by running)
        from (select pg_snapshot_xip(now) union select own where own < pg_snapshot_xmax(now)) as others (running)
    )) as seen, (select coalesce(max(number), 0) from policy_event) as policies_number
    from taken
)
select s.seen, s.policies_number, p.product, p.edition, lower(p.valid) as starts_at, upper(p.valid) as ends_at, p.opened_by,
       array(select a.arm from edition_arm a where a.edition = p.edition order by a.arm) as arms,
       array(select a.runs from edition_arm a where a.edition = p.edition order by a.arm) as arms_run,
       array(select distinct e.arm from policy_event e
             where e.product = p.product and e.arm is not null and arm_is_stopped(e.product, e.arm)) as stopped_arms
from seen s
left join policy_period p on upper_inf(p.known)
order by p.product, lower(p.valid) nulls first;

-- name: put_arms
-- What the arms of an edition run, once and for all.
insert into edition_arm (edition, arm, runs, is_shadow)
select $1, arm, runs, is_shadow from unnest($2::text[], $3::bytea[], $4::boolean[]) as own (arm, runs, is_shadow)
on conflict (edition, arm) do nothing;

-- name: read_arms
-- What the arms of an edition run.
select arm, runs, is_shadow from edition_arm where edition = $1 order by arm;

-- name: run_by
-- The editions whose arms run one.
select edition from edition_arm where runs = $1;

-- name: arms_seen
-- For decisions whose product had arms: the edition then in force and the arms then stopped, as their own snapshots show it.
select d.id, p.edition, array(
    select e.arm
    from (select distinct on (arm) arm, what from policy_event
          where product = d.product and arm is not null and pg_visible_in_snapshot(txid, d.seen)
          order by arm, number desc) e
    where e.what = 'stop_arm') as stopped_arms
from (select distinct unnest($1::uuid[])) as asked (id)
cross join lateral (select id, product, kind, as_of, seen from decision where decision.id = asked.id offset 0) d
join policy_period p on p.product = d.product and p.valid @> d.as_of
join policy_event k on k.number = p.known_by
left join policy_event c on c.number = p.closed_by
where d.kind <> 'release' and exists (select from edition_arm a where a.edition = p.edition)
  and (lower_inf(p.known) or pg_visible_in_snapshot(k.txid, d.seen))
  and (c.number is null or not pg_visible_in_snapshot(c.txid, d.seen));

-- name: moment
-- What is visible now, and the partitions there are: both by the one snapshot that everything is read by.
select pg_current_snapshot()::text as seen,
       array(select inhrelid::bigint from pg_inherits where inhparent = 'decision'::regclass order by 1) as partitions;

-- name: decisions_in_columns
-- Decisions of a product that a table answered: all, those committed since a snapshot ($2), those of some partitions ($3), or the newest ($4).
-- A transaction that a snapshot did not show is no older than the oldest it saw running. Numbers come first, each of one width,
-- so that rows can be cut without looking into them; a missing one is the least there is.
select id, line, as_of, uuid_hash_extended(id, 0), hashtextextended(borrower, 0), granted_minor, drawn_minor, available_minor,
       requested_minor, sources_count, is_blocked, is_moved, accepts_partial, coalesce(pd_ppm, -1), coalesce(grade, 0::smallint),
       coalesce(release_points, 0), coalesce(amount_minor, -9223372036854775808), coalesce(apr_bp, -2147483648),
       coalesce(share_ppm, -2147483648), coalesce(tranches_count, -2147483648), coalesce(interval_days, -2147483648),
       coalesce(factor_ppm, -2147483648),
       borrower, row(kind, currency, edition, arm, answer, condition, rule_tables, rule_rows, reason_factors), features
from decision
where product = $1 and kind <> 'release'
  and ($2::text is null or txid >= pg_snapshot_xmin($2::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $2::text::pg_snapshot))
  and ($3::bigint[] is null or tableoid::bigint = any($3::bigint[]))
order by case when $4::bigint is null then null else id end desc
limit $4;

-- name: sum_of_decisions
-- How many there are and what their ids come to, whatever their order: what a copy must come to as well.
select count(*) as count, coalesce(bit_xor(uuid_hash_extended(id, 0)), 0) as checksum
from decision
where product = $1 and kind <> 'release';

-- name: may_ask_origin
-- Whether we may ask the server which one it is; a host may keep that from its tenants.
select has_function_privilege('pg_control_system()', 'execute') and has_function_privilege('pg_control_checkpoint()', 'execute') as may;

-- name: origin
-- Which database this is, and on which line of its history: one put back to an earlier time goes on on another.
select format('%s/%s/%s', s.system_identifier, c.timeline_id, d.oid) as origin
from pg_control_system() s, pg_control_checkpoint() c, pg_database d
where d.datname = current_database();

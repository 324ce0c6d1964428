-- name: wait_briefly
-- Attaching needs each table for itself for a moment, and whoever comes after us waits behind us: better to give up soon
-- and to try again than to stop everybody behind somebody's long report.
set local lock_timeout = '2s';

-- name: make_partitions
-- The database names them and draws their bounds, so that there is one way to do it.
select name from make_partitions($1, $2) as made (name);

-- name: missing_partitions
-- Which of those that a time needs are not there.
select name from missing_partitions($1, $2);

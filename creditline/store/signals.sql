-- name: raise
-- A flow itself did something that may bring back earlier what waits.
insert into signal (line, since, is_unblock)
select * from unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) as new (line, since, is_unblock)
order by line
on conflict (line) do update set is_unblock = signal.is_unblock or excluded.is_unblock;

-- name: raise_of_borrower
-- A flow itself learned something of a borrower that may bring back earlier what waits on their lines.
insert into signal (line, since)
select id, $2 from line where borrower = $1 and withheld_minor > 0 order by id
on conflict (line) do nothing;

-- name: waiting_signals
-- Lines to be decided again, the longest waiting first, but for those that failed lately. Their rows are deleted only once their
-- lines are held: whoever moves a line raises its signal while it holds the line, so the other order would wait in a ring.
select line from signal where line <> all($1::uuid[]) order by since, line limit $2;

-- name: take_signals
-- Of lines that are held: those that nobody has decided meanwhile.
delete from signal where line = any($1::uuid[]) returning line, since, is_unblock;

-- name: earliest_signal
-- Since when the longest waiting line waits to be decided again.
select min(since) from signal;

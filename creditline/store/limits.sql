-- name: read_extras
-- What was added to which line until when, by the requests that did so.
select request, line, ends_at from line_extra where request = any($1::uuid[]);

-- name: unused_lines
-- Which of these lines nothing was ever drawn on, reserved on or brought to.
select id from line l
where id = any($1::uuid[]) and closed_at is null
  and not exists (select from line_entry e where e.line = l.id and e.movement in ('draw', 'authorise', 'move_in'));

-- name: words_of_line
-- By whom and why entries of a line were made that no rule decided, and by requests of which kind.
select w.version, r.kind, w.authority, w.reason from line_word w join request r on r.id = w.request where w.line = $1;

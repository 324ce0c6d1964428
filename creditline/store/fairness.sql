-- name: forget_groups
-- Groups of an attribute are supplied whole: what was said before is gone, as nobody needs to keep it.
delete from fairness_group where attribute = $1;

-- name: put_groups
-- Who belongs to which group of an attribute.
insert into fairness_group (attribute, borrower, name, supplied_at)
select $1, borrower, name, $4 from unnest($2::text[], $3::text[]) as given (borrower, name);

-- name: groups_of
-- The groups of some borrowers, for those who watch over fairness.
select attribute, borrower, name from fairness_group where borrower = any($1::text[]);

-- A charge-off is told: its notice, also of those before this. A waiver names its second person.

alter table notice drop constraint notice_trigger_check;
alter table notice add constraint notice_trigger_check check (trigger in
        ('opening_declined', 'draw_declined', 'withheld', 'observation_extended', 'decreased', 'blocked', 'closed', 'promise_broken',
         'review_upheld', 'review_changed', 'reduced', 'charged_off'));

insert into notice (id, line, borrower, product, edition, trigger, scope, acted_at, jurisdiction, ground)
select e.request, e.line, l.borrower, l.product, d.edition, 'charged_off', 'individual', e.booked_at, '',
       'done before notices of charge-offs were kept'
from line_entry e
join line l on l.id = e.line
cross join lateral (select edition from decision where line = e.line order by as_of desc limit 1) d
where e.movement = 'charge_off';

alter table waiver add column approver text check (length(btrim(approver)) > 0);

-- Reduced restoration: repaid limit that does not come back, as what is granted is cut by it, at once or on a day that is told.

alter table tranche add column is_cut boolean not null default false;
alter table tranche add column follows uuid references tranche;
comment on column tranche.is_cut is 'Whether the limit is lowered by it if its condition does not hold on its day.';
comment on column tranche.follows is 'The part that was kept back before a rule answered that it does not come back.';
create index tranche_following on tranche (follows) where follows is not null;
alter table tranche_end drop constraint tranche_end_answer_check;
alter table tranche_end add constraint tranche_end_answer_check check (answer in ('released', 'kept_back', 'broken', 'undone', 'cut'));

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue',
         'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover',
         'human_review', 'signal', 'again'));

alter table notice drop constraint notice_trigger_check;
alter table notice add constraint notice_trigger_check check (trigger in
        ('opening_declined', 'draw_declined', 'withheld', 'observation_extended', 'decreased', 'blocked', 'closed', 'promise_broken',
         'review_upheld', 'review_changed', 'reduced'));

create or replace function promise_end_agrees() returns trigger language plpgsql as $$
declare
    told   tranche := (select t from tranche t where t.id = new.promise);
    ended  tranche_end := (select e from tranche_end e where e.tranche = new.promise);
    told_by decision := (select d from decision d where d.id = new.request);
    is_early boolean := new.ended_at < start_of_day(told.due_on);
    is_late  boolean := new.ended_at >= start_of_day(told.due_on + 1);
begin
    if (ended.request, ended.ended_at) is distinct from (new.request, new.ended_at)
       or ended.answer <> (case new.outcome when 'condition_failed' then case when told.is_cut then 'cut' else 'kept_back' end when 'broken' then 'broken' when 'undone' then 'undone' else 'released' end)
       or (case new.outcome when 'early' then not is_early when 'kept' then is_early or is_late when 'late' then not is_late else false end) then
        raise exception 'promise % of % did not end as %: its tranche ended as % at %', new.promise, told.due_on, new.outcome, ended.answer, ended.ended_at
            using errcode = 'check_violation';
    end if;
    -- Whatever is published later, a promise is read as it was told, and on its day.
    if new.outcome = 'condition_failed'
       and (told_by.answer, told_by.edition, told_by.condition) is distinct from (ended.answer, told.edition, told.condition) then
        raise exception 'promise % was told under another condition or edition than the one that kept it back', new.promise
            using errcode = 'check_violation', hint = 'Break it instead: that needs a reason, an approver and a notice.';
    end if;
    if new.outcome = 'condition_failed' and is_early then
        raise exception 'promise % was kept back at %, before its day %', new.promise, new.ended_at, told.due_on using errcode = 'check_violation';
    end if;
    if (new.outcome = 'broken') <> exists (select from promise_breach b where b.promise = new.promise) then
        raise exception 'promise % is broken without a reason, an approver and a notice, or has these without being broken', new.promise
            using errcode = 'check_violation';
    end if;
    if new.outcome in ('condition_failed', 'broken', 'undone') and cardinality(new.words) = 0 then
        raise exception 'nobody was told what became of promise %', new.promise using errcode = 'check_violation';
    end if;
    return null;
end $$;

-- Signals: lines on which something waits, and of whose borrower something was learned that may bring it back earlier.

create table signal (
    line       uuid primary key,
    since      timestamptz not null,
    is_unblock boolean not null default false
);
comment on table signal is 'Lines that are to be decided again, and since when something about them is new. Deleted by the transaction that decides.';
create index line_waiting on line (borrower) where withheld_minor > 0;

alter table request drop constraint request_kind_check;
alter table request add constraint request_kind_check check (kind in
        ('open', 'draw', 'authorise', 'capture', 'void', 'expire', 'repay', 'release', 'review', 'block', 'unblock', 'self_limit',
         'attach', 'detach', 'umbrella_open', 'umbrella_limit', 'break', 'limit', 'extra', 'lapse', 'close', 'accrue',
         'reverse_draw', 'bounce', 'refund', 'backdate', 'waive', 'pay_out', 'charge_off', 'recover',
         'human_review', 'signal'));

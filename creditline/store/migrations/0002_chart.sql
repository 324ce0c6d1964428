-- Money has a whole chart of accounts now, and no transfer names an account that is not in it.

alter table transfer add constraint transfer_in_the_chart check (
    debit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92) and
    credit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92));

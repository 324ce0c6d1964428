-- What ran up and is not charged yet has accounts of its own.

alter table transfer drop constraint transfer_in_the_chart;
alter table transfer add constraint transfer_in_the_chart check (
    debit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92) and
    credit in (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 31, 32, 33, 34, 35, 41, 42, 91, 92));

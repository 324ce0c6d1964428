"""What a borrower does with the line: draws, repayments, statements. From events only, never from the ledger.

What is withheld is in none of them: utilisation is of the granted limit, so withholding cannot lower a score by itself.
"""

from creditline.events.catalogue import (
    AutopayDisabled,
    AutopayEnabled,
    Cured,
    DrawMade,
    FellOverdue,
    LimitChanged,
    LineChargedOff,
    LineOpened,
    RepaymentReceived,
    StatementIssued,
)
from creditline.profile.feature import Feature, Fold, Of, Ratio, Source

USAGE = Source.USAGE
DRAWS = (DrawMade.number,)
REPAYMENTS = (RepaymentReceived.number,)
STATEMENTS = (StatementIssued.number,)
GRANTS = (LineOpened.number, LimitChanged.number)

DRAWN: tuple[Feature | Ratio, ...] = (
    Feature(
        name="days_on_book_count", source=USAGE, events=(LineOpened.number,), fold=Fold.AGE, worse="lower",
        why="A longer history says more about how a line is used.",
    ),
    Feature(
        name="granted_minor", source=USAGE, events=GRANTS, fold=Fold.LAST, worse="neither",
        why="The limit is what use is measured against.",
    ),
    Feature(
        name="draws_1d_count", source=USAGE, events=DRAWS, fold=Fold.COUNT, window_days=1, worse="higher",
        why="Many draws in a day may be somebody else's.",
    ),
    Feature(
        name="draws_30d_count", source=USAGE, events=DRAWS, fold=Fold.COUNT, window_days=30, worse="higher",
        why="Drawing often may show that money is short; a lender may watch it, and our data do not show it.",
    ),
    Feature(
        name="draws_90d_count", source=USAGE, events=DRAWS, fold=Fold.COUNT, window_days=90, worse="higher",
        why="The habit of drawing, over a season.",
    ),
    Feature(
        name="drawn_30d_minor", source=USAGE, events=DRAWS, fold=Fold.SUM, window_days=30, worse="higher",
        why="New debt of the last month.",
    ),
    Feature(
        name="drawn_90d_minor", source=USAGE, events=DRAWS, fold=Fold.SUM, window_days=90, worse="higher",
        why="New debt of the last three months.",
    ),
    Feature(
        name="drawn_120d_minor", source=USAGE, events=DRAWS, fold=Fold.SUM, window_days=120, worse="higher",
        why="New debt of the last four months, to measure a surge against.",
    ),
    Feature(
        name="drawn_180d_minor", source=USAGE, events=DRAWS, fold=Fold.SUM, window_days=180, worse="neither",
        why="New debt of the last half year.",
    ),
    Feature(
        name="largest_draw_180d_minor", source=USAGE, events=DRAWS, fold=Fold.MAX, window_days=180, worse="neither",
        why="The largest single need of the last half year.",
    ),
    Ratio(
        name="spend_surge_ratio", source=USAGE, over="drawn_30d_minor", under="drawn_120d_minor", less="drawn_30d_minor",
        times=3, worse="higher",
        why="Drawing far more than in the three months before may show trouble; our data do not show it.",
    ),
)  # fmt: skip

OWED: tuple[Feature | Ratio, ...] = (
    Feature(
        name="statement_balance_minor", source=USAGE, events=STATEMENTS, fold=Fold.LAST, worse="higher",
        why="What was owed at the last statement.",
    ),
    Feature(
        name="statement_balance_previous_minor", source=USAGE, events=STATEMENTS, fold=Fold.PREVIOUS, worse="neither",
        why="What the last payment was asked to meet.",
    ),
    Feature(
        name="statement_balance_max_180d_minor", source=USAGE, events=STATEMENTS, fold=Fold.MAX, window_days=180,
        worse="higher", why="The highest debt of the last half year.",
    ),
    Feature(
        name="statement_balance_180d_minor", source=USAGE, events=STATEMENTS, fold=Fold.SUM, window_days=180,
        worse="higher", why="All balances billed in the last half year.",
    ),
    Feature(
        name="statements_180d_count", source=USAGE, events=STATEMENTS, fold=Fold.COUNT, window_days=180, worse="neither",
        why="How many balances the sums are made of.",
    ),
    Ratio(
        name="utilisation_ratio", source=USAGE, over="statement_balance_minor", under="granted_minor", worse="higher",
        why="The share of the granted limit in use.",
    ),
    Ratio(
        name="utilisation_max_180d_ratio", source=USAGE, over="statement_balance_max_180d_minor", under="granted_minor",
        worse="higher", why="The largest share in use over the last half year.",
    ),
    Ratio(
        name="utilisation_mean_180d_ratio", source=USAGE, over="statement_balance_180d_minor", under="granted_minor",
        per="statements_180d_count", worse="higher", why="The usual share in use over the last half year.",
    ),
    Ratio(
        name="balance_growth_ratio", source=USAGE, over="statement_balance_minor", times="statements_180d_count",
        under="statement_balance_180d_minor", worse="higher",
        why="The last balance against the usual one: above 1 the debt grows.",
    ),
)  # fmt: skip

REPAID: tuple[Feature | Ratio, ...] = (
    Feature(
        name="repayments_30d_count", source=USAGE, events=REPAYMENTS, fold=Fold.COUNT, window_days=30, worse="lower",
        why="Whether anything came back this month.",
    ),
    Feature(
        name="repayments_180d_count", source=USAGE, events=REPAYMENTS, fold=Fold.COUNT, window_days=180, worse="lower",
        why="How regularly something comes back.",
    ),
    Feature(
        name="repaid_30d_minor", source=USAGE, events=REPAYMENTS, fold=Fold.SUM, window_days=30, worse="lower",
        why="What came back this month.",
    ),
    Feature(
        name="repaid_90d_minor", source=USAGE, events=REPAYMENTS, fold=Fold.SUM, window_days=90, worse="lower",
        why="What came back over a season.",
    ),
    Feature(
        name="repaid_180d_minor", source=USAGE, events=REPAYMENTS, fold=Fold.SUM, window_days=180, worse="lower",
        why="What came back over half a year.",
    ),
    Feature(
        name="repayments_ever_count", source=USAGE, events=REPAYMENTS, fold=Fold.COUNT, worse="lower",
        why="How long the record of repaying is; not using the line cannot shorten it.",
    ),
    Feature(
        name="repaid_ever_minor", source=USAGE, events=REPAYMENTS, fold=Fold.SUM, worse="lower",
        why="All that ever came back: a record that not using the line cannot shorten.",
    ),
    Feature(
        name="largest_repayment_180d_minor", source=USAGE, events=REPAYMENTS, fold=Fold.MAX, window_days=180,
        worse="lower", why="The largest single repayment shows what can be paid.",
    ),
    Feature(
        name="repayment_recency_days", source=USAGE, events=REPAYMENTS, fold=Fold.RECENCY, worse="neither",
        why="How long ago something came back.",
    ),
    Feature(
        name="repaid_since_previous_minor", source=USAGE, events=REPAYMENTS, fold=Fold.SUM_SINCE, since=STATEMENTS,
        worse="lower", why="What was paid towards the last but one statement.",
    ),
    Ratio(
        name="pay_ratio", source=USAGE, over="repaid_since_previous_minor", under="statement_balance_previous_minor",
        when_nothing=1.0, worse="lower", why="The share of the bill that was paid; a bill of nothing is paid in full.",
    ),
    Ratio(
        name="repaid_ever_ratio", source=USAGE, over="repaid_ever_minor", under="granted_minor", worse="lower",
        why="How often over the granted limit has come back; small change does not raise it, real repayment does.",
    ),
    Ratio(
        name="pay_180d_ratio", source=USAGE, over="repaid_180d_minor", under="statement_balance_180d_minor",
        less="statement_balance_minor", when_nothing=1.0, worse="lower",
        why="The share of half a year's bills that was paid; bills of nothing are paid in full.",
    ),
)  # fmt: skip

LATE: tuple[Feature | Ratio, ...] = (
    Feature(
        name="months_late_last_count", source=USAGE, events=STATEMENTS, fold=Fold.LAST, of=Of.CODE, worse="higher",
        why="By how many months payment was late at the last statement.",
    ),
    Feature(
        name="months_late_max_180d_count", source=USAGE, events=STATEMENTS, fold=Fold.MAX, of=Of.CODE, window_days=180,
        worse="higher", why="The latest that payment ever was in the last half year.",
    ),
    Feature(
        name="late_statements_180d_count", source=USAGE, events=STATEMENTS, fold=Fold.COUNT, window_days=180,
        least_code=2, worse="higher", why="In how many months payment was late by two months or more.",
    ),
    Feature(
        name="late_ever_so_little_180d_count", source=USAGE, events=STATEMENTS, fold=Fold.COUNT, window_days=180,
        least_code=1, worse="higher", why="In how many months payment was late at all.",
    ),
    Feature(
        name="late_recency_days", source=USAGE, events=STATEMENTS, fold=Fold.RECENCY, least_code=2, worse="lower",
        why="How long ago payment was last late by two months or more.",
    ),
    Feature(
        name="overdue_180d_count", source=USAGE, events=(FellOverdue.number,), fold=Fold.COUNT, window_days=180,
        worse="higher", why="How often an amount due was missed in the last half year.",
    ),
    Feature(
        name="is_overdue_count", source=USAGE, events=(FellOverdue.number, Cured.number), fold=Fold.IS_LAST,
        since=(FellOverdue.number,), worse="higher", why="Whether something is overdue now.",
    ),
    Feature(
        name="charged_off_ever_count", source=USAGE, events=(LineChargedOff.number,), fold=Fold.COUNT, worse="higher",
        why="How often a debt to us was given up as lost; what comes in later does not undo that it was.",
    ),
    Feature(
        name="autopay_on_count", source=USAGE, events=(AutopayEnabled.number, AutopayDisabled.number),
        fold=Fold.IS_LAST, since=(AutopayEnabled.number,), worse="lower",
        why="Repayments that happen by themselves are not forgotten.",
    ),
)  # fmt: skip

FEATURES = (*DRAWN, *OWED, *REPAID, *LATE)

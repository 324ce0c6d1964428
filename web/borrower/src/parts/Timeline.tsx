// The record as a line through time: what happened, where it stands now, and what is to come.

import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import type { Row } from "../asked";
import { day, money } from "../figures";

export function Past({ rows, line, today }: { rows: Row[]; line: OwnLine; today: string }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {rows.map((row) => (
        <li key={`${row.happened_at}${row.what}`} className={row.what.startsWith("review_") ? "past said" : "past"}>
          <time dateTime={row.happened_at}>{day(row.happened_at, i18n.language, today)}</time>
          <span className="dot" aria-hidden="true" />
          <span>
            {t(`did_${row.what}`, { amount: money(row.amount_minor, line) })}
            {!row.what.startsWith("review_") && <small>{t("free_then", { amount: money(row.free_minor, line) })}</small>}
          </span>
          <Moved row={row} line={line} />
        </li>
      ))}
    </>
  );
}

function Moved({ row, line }: { row: Row; line: OwnLine }) {
  const { t } = useTranslation();
  if (row.what === "back") return <span className="amount back">+{money(row.amount_minor, line)}</span>;
  if (row.what !== "repaid") return <span />;
  if (row.back_minor === 0) return <span className="amount held">{t("later")}</span>;
  return (
    <span className="amount back">
      +{money(row.back_minor, line)}
      <small>{t("at_once")}</small>
    </span>
  );
}

// Who it is about: the line's buckets, and the way to its rows.

import { useTranslation } from "react-i18next";

import type { Decision, Line } from "../asked";
import { amount, percent } from "../figures";
import { caseOf, Link } from "../router";
import { Card } from "./Card";

type CustomerProps = { borrower: string; line: Line; lines: Line[]; newest: Decision | undefined; repaidCount: number; href: (bucket: string) => string };

export function Customer({ borrower, line, lines, newest, repaidCount, href }: CustomerProps) {
  const { t, i18n } = useTranslation();
  const buckets = [
    { name: "drawn", minor: line.drawn_minor },
    { name: "reserved", minor: line.reserved_minor },
    { name: "available", minor: Math.max(0, line.headroom_minor) },
    { name: "withheld", minor: line.withheld_minor },
  ].filter((one) => one.minor > 0 || one.name !== "reserved");
  const whole = buckets.reduce((sum, one) => sum + one.minor, 0) || 1;
  const said = buckets.map((one) => `${t(`bucket_${one.name}`)} ${amount(one.minor, line.currency)}`).join(", ");
  return (
    <Card title={t("customer_named", { name: borrower })} aside={newest?.grade != null && <span className="chip b">{t("grade", { grade: newest.grade })}</span>}>
      <p className="sub apart">
        <span>
          {t("since", { year: line.opened_at.slice(0, 4) })} · {t("repayments", { count: repaidCount })}
        </span>
        {newest?.pd_ppm != null && <span>PD {percent(newest.pd_ppm / 1e6, i18n.language)}</span>}
      </p>
      {line.block_reason && <p className="chip r">! {t("blocked", { reason: line.block_reason })}</p>}
      {line.closed_at && <p className="chip">{t("closed")}</p>}
      <div className="stack" role="img" aria-label={said}>
        {buckets.map((one) => (
          <i key={one.name} className={one.name} style={{ width: `${(100 * one.minor) / whole}%` }} />
        ))}
      </div>
      <dl className="lg">
        {buckets.map((one) => (
          <div key={one.name}>
            <dt>
              <i className={one.name} aria-hidden="true" />
              {t(`bucket_${one.name}`)}
            </dt>
            <dd>
              <Link to={href(one.name)} isSame>
                {amount(one.minor, line.currency)}
              </Link>
            </dd>
          </div>
        ))}
      </dl>
      <p className="sub apart">
        <span>{t("granted", { amount: amount(line.granted_minor, line.currency) })}</span>
        <span>{line.product}</span>
      </p>
      {lines.length > 1 && (
        <p className="sub">
          {t("other_lines")}{" "}
          {lines
            .filter((one) => one.line !== line.line)
            .map((one) => (
              <Link key={one.line} className="lnk" to={caseOf(borrower, { line: one.line })}>
                {one.product}
              </Link>
            ))}
        </p>
      )}
    </Card>
  );
}

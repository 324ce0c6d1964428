// Whether our word was kept: by product, week and reason, with how sure one can be, and every promise that was not.

import { useTranslation } from "react-i18next";

import { type Failed as FailedPromise, type Rate, useFailed, useRates } from "../asked";
import { amount, day, percent } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { caseOf, Link, usePlace } from "../router";

const GROUPS = ["product", "week_on", "reason"] as const;

export function PromisesScreen() {
  const { t } = useTranslation();
  const { asked } = usePlace();
  const by = GROUPS.find((one) => one === asked.get("by")) ?? "week_on";
  const all = useRates([]);
  const rates = useRates([by]);
  const failed = useFailed();
  return (
    <Frame title={t("promises_title")} crumb={t("promises")}>
      <div className="col">
        {all.data?.[0] && <Whole rate={all.data[0]} />}
        <Card
          title={t("kept_rate")}
          aside={
            <span className="chips" role="group" aria-label={t("kept_rate")}>
              {GROUPS.map((one) => (
                <Link key={one} className="chip" to={`promises?by=${one}`} isSame aria-current={one === by ? "true" : undefined}>
                  {t(`by_${one}`)}
                </Link>
              ))}
            </span>
          }
        >
          {rates.isPending ? (
            <Waiting rows={5} />
          ) : !rates.data ? (
            <Failed trouble={rates.error} again={() => void rates.refetch()} />
          ) : rates.data.length === 0 ? (
            <p className="empty">{t("promises_none")}</p>
          ) : (
            <Rates rates={rates.data} by={by} />
          )}
          <p className="sub">{t("kept_say")}</p>
          <Stale asked={rates} />
        </Card>
        <Card title={t("not_kept")}>
          {failed.isPending ? (
            <Waiting rows={4} />
          ) : !failed.data ? (
            <Failed trouble={failed.error} again={() => void failed.refetch()} />
          ) : failed.data.length === 0 ? (
            <p className="empty">{t("not_kept_none")}</p>
          ) : (
            <ul className="broken">
              {failed.data.map((one) => (
                <Broken key={one.promise} one={one} />
              ))}
            </ul>
          )}
        </Card>
      </div>
    </Frame>
  );
}

const COUNTS = ["told", "kept", "early", "late", "broken", "condition_failed", "undone", "open"] as const;

function Whole({ rate }: { rate: Rate }) {
  const { t } = useTranslation();
  return (
    <dl className="figures">
      {COUNTS.map((one) => (
        <div key={one} className={rate[`${one}_count`] > 0 && (one === "late" || one === "broken") ? "card bad" : "card"}>
          <dt className="sub">{t(`count_${one}`)}</dt>
          <dd className="k">{rate[`${one}_count`].toLocaleString("en")}</dd>
        </div>
      ))}
    </dl>
  );
}

function Rates({ rates, by }: { rates: Rate[]; by: (typeof GROUPS)[number] }) {
  const { t, i18n } = useTranslation();
  const share = (ratio: number) => percent(ratio, i18n.language);
  const named = (one: Rate): string =>
    by === "week_on" ? t("week_of", { day: day(one.week_on!, i18n.language), year: one.week_on!.slice(0, 4) }) : by === "reason" ? t(`factor_${one.reason}`, { defaultValue: one.reason }) : one.product!;
  const sorted = by === "week_on" ? [...rates].reverse() : rates;
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t("kept_rate")}>
      <table className="rows rates">
        <thead>
          <tr>
            <th scope="col">{t(`by_${by}`)}</th>
            <th scope="col">{t("kept")}</th>
            <th scope="col">{t("interval_head")}</th>
            <th scope="col" className="r">{t("sample")}</th>
            <th scope="col" className="r">{t("count_late")}</th>
            <th scope="col" className="r">{t("count_broken")}</th>
            <th scope="col" className="r">{t("count_condition_failed")}</th>
            <th scope="col" className="r">{t("count_open")}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={named(one)}>
              <th scope="row">{named(one)}</th>
              <td>{one.kept_ratio === null ? <span className="sub">{t("none_due")}</span> : <b>{share(one.kept_ratio)}</b>}</td>
              <td>
                {one.low_ratio !== null && (
                  <span className="ci">
                    <span className="bar" aria-hidden="true">
                      <i style={{ left: `${100 * one.low_ratio}%`, width: `${100 * (one.high_ratio! - one.low_ratio)}%` }} />
                      <b style={{ left: `${100 * one.kept_ratio!}%` }} />
                    </span>
                    {share(one.low_ratio)} – {share(one.high_ratio!)}
                  </span>
                )}
              </td>
              <td className="r">{one.held_count}</td>
              <td className="r">{one.late_count}</td>
              <td className="r">{one.broken_count}</td>
              <td className="r">{one.condition_failed_count}</td>
              <td className="r">{one.open_count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Broken({ one }: { one: FailedPromise }) {
  const { t, i18n } = useTranslation();
  return (
    <li>
      <p className="apart">
        <span>
          <span className="chip r">! {t(`outcome_${one.outcome}`)}</span> <b>{amount(one.amount_minor, one.currency)}</b> {t("told_for", { day: day(one.due_on, i18n.language) })}
        </span>
        <Link className="lnk" to={caseOf(one.borrower, { line: one.line, decision: one.decision })}>
          {t("open_case", { name: one.borrower })}
        </Link>
      </p>
      <p>
        <b>{t("why")}</b> {one.breach_reason ?? t("late_by_us")}
      </p>
      {one.author && <p className="sub">{t("said_by", { author: one.author, approver: one.approver })}</p>}
      <p className="say">{one.end_words[i18n.language]}</p>
    </li>
  );
}

// What a decision was made from: every value that was read, what it pulled, and the facts behind it.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Examination, useFactsBehind } from "../asked";
import { amount, moment, short, signed, valued } from "../figures";
import { Link } from "../router";
import { Card } from "./Card";
import { Failed, Waiting } from "./states";

type ValuesProps = { found: Examination; open: string | null; href: (changes: Record<string, string | null>) => string };

export function Values({ found, open, href }: ValuesProps) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const { supposed, currency } = found;
  const shown = found.values.filter((one) => isWhole || one.is_read);
  const most = Math.max(1, ...found.values.map((one) => Math.abs(Math.min(one.pull_points ?? 0, one.supposed_pull_points ?? 0))));
  return (
    <Card
      title={t("decided_on")}
      aside={
        <button type="button" className="bare lnk" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>
          {t(isWhole ? "only_read" : "all_values", { count: found.values.length })}
        </button>
      }
    >
      <div className="scroll" tabIndex={0} role="group" aria-label={t("decided_on")}>
        <table className="ft">
          <thead>
            <tr>
              <th scope="col">{t("feature")}</th>
              <th scope="col">{t("then")}</th>
              {supposed && <th scope="col">{t("what_if")}</th>}
              <th scope="col">{t("pull")}</th>
              <th scope="col">{t("source")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const isMoved = supposed !== null && one.then !== one.supposed;
              const pull = supposed ? one.supposed_pull_points : one.pull_points;
              const then = valued(one.name, one.then, currency, t("not_known"));
              return (
                <tr key={one.name} className={isMoved ? "df" : undefined}>
                  <th scope="row" className="m" title={one.why}>
                    {one.name}
                  </th>
                  <td>{isMoved ? <s>{then}</s> : then}</td>
                  {supposed && <td>{isMoved ? <b>{valued(one.name, one.supposed, currency, t("not_known"))}</b> : then}</td>}
                  <td>
                    {pull === null ? (
                      <span className="sub">{t(one.is_read ? "by_rule" : "unread")}</span>
                    ) : (
                      <span className="pull">
                        <span className="wf" aria-hidden="true">
                          <i style={{ width: `${(100 * Math.max(0, -pull)) / most}%` }} />
                        </span>
                        {signed(pull)}
                      </span>
                    )}
                  </td>
                  <td>
                    {one.facts_count !== null ? (
                      <Link className="lnk" to={href({ rows: open === one.name ? null : one.name })} isSame aria-expanded={open === one.name}>
                        {t("facts", { source: t(`source_${one.source}`), count: one.facts_count })}
                      </Link>
                    ) : (
                      <span className="sub">{one.source && t(`source_${one.source}`)}</span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="sub">{t(found.card === null ? "pull_none" : "pull_say", { card: t(`card_${found.card}`) })}</p>
      {open !== null && <Rows decision={found.then.decision.id} feature={open} currency={currency} close={href({ rows: null })} leave={(id) => href({ without: id })} />}
    </Card>
  );
}

function Rows({ decision, feature, currency, close, leave }: { decision: string; feature: string; currency: string; close: string; leave: (id: string) => string }) {
  const { t, i18n } = useTranslation();
  const facts = useFactsBehind(decision, feature);
  return (
    <div className="behind" data-testid="behind">
      <h3>
        {t("rows_behind", { name: feature })}
        <Link className="lnk" to={close} isSame>
          {t("close")}
        </Link>
      </h3>
      {facts.isPending ? (
        <Waiting rows={3} />
      ) : !facts.data ? (
        <Failed trouble={facts.error} again={() => void facts.refetch()} />
      ) : facts.data.length === 0 ? (
        <p className="empty">{t("rows_none")}</p>
      ) : (
        <ul>
          {facts.data.map((one) => (
            <li key={one.id}>
              <time dateTime={one.happened_at}>{moment(one.happened_at, i18n.language)}</time>
              <span>{t(`event_${one.type.replace(".", "_")}`, { defaultValue: one.type })}</span>
              <span className="num">{one.amount_minor !== null ? amount(one.amount_minor, one.currency ?? currency) : ""}</span>
              <span className="sub m">{short(one.id)}</span>
              <Link className="lnk" to={leave(one.id)} isSame>
                {t("leave_out_short")}
                <span className="vh"> {short(one.id)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

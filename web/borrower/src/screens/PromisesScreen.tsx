import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type Me, usePromises } from "../asked";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { day, money } from "../figures";

export function PromisesScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t, i18n } = useTranslation();
  const asked = usePromises(line.line);
  return (
    <Frame title={t("promises")}>
      {asked.isPending ? (
        <Waiting />
      ) : asked.data ? (
        <Card sub={asked.data.length ? t("promises_sub") : t("promises_none")}>
          <ul className="promises">
            {asked.data.map((one) => (
              <li key={one.promise}>
                <div className="why-top">
                  <span>
                    {day(one.due_on, i18n.language, me.today)} · {money(one.amount_minor, line)}
                  </span>
                  <span className={`pill ${one.outcome ?? "open"}`}>{t(`outcome_${one.outcome ?? "open"}`)}</span>
                </div>
                <p>{one.says}</p>
                {one.end_says && <p className="ended">{one.end_says}</p>}
                <p className="sub">
                  {t(`firm_${one.kind}`)} · {t("told_on", { day: day(one.told_on, i18n.language, me.today) })}
                </p>
              </li>
            ))}
          </ul>
        </Card>
      ) : (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      )}
      <Stale asked={asked} />
    </Frame>
  );
}

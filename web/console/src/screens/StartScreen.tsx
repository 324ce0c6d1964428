// Where an officer begins: what waits, whether our word was kept, and the way to any case.

import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useNoticeCounts, useQueue, useRates } from "../asked";
import { percent } from "../figures";
import { Card } from "../parts/Card";
import { Due } from "../parts/Due";
import { Frame } from "../parts/Frame";
import { Failed, Waiting } from "../parts/states";
import { caseOf, Link } from "../router";

const FIRST = 5;

type Asked<T> = { data: T | undefined; isPending: boolean; error: unknown; refetch: () => unknown };

function Answer<T>({ asked, children }: { asked: Asked<T>; children: (data: T) => ReactNode }) {
  if (asked.data !== undefined) return children(asked.data);
  return asked.isPending ? <Waiting rows={3} /> : <Failed trouble={asked.error} again={() => void asked.refetch()} />;
}

export function StartScreen() {
  const { t, i18n } = useTranslation();
  const queue = useQueue();
  const rates = useRates([]);
  const notices = useNoticeCounts();
  const share = (ratio: number) => percent(ratio, i18n.language);
  return (
    <Frame title={t("start")}>
      <div className="tiles">
        <Card title={t("queue")} className="wide" aside={<Link className="lnk" to="queue">{t("all_of_them")}</Link>}>
          <Answer asked={queue}>
            {(data) =>
              data.length === 0 ? (
                <p className="empty">{t("queue_empty")}</p>
              ) : (
                <ul className="first">
                  {data.slice(0, FIRST).map((one) => (
                    <li key={one.review}>
                      <Due review={one} />
                      <Link className="lnk" to={caseOf(one.borrower, { review: one.review })}>
                        {one.borrower}
                      </Link>
                      <span className="sub">{t(`trigger_${one.trigger}`)}</span>
                    </li>
                  ))}
                </ul>
              )
            }
          </Answer>
        </Card>
        <Card title={t("promises")} aside={<Link className="lnk" to="promises">{t("more")}</Link>}>
          <Answer asked={rates}>
            {([all]) =>
              all?.kept_ratio == null ? (
                <p className="empty">{t("promises_none_due")}</p>
              ) : (
                <>
                  <p className="k">{share(all.kept_ratio)}</p>
                  <p className="sub">
                    {t("kept_of", { kept: all.kept_count + all.early_count, held: all.held_count })} · {t("interval", { low: share(all.low_ratio!), high: share(all.high_ratio!) })}
                  </p>
                </>
              )
            }
          </Answer>
        </Card>
        <Card title={t("notices")}>
          <Answer asked={notices}>
            {(data) => {
              const count = data.reduce((sum, one) => sum + one.overdue_count, 0);
              const waiting = data.reduce((sum, one) => sum + one.waiting_count, 0);
              return (
                <>
                  <p className={count ? "k bad" : "k"}>{count}</p>
                  <p className="sub">{t("notices_say", { waiting })}</p>
                </>
              );
            }}
          </Answer>
        </Card>
      </div>
    </Frame>
  );
}

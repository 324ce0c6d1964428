// Why not all of it is back: each reason with the own value and the threshold it was held against.

import { useTranslation } from "react-i18next";

import type { Home } from "../asked";
import { day, money } from "../figures";

type Held = Home["held"][number];
type Reason = Held["why"][number];
type Told = { first: Reason | null; rest: Reason[]; minor: number; decidedOn: string };

/** Put together what is held for the same leading reason; the newest decision's figures are told. */
export function byReason(held: Held[]): Told[] {
  const found = new Map<string, Told>();
  for (const part of [...held].sort((a, b) => b.decided_on.localeCompare(a.decided_on))) {
    const [first = null, ...rest] = part.why;
    const key = first?.code ?? "";
    const before = found.get(key);
    if (before) before.minor += part.amount_minor;
    else found.set(key, { first, rest, minor: part.amount_minor, decidedOn: part.decided_on });
  }
  return [...found.values()].sort((a, b) => b.minor - a.minor);
}

export function Why({ home }: { home: Home }) {
  const { t, i18n } = useTranslation();
  const reasons = byReason(home.held);
  return (
    <>
      <ol className="why">
        {reasons.map(({ first, rest, minor, decidedOn }, place) => (
          <li key={first?.code ?? "none"}>
            <div className="why-top">
              <span>
                {reasons.length > 1 ? `${place + 1}. ` : ""}
                {first ? first.says : t("no_cause")}
              </span>
              <span className="held">{t("on_hold", { amount: money(minor, home.line) })}</span>
            </div>
            {first && <Compared reason={first} />}
            {rest.length > 0 && (
              <div className="also">
                <p className="sub">{t("and_also")}</p>
                <ul>
                  {rest.map((one) => (
                    <li key={one.code}>
                      <span>{one.says}</span>
                      <Compared reason={one} />
                    </li>
                  ))}
                </ul>
              </div>
            )}
            <p className="sub">{t("decided", { day: day(decidedOn, i18n.language, home.today) })}</p>
          </li>
        ))}
      </ol>
      {home.not_because.length > 0 && (
        <p className="not">
          <b>{t("not_because")}</b> {home.not_because.join(i18n.language === "zh" ? "；" : "; ")}
          {i18n.language === "zh" ? "。" : "."}
        </p>
      )}
    </>
  );
}

function Compared({ reason }: { reason: Reason }) {
  const { t } = useTranslation();
  if (reason.value_says === null || reason.value === null || reason.threshold === null) return null;
  const most = Math.max(Math.abs(reason.value), Math.abs(reason.threshold), 1e-9) * 1.12;
  const share = (value: number) => `${Math.max(3, (100 * Math.abs(value)) / most)}%`;
  return (
    <>
      <p className="sub">{reason.factor}</p>
      <div className="compared">
        <span>{t("you")}</span>
        <span className="bar" aria-hidden="true">
          <i style={{ width: share(reason.value) }} />
        </span>
        <span>{reason.value_says}</span>
        <span>{t(`needed_${reason.needs}`)}</span>
        <span className="bar other" aria-hidden="true">
          <i style={{ width: share(reason.threshold) }} />
        </span>
        <span>{reason.threshold_says}</span>
      </div>
    </>
  );
}

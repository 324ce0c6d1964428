// What a page shows instead of its content: its own shape while it loads, and what is still true when it failed.

import { useTranslation } from "react-i18next";

import { Trouble } from "../client";
import { clock } from "../figures";
import { Card } from "./Card";

export function Waiting() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} aria-busy="true">
      <div className="card bones" aria-hidden="true">
        <div className="bone ring-bone" />
        <div className="bones-row">
          <span className="bone" />
          <span className="bone" />
          <span className="bone" />
        </div>
      </div>
      <div className="card bones" aria-hidden="true">
        <span className="bone wide" />
        <span className="bone" />
      </div>
      <div className="card bones" aria-hidden="true">
        <span className="bone wide" />
        <span className="bone wide" />
        <span className="bone" />
      </div>
    </div>
  );
}

type FailedProps = { trouble: unknown; again?: () => void };

export function Failed({ trouble, again }: FailedProps) {
  const { t, i18n } = useTranslation();
  const known = trouble instanceof Trouble ? trouble : new Trouble("fault", String(trouble), null, null);
  const isOurs = known.code !== null && i18n.exists(`why_${known.code}`);
  const isSaid = known.kind === "refused" && known.detail;
  return (
    <div role="alert">
      <Card title={t(`${known.kind}_title`)} tone={known.kind === "signed_out" ? "plain" : "warn"}>
        <p>{isOurs ? t(`why_${known.code}`) : isSaid ? known.detail : t(known.kind)}</p>
        {known.requestId && known.kind === "fault" && <p className="sub">{t("case", { id: known.requestId })}</p>}
        {again && known.kind !== "signed_out" && (
          <button type="button" className="btn small" onClick={again}>
            {t("again")}
          </button>
        )}
      </Card>
    </div>
  );
}

type StaleProps = { asked: { data: unknown; isError: boolean; dataUpdatedAt: number } };

/** Say that what is shown could not be renewed. */
export function Stale({ asked }: StaleProps) {
  const { t, i18n } = useTranslation();
  const isStale = asked.isError && asked.data !== undefined;
  return (
    <p className={isStale ? "stale" : "vh"} role="status">
      {isStale ? t("stale", { time: clock(new Date(asked.dataUpdatedAt), i18n.language) }) : ""}
    </p>
  );
}

// What a part shows instead of its content: its own shape while it loads, and what is still true when it failed.

import { useTranslation } from "react-i18next";

import { clock } from "../../../shared/figures";
import { Trouble } from "../client";

/** Rows in the shape of what comes. */
export function Waiting({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} aria-busy="true" className="bones">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

export function Failed({ trouble, again }: { trouble: unknown; again?: () => void }) {
  const { t } = useTranslation();
  const known = trouble instanceof Trouble ? trouble : new Trouble("fault", String(trouble), null, null);
  const isSaid = known.kind === "refused" && known.detail;
  return (
    <div role="alert" className="failed">
      <p>
        <b>{t(`${known.kind}_title`)}</b>
      </p>
      <p>{isSaid ? known.detail : t(known.kind)}</p>
      {known.requestId && <p className="sub">{t("log_id", { id: known.requestId })}</p>}
      {again && (
        <button type="button" className="btn" onClick={again}>
          {t("again")}
        </button>
      )}
    </div>
  );
}

/** Say that what is shown could not be renewed. */
export function Stale({ asked }: { asked: { data: unknown; isError: boolean; dataUpdatedAt: number } }) {
  const { t, i18n } = useTranslation();
  const isStale = asked.isError && asked.data !== undefined;
  return (
    <p className={isStale ? "stale" : "vh"} role="status">
      {isStale ? t("stale", { time: clock(new Date(asked.dataUpdatedAt), i18n.language) }) : ""}
    </p>
  );
}

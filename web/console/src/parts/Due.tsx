import { useTranslation } from "react-i18next";

import type { Review } from "../asked";

const SOON_DAYS = 3;

/** Say by when a review is to be answered, in words as well as by colour. */
export function Due({ review }: { review: Review }) {
  const { t } = useTranslation();
  if (review.ended_at !== null) return <span className="chip g">{t(`state_${review.state}`)}</span>;
  const count = review.working_days_left_count;
  if (review.is_overdue) return <span className="chip r">! {t("overdue_by", { count: -count })}</span>;
  if (count === 0) return <span className="chip r">! {t("due_today")}</span>;
  return <span className={count <= SOON_DAYS ? "chip w" : "chip"}>{t("due_in", { count })}</span>;
}

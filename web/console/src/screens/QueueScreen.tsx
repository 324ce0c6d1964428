// What waits for a person, in the order in which it is to be looked at.

import { useTranslation } from "react-i18next";

import { type Review, useQueue } from "../asked";
import { day } from "../figures";
import { Due } from "../parts/Due";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { caseOf, Link } from "../router";

export function QueueScreen() {
  const { t } = useTranslation();
  const queue = useQueue();
  const overdueCount = queue.data?.filter((one) => one.is_overdue).length ?? 0;
  return (
    <Frame title={t("queue")} chip={overdueCount > 0 && <span className="chip r">! {t("overdue", { count: overdueCount })}</span>}>
      <section className="card" aria-label={t("queue")}>
        <p className="sub">{t("queue_say")}</p>
        {queue.isPending ? (
          <Waiting rows={6} />
        ) : !queue.data ? (
          <Failed trouble={queue.error} again={() => void queue.refetch()} />
        ) : queue.data.length === 0 ? (
          <p className="empty">{t("queue_empty")}</p>
        ) : (
          <div className="scroll" tabIndex={0} role="group" aria-label={t("queue")}>
            <table className="rows">
              <thead>
                <tr>
                  <th scope="col">{t("due")}</th>
                  <th scope="col">{t("priority")}</th>
                  <th scope="col">{t("customer")}</th>
                  <th scope="col">{t("about")}</th>
                  <th scope="col">{t("says")}</th>
                  <th scope="col">{t("asked_on")}</th>
                  <th scope="col">{t("stands")}</th>
                </tr>
              </thead>
              <tbody>
                {queue.data.map((one) => (
                  <Row key={one.review} review={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Stale asked={queue} />
      </section>
    </Frame>
  );
}

function Row({ review }: { review: Review }) {
  const { t, i18n } = useTranslation();
  return (
    <tr>
      <td>
        <Due review={review} />
      </td>
      <td>
        <span className={`priority p${review.priority}`}>
          <i aria-hidden="true" />
          {t(`priority_${review.priority}`)}
        </span>
      </td>
      <td>
        <Link className="lnk" to={caseOf(review.borrower, { review: review.review })}>
          {review.borrower}
        </Link>
      </td>
      <td>
        {t(`trigger_${review.trigger}`)}
        <small>{t(`reason_${review.reason}`)}</small>
      </td>
      <td className="words">{review.words}</td>
      <td className="day">{day(review.asked_at, i18n.language)}</td>
      <td>
        {review.state === "proposed" ? (
          <span className="chip v">{t("needs_second", { name: review.officer })}</span>
        ) : (
          <span className="sub day">{t(`state_${review.state}`)}</span>
        )}
      </td>
    </tr>
  );
}

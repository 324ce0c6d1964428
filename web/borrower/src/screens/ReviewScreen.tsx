// Ask for a person to look again, and see how that stands.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Me, type Notice, type Review, useNotices, useReviews } from "../asked";
import { api, newId, told } from "../client";
import { day } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { Link } from "../router";

const REASONS = ["facts_wrong", "circumstances", "not_understood", "other"] as const;
const MOST_LETTERS = 1000;

export function ReviewScreen({ me }: { me: Me }) {
  const { t } = useTranslation();
  const notices = useNotices();
  const reviews = useReviews();
  const failed = !notices.data ? notices : !reviews.data ? reviews : null;
  if (failed) {
    return <Frame title={t("review")}>{failed.isError ? <Failed trouble={failed.error} again={() => void failed.refetch()} /> : <Waiting />}</Frame>;
  }
  const waiting = new Set(reviews.data!.filter((one) => one.ended_at === null).map((one) => one.act));
  const open = notices.data!.filter((one) => !one.trigger.startsWith("review_") && !waiting.has(one.notice));
  return (
    <Frame title={t("review")}>
      {reviews.data!.map((one) => (
        <Asked key={one.review} review={one} me={me} />
      ))}
      {open.length > 0 ? <Ask notices={open} me={me} /> : <Card><p className="sub">{t("review_nothing")}</p></Card>}
      <Card title={t("rights")}>
        <p className="sub">{t("rights_say")}</p>
      </Card>
      <Stale asked={reviews} />
    </Frame>
  );
}

function Asked({ review, me }: { review: Review; me: Me }) {
  const { t, i18n } = useTranslation();
  const isOver = review.ended_at !== null;
  const on = (iso: string) => day(iso, i18n.language, me.today);
  const steps = [
    { name: t("step_asked"), when: on(review.asked_at), is: "done" },
    { name: t("step_person"), when: isOver ? "" : t("step_by", { day: on(review.due_at) }), is: isOver ? "done" : "current" },
    { name: isOver ? t(`review_${review.state}`) : t("step_outcome"), when: review.ended_at ? on(review.ended_at) : "", is: isOver ? "done" : "ahead" },
  ];
  return (
    <Card title={t(`trigger_${review.trigger}`)} sub={t(`reason_${review.reason}`)}>
      <ol className="steps">
        {steps.map((step, place) => (
          <li key={step.name} className={step.is} aria-current={step.is === "current" ? "step" : undefined}>
            <span className="step-number" aria-hidden="true">
              {step.is === "done" ? "✓" : place + 1}
            </span>
            <span>
              {step.name}
              {place === 0 && <small>{review.words}</small>}
              {place === 2 && review.outcome_reason && <small>{review.outcome_reason}</small>}
            </span>
            <span className="sub">{step.when}</span>
          </li>
        ))}
      </ol>
      {review.is_overdue && !isOver && <p className="failing">{t("review_late")}</p>}
      {review.letter_notice && (
        <Link className="lnk" to={`letters/${review.letter_notice}`}>
          {t("read_letter")}
        </Link>
      )}
    </Card>
  );
}

function Ask({ notices, me }: { notices: Notice[]; me: Me }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [act, setAct] = useState(notices[0]!.notice);
  const [reason, setReason] = useState<(typeof REASONS)[number]>("facts_wrong");
  const [words, setWords] = useState("");
  const id = useRef(newId());
  const ask = useMutation({
    mutationFn: () => told(api.POST("/v1/me/reviews", { body: { id: id.current, act, reason, words, language: i18n.language } })),
    onSuccess: async () => {
      id.current = newId();
      setWords("");
      await queries.invalidateQueries();
    },
  });
  function send(event: FormEvent): void {
    event.preventDefault();
    ask.mutate();
  }
  return (
    <Card title={t("ask_person")} sub={t("ask_person_sub")}>
      <form onSubmit={send}>
        <label className="field">
          <span className="sub">{t("about")}</span>
          <select value={act} onChange={(event) => setAct(event.target.value)}>
            {notices.map((one) => (
              <option key={one.notice} value={one.notice}>
                {t(`trigger_${one.trigger}`)}, {day(one.acted_at, i18n.language, me.today)}
              </option>
            ))}
          </select>
        </label>
        <fieldset>
          <legend className="sub">{t("why_again")}</legend>
          {REASONS.map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} />
              <span>{t(`reason_${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span className="sub">{t("own_words")}</span>
          <textarea value={words} required maxLength={MOST_LETTERS} rows={4} onChange={(event) => setWords(event.target.value)} />
        </label>
        {ask.isError && <Failed trouble={ask.error} />}
        <button type="submit" className="btn primary" disabled={ask.isPending || words.trim() === ""}>
          {t("send_request")}
        </button>
      </form>
    </Card>
  );
}

// What the borrower asked a person for, in their own words, what officers found, and how it was told.

import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import type { CaseFile } from "../asked";
import { api, told } from "../client";
import { amount, day, moment } from "../figures";
import { Card } from "./Card";
import { Failed, Waiting } from "./states";

export function Request({ file }: { file: CaseFile }) {
  const { t, i18n } = useTranslation();
  const { review } = file;
  return (
    <Card title={t("asked_person")}>
      <blockquote>{review.words}</blockquote>
      <p className="sub">
        {t(`reason_${review.reason}`)} · {t("asked_at", { day: day(review.asked_at, i18n.language) })} · {t("answer_by", { day: day(review.due_at, i18n.language) })}
      </p>
      {file.findings.length > 0 && (
        <ol className="findings">
          {file.findings.map((one) => (
            <li key={one.finding}>
              <b>
                {t(`found_${one.answer}`, { name: one.officer })}
                {one.effect && file.line && ` · ${t(`effect_${one.effect}`, { amount: amount(one.amount_minor, file.line.currency) })}`}
              </b>
              <small>
                {moment(one.found_at, i18n.language)} · {one.reason}
              </small>
              {one.second_answer && (
                <>
                  <b>{t(`second_${one.second_answer}`, { name: one.second_officer })}</b>
                  <small>{one.second_reason}</small>
                </>
              )}
              {one.needs_second && !one.second_answer && <span className="chip v">{t("needs_second", { name: one.officer })}</span>}
            </li>
          ))}
        </ol>
      )}
      {file.notes.length > 0 && (
        <ul className="findings" aria-label={t("notes")}>
          {file.notes.map((one) => (
            <li key={one.note}>
              <small>
                {t("noted", { name: one.officer, at: moment(one.noted_at, i18n.language) })}
              </small>
              {one.words}
            </li>
          ))}
        </ul>
      )}
      {review.letter_notice && <Outcome notice={review.letter_notice} language={review.language} />}
    </Card>
  );
}

function Outcome({ notice, language }: { notice: string; language: string }) {
  const { t } = useTranslation();
  const letter = useQuery({
    queryKey: ["letter", notice, language],
    queryFn: () => told(api.GET("/v1/decisions/{decision}/letter", { params: { path: { decision: notice }, query: { language } } })),
  });
  if (letter.isPending) return <Waiting rows={2} />;
  if (!letter.data) return <Failed trouble={letter.error} again={() => void letter.refetch()} />;
  return (
    <div className="say" lang={language} data-testid="outcome">
      <p className="sub">{t("outcome_told")}</p>
      <p>
        <b>{letter.data.title}</b>
      </p>
      {[...letter.data.what, ...letter.data.why].map((one) => (
        <p key={one}>{one}</p>
      ))}
    </div>
  );
}

// What an officer may do about a review: let it stand, change it within the mandate, or be the second person.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { CaseFile, Review } from "../asked";
import { api, newId, told } from "../client";
import { amount, day, moneyOf } from "../figures";
import { signAs } from "../officer";
import { parsed } from "../../../shared/figures";
import { Dialog } from "./Dialog";

const CHANGEABLE = ["withheld", "observation_extended", "promise_broken", "blocked", "decreased", "reduced"];

type Act = "note" | "uphold" | "change" | "approve" | "refuse";

export function Acts({ file }: { file: CaseFile }) {
  const { t } = useTranslation();
  const [act, setAct] = useState<Act | null>(null);
  const [said, setSaid] = useState("");
  const { review } = file;
  const isOpen = review.ended_at === null;
  const isProposed = review.state === "proposed";
  const isFixed = !CHANGEABLE.includes(review.trigger);
  const done = (after: Review) => {
    setAct(null);
    setSaid(t(`done_${after.state}`));
  };
  return (
    <>
      <div className="acts">
        <button type="button" className="btn" onClick={() => setAct("note")}>
          {t("note")}
        </button>
        {isOpen && isProposed && (
          <button type="button" className="btn" onClick={() => setAct("refuse")}>
            {t("refuse")}
          </button>
        )}
        {isOpen && (
          <button type="button" className="btn" onClick={() => setAct("uphold")}>
            {t("uphold")}
          </button>
        )}
        {isOpen && isProposed && (
          <button type="button" className="btn p" onClick={() => setAct("approve")}>
            {t("approve")}
          </button>
        )}
        {isOpen && !isProposed && (
          <button type="button" className="btn p" disabled={isFixed} title={isFixed ? t("fixed") : undefined} onClick={() => setAct("change")}>
            {t("change")}
          </button>
        )}
      </div>
      <span className="vh" role="status">
        {said}
      </span>
      {act === "change" && <Change file={file} close={() => setAct(null)} done={done} />}
      {act === "note" && <Note review={review.review} close={() => setAct(null)} done={() => { setAct(null); setSaid(t("done_note")); }} />}
      {act !== null && act !== "change" && act !== "note" && <Answer act={act} file={file} close={() => setAct(null)} done={done} />}
    </>
  );
}

function Note({ review, close, done }: { review: string; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const id = useRef(newId());
  const send = useMutation({
    mutationFn: ({ officer, words }: { officer: string; words: string }) =>
      told(api.POST("/v1/human-reviews/{review}/notes", { params: { path: { review } }, body: { id: id.current, officer, words } })),
    onSuccess: async (made) => {
      signAs(made.officer);
      done();
      await queries.invalidateQueries({ queryKey: ["case"] });
    },
  });
  return (
    <Dialog
      title={t("note_title")}
      confirm={t("note_confirm")}
      wordsLabel={t("note_words")}
      mostLetters={2000}
      isBusy={send.isPending}
      trouble={send.error}
      close={close}
      send={(officer, words) => send.mutate({ officer, words })}
    />
  );
}

type AnswerProps = { file: CaseFile; close: () => void; done: (after: Review) => void };

function Answer({ act, file, close, done }: AnswerProps & { act: Exclude<Act, "change" | "note"> }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const id = useRef(newId());
  const { review } = file;
  const send = useMutation({
    mutationFn: ({ officer, reason }: { officer: string; reason: string }) =>
      told(api.POST(`/v1/human-reviews/{review}/${act}`, { params: { path: { review: review.review } }, body: { id: id.current, officer, reason } })),
    onSuccess: async (after, { officer }) => {
      signAs(officer);
      done(after);
      await queries.invalidateQueries();
    },
  });
  return (
    <Dialog
      title={t(`${act}_title`)}
      confirm={t(`${act}_confirm`)}
      wordsLabel={t(act === "uphold" ? "reason_told" : "reason_kept")}
      isBusy={send.isPending}
      trouble={send.error}
      close={close}
      send={(officer, reason) => send.mutate({ officer, reason })}
    >
      <p>{t(`${act}_say`, { name: review.officer, amount: review.amount_minor === null || !file.line ? "" : amount(review.amount_minor, file.line.currency) })}</p>
      {review.state === "proposed" && <blockquote>{review.outcome_reason}</blockquote>}
    </Dialog>
  );
}

function Change({ file, close, done }: AnswerProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const id = useRef(newId());
  const { review, withheld } = file;
  const currency = file.line!.currency;
  const isLimit = review.trigger === "decreased" || (review.trigger === "reduced" && withheld.length === 0);
  const isRelease = review.trigger !== "blocked" && !isLimit;
  const [picked, setPicked] = useState(() => new Set(withheld.map((one) => one.promise)));
  const [limit, setLimit] = useState("");
  const granted_minor = isLimit ? parsed(limit, moneyOf(currency)) : null;
  const effect_minor = isRelease
    ? withheld.filter((one) => picked.has(one.promise)).reduce((sum, one) => sum + one.amount_minor, 0)
    : isLimit
      ? (granted_minor ?? 0) - file.line!.granted_minor
      : Math.max(0, file.line!.headroom_minor);
  const send = useMutation({
    mutationFn: ({ officer, reason }: { officer: string; reason: string }) =>
      told(
        api.POST("/v1/human-reviews/{review}/change", {
          params: { path: { review: review.review } },
          body: { id: id.current, officer, reason, promises: isRelease ? [...picked] : [], granted_minor },
        }),
      ),
    onSuccess: async (after, { officer }) => {
      signAs(officer);
      done(after);
      await queries.invalidateQueries();
    },
  });
  const mandate = effect_minor > file.most_minor ? "beyond" : effect_minor > file.alone_minor ? "two" : "alone";
  return (
    <Dialog
      title={t("change_title")}
      confirm={t(mandate === "two" ? "change_propose" : "change_confirm")}
      wordsLabel={t("reason_told")}
      isBusy={send.isPending}
      trouble={send.error}
      close={close}
      send={(officer, reason) => send.mutate({ officer, reason })}
    >
      {isRelease && withheld.length === 0 && <p>{t("change_nothing")}</p>}
      {isRelease && withheld.length > 0 && (
        <fieldset>
          <legend>{t("change_release")}</legend>
          {withheld.map((one) => (
            <label key={one.promise} className="choice">
              <input
                type="checkbox"
                checked={picked.has(one.promise)}
                onChange={() => {
                  const next = new Set(picked);
                  if (!next.delete(one.promise)) next.add(one.promise);
                  setPicked(next);
                }}
              />
              <span>{t("part_due", { amount: amount(one.amount_minor, currency), day: day(one.due_on, i18n.language) })}</span>
            </label>
          ))}
        </fieldset>
      )}
      {review.trigger === "blocked" && <p>{t("change_unblock")}</p>}
      {isLimit && (
        <label className="field">
          <span>{t("change_limit", { now: amount(file.line!.granted_minor, currency) })}</span>
          <input value={limit} inputMode="decimal" required onChange={(event) => setLimit(event.target.value)} />
        </label>
      )}
      <p className={`mandate ${mandate}`}>
        {t(`mandate_${mandate}`, { amount: amount(Math.max(0, effect_minor), currency), alone: amount(file.alone_minor, currency), most: amount(file.most_minor, currency) })}
      </p>
    </Dialog>
  );
}

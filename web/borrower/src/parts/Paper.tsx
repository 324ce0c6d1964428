// A document that was handed in: how it stands step by step, what it says, and what it brought back.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import type { Me, Paper } from "../asked";
import { api, newId, told } from "../client";
import { day, money, parsed } from "../figures";
import { Card } from "./Card";
import { Failed } from "./states";

export const MOST_BYTES = 5 * 1024 * 1024;

const BEGINS: readonly (readonly [string, readonly number[]])[] = [
  ["application/pdf", [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
];

/** Return what a file is by its first bytes, whatever it is called; null for what is not taken. */
export async function mediaOf(file: File): Promise<string | null> {
  const first = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  return BEGINS.find(([, bytes]) => bytes.every((byte, place) => first[place] === byte))?.[0] ?? null;
}

const NAMES: Record<string, string> = { "application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG" };

type PaperProps = { paper: Paper; me: Me; line: OwnLine; amount: string };

export function Paperwork({ paper, number, me, line, amount }: PaperProps & { number: number | null }) {
  const { t, i18n } = useTranslation();
  const [isCorrecting, setCorrecting] = useState(false);
  const on = (iso: string) => day(iso, i18n.language, me.today);
  const says = paper.words;
  const back = paper.brought_back.find((one) => one.line === line.line);
  return (
    <Card title={number === null ? t(`kind_${paper.kind}`) : t("numbered", { name: t(`kind_${paper.kind}`), number })} sub={t("handed_in_on", { day: on(paper.handed_in_at) })}>
      <div className="paper" data-testid="paper">
        <span className="paper-media" aria-hidden="true">
          {NAMES[paper.media]}
        </span>
        <div>
          {says ? (
            <>
              <b>{t("a_month", { amount: money(says.amount_minor, line) })}</b>
              <span className="sub">{t("issued", { issuer: says.issuer, day: day(says.issued_on, i18n.language, me.today) })}</span>
            </>
          ) : (
            <span className="sub">{t("says_nothing_yet")}</span>
          )}
        </div>
        <span className={`pill paper-${paper.state}`}>{t(`paper_${paper.state}`)}</span>
      </div>
      <Steps paper={paper} on={on} />
      {back && (
        <p className="came-back" data-testid="brought-back">
          {t("brought_back", { amount: money(back.amount_minor, line) })}
        </p>
      )}
      {paper.state === "verified" && (
        <dl className="rows plain">
          <div>
            <dt>{t("found_in_it")}</dt>
            <dd>{t("a_month", { amount: money(paper.amount_minor ?? 0, line) })}</dd>
          </div>
          <div>
            <dt>{t("counts_until")}</dt>
            <dd>{day(paper.expires_on!, i18n.language, me.today)}</dd>
          </div>
        </dl>
      )}
      {paper.because && <p className="failing">{t("refused_because", { reason: paper.because })}</p>}
      {paper.may_change && (paper.state === "received" || isCorrecting) && (
        <Says paper={paper} line={line} me={me} amount={amount} done={() => setCorrecting(false)} />
      )}
      {paper.may_change && (
        <div className="paper-acts">
          {paper.state === "read_back" && !isCorrecting && (
            <button type="button" className="lnk" onClick={() => setCorrecting(true)}>
              {t("correct_it")}
            </button>
          )}
          <Withdraw paper={paper} />
        </div>
      )}
    </Card>
  );
}

function Steps({ paper, on }: { paper: Paper; on: (iso: string) => string }) {
  const { t } = useTranslation();
  if (paper.state === "withdrawn") return null;
  const isJudged = paper.state === "verified" || paper.state === "refused" || paper.state === "expired";
  const isSaid = isJudged || paper.state === "read_back";
  const steps = [
    { name: t("paper_step_in"), when: on(paper.handed_in_at), is: "done" },
    { name: t("paper_step_said"), when: "", is: isSaid ? "done" : "current" },
    { name: t("paper_step_person"), when: "", is: isJudged ? "done" : isSaid ? "current" : "ahead" },
    { name: isJudged ? t(`paper_${paper.state}`) : t("paper_step_outcome"), when: isJudged ? on(paper.changed_at) : "", is: isJudged ? "done" : "ahead" },
  ];
  return (
    <ol className="steps">
      {steps.map((step, place) => (
        <li key={step.name} className={step.is} aria-current={step.is === "current" ? "step" : undefined}>
          <span className="step-number" aria-hidden="true">
            {step.is === "done" ? "✓" : place + 1}
          </span>
          <span>{step.name}</span>
          <span className="sub">{step.when}</span>
        </li>
      ))}
    </ol>
  );
}

type SaysProps = PaperProps & { done: () => void };

/** What the document says, for its borrower to fill in or to correct. */
function Says({ paper, line, me, amount, done }: SaysProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const unit = 10 ** line.digits;
  const [sum, setSum] = useState(paper.words ? String(paper.words.amount_minor / unit) : amount);
  const [issuer, setIssuer] = useState(paper.words?.issuer ?? "");
  const [issuedOn, setIssuedOn] = useState(paper.words?.issued_on ?? "");
  const id = useRef(newId());
  const minor = parsed(sum, line);
  const isWhole = minor !== null && minor >= 1 && issuer.trim() !== "" && issuedOn !== "";
  const say = useMutation({
    mutationFn: () =>
      told(
        api.POST("/v1/me/documents/{document}/words", {
          params: { path: { document: paper.document } },
          body: { id: id.current, words: { issuer: issuer.trim(), issued_on: issuedOn, amount_minor: minor ?? 0, currency: line.currency } },
        }),
      ),
    onSuccess: async () => {
      id.current = newId();
      await queries.invalidateQueries({ queryKey: ["documents"] });
      done();
    },
  });
  function send(event: FormEvent): void {
    event.preventDefault();
    say.mutate();
  }
  return (
    <form className="says" onSubmit={send}>
      <p className="sub">{t("says_sub")}</p>
      <label className="field">
        <span className="sub">{t("says_amount")}</span>
        <input inputMode="decimal" autoComplete="off" value={sum} onChange={(event) => setSum(event.target.value)} aria-invalid={sum !== "" && minor === null} />
      </label>
      <label className="field">
        <span className="sub">{t("says_issuer")}</span>
        <input value={issuer} maxLength={120} autoComplete="organization" onChange={(event) => setIssuer(event.target.value)} />
      </label>
      <label className="field">
        <span className="sub">{t("says_issued_on")}</span>
        <input type="date" value={issuedOn} max={me.today} onChange={(event) => setIssuedOn(event.target.value)} />
      </label>
      {say.isError && <Failed trouble={say.error} />}
      <button type="submit" className="btn primary" disabled={!isWhole || say.isPending}>
        {t("says_send")}
      </button>
    </form>
  );
}

function Withdraw({ paper }: { paper: Paper }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const id = useRef(newId());
  const withdraw = useMutation({
    mutationFn: () => told(api.POST("/v1/me/documents/{document}/withdraw", { params: { path: { document: paper.document } }, body: { id: id.current } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["documents"] }),
  });
  if (!isAsked) {
    return (
      <button type="button" className="lnk" onClick={() => setAsked(true)}>
        {t("withdraw")}
      </button>
    );
  }
  return (
    <div className="sure">
      <p>{t("withdraw_sure")}</p>
      {withdraw.isError && <Failed trouble={withdraw.error} />}
      <div className="chips">
        <button type="button" disabled={withdraw.isPending} onClick={() => withdraw.mutate()}>
          {t("withdraw_yes")}
        </button>
        <button type="button" onClick={() => setAsked(false)}>
          {t("withdraw_no")}
        </button>
      </div>
    </div>
  );
}

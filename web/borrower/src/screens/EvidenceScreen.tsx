// Proof of income: what it would bring back, shown first; then hand it in, say what it says, and follow it to its effect.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { OwnLine } from "../app";
import { type Me, type Paper, useDocuments, useProofPreview } from "../asked";
import { api, newId, told } from "../client";
import { day, money, parsed } from "../figures";
import { mediaOf, MOST_BYTES, Paperwork } from "../parts/Paper";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";
import { useRested } from "../parts/Sum";

export function EvidenceScreen({ me, line }: { me: Me; line: OwnLine }) {
  const { t } = useTranslation();
  const asked = useDocuments();
  const [amount, setAmount] = useState("");
  const papers = asked.data ?? [];
  // The newest comes first; the number says which it was.
  const show = (one: Paper) => (
    <Paperwork key={one.document} paper={one} number={papers.length > 1 ? papers.length - papers.indexOf(one) : null} me={me} line={line} amount={amount} />
  );
  return (
    <Frame title={t("evidence")}>
      {papers.filter((one) => one.may_change).map(show)}
      <Effect me={me} line={line} amount={amount} setAmount={setAmount} />
      <HandIn />
      {asked.isPending ? (
        <Waiting />
      ) : asked.data ? (
        papers.filter((one) => !one.may_change).map(show)
      ) : (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      )}
      <Card title={t("rights")}>
        <p className="sub">{t("evidence_rights")}</p>
      </Card>
      <Stale asked={asked} />
    </Frame>
  );
}

type EffectProps = { me: Me; line: OwnLine; amount: string; setAmount: (text: string) => void };

/** Say what the proof would do before anything is handed in, by the engine that decides. */
function Effect({ me, line, amount, setAmount }: EffectProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const typed = parsed(amount, line);
  const isWrong = amount.trim() !== "" && (typed === null || typed < 1);
  const rested = useRested(isWrong || !typed ? 1 : typed);
  const preview = useProofPreview(line.line, rested);
  const on = (iso: string | null) => (iso ? day(iso, i18n.language, me.today) : t("not_within_a_year"));
  const moved = preview.data?.parts.filter((one) => one.with_on !== one.without_on) ?? [];
  return (
    <Card title={t("evidence_effect")} sub={t("effect_sub")} tone={moved.length > 0 ? "next" : "plain"}>
      <label className="field" htmlFor={id}>
        <span className="sub">{t("evidence_amount")}</span>
      </label>
      <div className="money-field">
        <span aria-hidden="true">{line.symbol}</span>
        <input id={id} inputMode="decimal" autoComplete="off" value={amount} aria-invalid={isWrong} onChange={(event) => setAmount(event.target.value)} />
      </div>
      {isWrong && <p className="wrong">{t("no_amount")}</p>}
      <div role="status" data-testid="proof-effect">
        {preview.isError ? (
          <Failed trouble={preview.error} again={() => void preview.refetch()} />
        ) : !preview.data ? (
          <div className="bone wide" aria-busy="true" aria-label={t("loading")} />
        ) : moved.length > 0 ? (
          <>
            <p className="lead">
              {t("evidence_sooner", { amount: money(preview.data.earlier_minor, line), day: day(preview.data.verified_on, i18n.language, me.today) })}
            </p>
            <dl className="rows">
              {moved.map((one, place) => (
                <div key={`${one.without_on}${place}`}>
                  <dt>{money(one.amount_minor, line)}</dt>
                  <dd>
                    <s>
                      <span className="vh">{t("instead_of")}</span> {on(one.without_on)}
                    </s>{" "}
                    <b className="back-now">{on(one.with_on)}</b>
                  </dd>
                </div>
              ))}
            </dl>
          </>
        ) : (
          <p>{t(preview.data.parts.length > 0 ? "evidence_nothing" : "evidence_nothing_waits")}</p>
        )}
      </div>
    </Card>
  );
}

function HandIn() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [wrong, setWrong] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const id = useRef(newId());
  const send = useMutation({
    mutationFn: async (given: File) => {
      const media = await mediaOf(given);
      return told(
        api.POST("/v1/me/documents", {
          params: { query: { id: id.current, kind: "income" } },
          headers: { "Content-Type": media ?? "application/octet-stream" },
          body: given as unknown as string,
          bodySerializer: (body) => body as unknown as BodyInit,
        }),
      );
    },
    onSuccess: async () => {
      id.current = newId();
      setFile(null);
      if (input.current) input.current.value = "";
      await queries.invalidateQueries({ queryKey: ["documents"] });
    },
  });

  async function choose(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const given = event.target.files?.[0] ?? null;
    // Another file under an id that was used is another request.
    id.current = newId();
    send.reset();
    setWrong("");
    setFile(null);
    if (!given) return;
    if (given.size === 0) setWrong(t("why_document_empty"));
    else if (given.size > MOST_BYTES) setWrong(t("why_too_large"));
    else if ((await mediaOf(given)) === null) setWrong(t("why_document_unreadable"));
    else setFile(given);
  }

  function hand(event: FormEvent): void {
    event.preventDefault();
    if (file) send.mutate(file);
  }

  return (
    <Card title={t("hand_in")} sub={t("hand_in_sub")}>
      <form onSubmit={hand}>
        <label className={file ? "drop chosen" : "drop"}>
          <b>{file ? file.name : t("choose_file")}</b>
          <span className="sub" id={hint}>
            {file ? t("file_size", { size: Math.max(1, Math.round(file.size / 1024)) }) : t("file_hint")}
          </span>
          <input ref={input} type="file" accept="application/pdf,image/png,image/jpeg" aria-describedby={hint} onChange={(event) => void choose(event)} />
        </label>
        <p className={wrong ? "wrong" : "vh"} role="alert">
          {wrong}
        </p>
        {send.isError && <Failed trouble={send.error} />}
        <button type="submit" className="btn primary" disabled={!file || send.isPending}>
          {t("hand_in")}
        </button>
      </form>
    </Card>
  );
}

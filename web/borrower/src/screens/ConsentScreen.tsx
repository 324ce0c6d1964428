// What is read of a borrower and what for: each source with its state, and the effect of a change before it is made.

import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Me } from "../asked";
import { api, newId, told, type Wire } from "../client";
import { day } from "../figures";
import { Card } from "../parts/Card";
import { Frame } from "../parts/Frame";
import { Failed, Stale, Waiting } from "../parts/states";

type Consents = Wire["OwnConsentsView"];
type Source = Consents["sources"][number];
type Preview = Wire["OwnConsentPreviewView"];
type Choice = Wire["DataSource"];

function useConsents(): UseQueryResult<Consents> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["consents", language],
    queryFn: () => told(api.GET("/v1/me/consents", { params: { query: { language } } })),
  });
}

function useEffectOf(source: Choice, is_given: boolean): UseQueryResult<Preview> {
  const language = useTranslation().i18n.language;
  return useQuery({
    queryKey: ["consents", "preview", source, is_given, language],
    queryFn: () => told(api.GET("/v1/me/consents/preview", { params: { query: { source, is_given, language } } })),
  });
}

export function ConsentScreen({ me }: { me: Me }) {
  const { t } = useTranslation();
  const asked = useConsents();
  const [done, setDone] = useState("");
  return (
    <Frame title={t("consents")}>
      <p className="vh" role="status">
        {done}
      </p>
      {asked.data ? (
        <>
          <Card>
            {asked.data.promise.map((words) => (
              <p key={words} className="sub consent-promise">
                {words}
              </p>
            ))}
          </Card>
          {asked.data.sources.map((one) => (
            <OneSource key={one.source} source={one} text={asked.data.text} me={me} tell={setDone} />
          ))}
        </>
      ) : asked.isError ? (
        <Failed trouble={asked.error} again={() => void asked.refetch()} />
      ) : (
        <Waiting />
      )}
      <Stale asked={asked} />
    </Frame>
  );
}

type OneProps = { source: Source; text: string; me: Me; tell: (words: string) => void };

function OneSource({ source, text, me, tell }: OneProps) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const panel = useId();
  function close(words: string): void {
    setOpen(false);
    tell(words);
    // Whoever cannot see the page stays where they were.
    opener.current?.focus();
  }
  return (
    <Card title={source.name}>
      <p className={source.is_read ? "consent-state read" : "consent-state"} data-testid={`state-${source.source}`}>
        <span aria-hidden="true">{source.is_read ? "●" : "○"}</span> {source.state}
        {source.since && <small>{t("consent_since", { day: day(source.since, i18n.language, me.today) })}</small>}
      </p>
      <p className="sub">{source.what}</p>
      <ul className="told-list">
        {source.used_for.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      {source.may_change && (
        <>
          <button
            ref={opener}
            type="button"
            className="btn small"
            aria-expanded={isOpen}
            aria-controls={isOpen ? panel : undefined}
            aria-label={`${t(source.is_read ? "consent_withdraw" : "consent_give")}: ${source.name}`}
            onClick={() => setOpen(!isOpen)}
          >
            {t(source.is_read ? "consent_withdraw" : "consent_give")}
          </button>
          {isOpen && <Change id={panel} source={source} text={text} close={close} />}
        </>
      )}
    </Card>
  );
}

type ChangeProps = { id: string; source: Source; text: string; close: (words: string) => void };

function Change({ id, source, text, close }: ChangeProps) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const is_given = !source.is_read;
  const choice = source.source as Choice;
  const preview = useEffectOf(choice, is_given);
  const request = useRef(newId());
  const head = useRef<HTMLParagraphElement>(null);
  useEffect(() => head.current?.focus(), [preview.isPending]);
  const change = useMutation({
    mutationFn: () =>
      told(api.POST("/v1/me/consents", { body: { id: request.current, source: choice, is_given, text, language: i18n.language } })),
    onSuccess: async () => {
      await queries.invalidateQueries();
      close(t(is_given ? "consent_given" : "consent_withdrawn", { name: source.name }));
    },
  });
  const lines = preview.data?.lines.filter((one) => one.is_better.length > 0) ?? [];
  return (
    <div id={id} className="consent-change">
      {preview.data ? (
        <>
          <p ref={head} tabIndex={-1} className="consent-head">
            {preview.data.says}
          </p>
          <ul className="told-list" data-testid="consent-effect">
            {preview.data.changes_nothing && <li>{preview.data.nothing_says}</li>}
            {lines.flatMap((line) => line.says.map((words) => <li key={`${line.line}${words}`}>{words}</li>))}
            <li>{preview.data.price_says}</li>
          </ul>
        </>
      ) : preview.isError ? (
        <Failed trouble={preview.error} again={() => void preview.refetch()} />
      ) : (
        <div className="bone wide" role="status" aria-busy="true" aria-label={t("loading")} />
      )}
      {change.isError && <Failed trouble={change.error} again={() => change.mutate()} />}
      <div className="consent-acts">
        <button type="button" className="btn small primary" disabled={!preview.data || change.isPending} onClick={() => change.mutate()}>
          {t(is_given ? "consent_confirm_give" : "consent_confirm_withdraw")}
        </button>
        <button type="button" className="btn small" onClick={() => close("")}>
          {t("consent_keep")}
        </button>
      </div>
    </div>
  );
}

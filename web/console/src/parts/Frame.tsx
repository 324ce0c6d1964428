// Every page: the way to the others, who sits here, the title, and what can be done.

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useQueue } from "../asked";
import { type Language, switchTo } from "../language";
import { signAs, useOfficer } from "../officer";
import { go, Link, movesSoFar, usePlace } from "../router";

let toldMoves = 0;

type FrameProps = { title: string; crumb?: ReactNode; chip?: ReactNode; acts?: ReactNode; children: ReactNode };

export function Frame({ title, crumb, chip, acts, children }: FrameProps) {
  const { t } = useTranslation();
  const { path } = usePlace();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · creditline`;
    // Whoever listens to the page instead of seeing it is told that it is another one now.
    if (movesSoFar() > toldMoves) heading.current?.focus({ preventScroll: true });
    toldMoves = movesSoFar();
  }, [path, title]);
  return (
    <div className="app">
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); heading.current?.focus(); }}>
        {t("skip")}
      </a>
      <Side path={path} />
      <div className="main">
        <header className="top">
          <div className="titles">
            {crumb && <div className="crumb">{crumb}</div>}
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
          </div>
          {chip}
          <span className="sp" />
          {acts}
        </header>
        <main id="content">{children}</main>
      </div>
    </div>
  );
}

function Side({ path }: { path: string }) {
  const { t, i18n } = useTranslation();
  const queue = useQueue();
  const officer = useOfficer();
  const other: Language = i18n.language === "zh" ? "en" : "zh";
  const at = (page: string) => (path.split("/")[0] === page ? ("page" as const) : undefined);
  return (
    <aside className="side" aria-label="creditline">
      <div className="logo">
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
          <g fill="none" strokeWidth="4" transform="rotate(-90 10 10)">
            <circle cx="10" cy="10" r="8" stroke="#5b7fe8" strokeDasharray="32 50" />
            <circle cx="10" cy="10" r="8" stroke="#f0a429" strokeDasharray="15 50" strokeDashoffset="-34" />
          </g>
        </svg>
        creditline
      </div>
      <Search />
      <nav aria-label={t("main")}>
        <Link to="" aria-current={at("")}>
          {t("start")}
        </Link>
        <span className="cap">{t("operate")}</span>
        <Link to="queue" aria-current={at("queue")}>
          {t("queue")}
          {queue.data && (
            <span className="n">
              {queue.data.length}
              <span className="vh"> {t("waiting")}</span>
            </span>
          )}
        </Link>
        <span className="cap">{t("watch")}</span>
        <Link to="promises" aria-current={at("promises")}>
          {t("promises")}
        </Link>
        <span className="cap">{t("build")}</span>
        <a href="/docs">{t("api")}</a>
      </nav>
      <div className="foot">
        {officer && (
          <span className="signed">
            {t("signed_as", { name: officer })}
            <button type="button" className="bare" onClick={() => signAs("")}>
              {t("not_you")}
            </button>
          </span>
        )}
        <button type="button" className="bare" lang={other === "zh" ? "zh-CN" : "en"} onClick={() => void switchTo(other)}>
          {t("other_language")}
        </button>
      </div>
    </aside>
  );
}

function Search() {
  const { t } = useTranslation();
  const [id, setId] = useState("");
  function find(event: FormEvent): void {
    event.preventDefault();
    if (id.trim()) go(`find?id=${encodeURIComponent(id.trim())}`);
    setId("");
  }
  return (
    <form role="search" onSubmit={find}>
      <input type="search" aria-label={t("search")} placeholder={t("search_hint")} value={id} maxLength={64} onChange={(event) => setId(event.target.value)} />
    </form>
  );
}

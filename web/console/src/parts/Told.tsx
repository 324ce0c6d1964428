// What the customer was told of a decision, in each language, and whether that is what was used.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Examination } from "../asked";
import { type Language, LANGUAGES } from "../language";
import { Card } from "./Card";

export function Told({ found }: { found: Examination }) {
  const { t, i18n } = useTranslation();
  const [chosen, setChosen] = useState<Language>(i18n.language as Language);
  const letter = found.letters[chosen];
  const dates = found.promises.map((one) => one.words[chosen]).filter((one) => one !== undefined);
  const isNothing = !letter && dates.length === 0;
  return (
    <Card
      title={t("was_told")}
      aside={
        <span className="chips">
          <span className="chips" role="group" aria-label={t("language")}>
            {LANGUAGES.map((one) => (
              <button key={one} type="button" className="chip" lang={one === "zh" ? "zh-CN" : "en"} aria-pressed={one === chosen} onClick={() => setChosen(one)}>
                {one === "zh" ? "中文" : "English"}
              </button>
            ))}
          </span>
          {!isNothing && (found.mismatches.length === 0 ? <span className="chip g">✓ {t("matches")}</span> : <span className="chip r">! {t("mismatches")}</span>)}
        </span>
      }
    >
      {isNothing ? (
        <p className="empty">{t("told_nothing")}</p>
      ) : (
        <div className="say" lang={chosen === "zh" ? "zh-CN" : "en"} data-testid="told">
          {letter && (
            <>
              <p>
                <b>{letter.title}.</b> {letter.what.join(" ")}
              </p>
              <ul>
                {letter.why.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </>
          )}
          {(letter ? letter.when : dates).map((one) => (
            <p key={one}>{one}</p>
          ))}
        </div>
      )}
      {found.mismatches.map((one) => (
        <div key={one.where} className="failing">
          <p>
            <b>{one.where}</b>
          </p>
          <p>{t("told_so", { words: one.told })}</p>
          <p>{t("used_so", { words: one.used })}</p>
        </div>
      ))}
    </Card>
  );
}

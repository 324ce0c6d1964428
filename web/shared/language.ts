// Two languages; the choice is kept on this device, and the first visit follows the browser.

import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

type Words = Record<string, string | Record<string, string>>;

let kept = "creditline.language";

function first(): Language {
  const liked = [new URLSearchParams(location.search).get("lang"), localStorage.getItem(kept), ...navigator.languages];
  const found = liked.map((one) => one?.slice(0, 2).toLowerCase()).find((one) => LANGUAGES.includes(one as Language));
  return (found as Language | undefined) ?? "en";
}

function shown(language: string): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

/** Begin to speak with the words of some pages; the choice is kept under a name of their own. */
export async function speakWith(words: Record<Language, Words>, name: string): Promise<void> {
  kept = name;
  i18next.on("languageChanged", shown);
  await i18next.use(initReactI18next).init({
    lng: first(),
    fallbackLng: false,
    resources: { en: { translation: words.en }, zh: { translation: words.zh } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function switchTo(language: Language): Promise<void> {
  localStorage.setItem(kept, language);
  await i18next.changeLanguage(language);
}

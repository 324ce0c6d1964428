// Two languages; the choice is kept on this device, and the first visit follows the browser.

import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import en from "./words/en.json";
import zh from "./words/zh.json";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
const KEPT = "creditline.console.language";

function first(): Language {
  const liked = [new URLSearchParams(location.search).get("lang"), localStorage.getItem(KEPT), ...navigator.languages];
  const found = liked.map((one) => one?.slice(0, 2).toLowerCase()).find((one) => LANGUAGES.includes(one as Language));
  return (found as Language | undefined) ?? "en";
}

function shown(language: string): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

export async function speak(): Promise<void> {
  i18next.on("languageChanged", shown);
  await i18next.use(initReactI18next).init({
    lng: first(),
    fallbackLng: false,
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function switchTo(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await i18next.changeLanguage(language);
}

import { speakWith } from "../../shared/language";
import en from "./words/en.json";
import zh from "./words/zh.json";

export { LANGUAGES, switchTo, type Language } from "../../shared/language";

export const speak = (): Promise<void> => speakWith({ en, zh }, "creditline.language");

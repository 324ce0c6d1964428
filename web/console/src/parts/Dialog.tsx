import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useOfficer } from "../officer";
import { Failed } from "./states";

type DialogProps = {
  title: string;
  confirm: string;
  isBusy: boolean;
  trouble: unknown;
  close: () => void;
  send: (officer: string, words: string) => void;
  wordsLabel: string;
  mostLetters?: number;
  children?: ReactNode;
};

/** Ask who does it and why before anything is done; the browser keeps the focus inside and gives it back. */
export function Dialog({ title, confirm, isBusy, trouble, close, send, wordsLabel, mostLetters = 200, children }: DialogProps) {
  const { t } = useTranslation();
  const officer = useOfficer();
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (!box.current?.open) box.current?.showModal();
  }, []);
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    send(String(said.get("officer")).trim(), String(said.get("words")).trim());
  }
  return (
    <dialog ref={box} aria-labelledby={id} onClose={close}>
      <form onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <label className="field">
          <span>{wordsLabel}</span>
          <textarea name="words" required maxLength={mostLetters} rows={3} />
        </label>
        <label className="field">
          <span>{t("your_name")}</span>
          <input name="officer" required maxLength={64} defaultValue={officer} autoComplete="off" />
        </label>
        {trouble !== null && <Failed trouble={trouble} />}
        <div className="acts">
          <button type="button" className="btn" onClick={() => box.current?.close()}>
            {t("cancel")}
          </button>
          <button type="submit" className="btn p" disabled={isBusy}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Short messages, with Undo where there is one. */

import { App, Button } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../api/client";
import { useLang } from "./useLang";

export interface Notify {
  done: (text: string, undo?: () => void) => void;
  failed: (error: unknown) => void;
  warn: (text: string) => void;
}

export const useNotify = (): Notify => {
  const { message } = App.useApp();
  const { t } = useTranslation();
  const lang = useLang();
  return useMemo(
    () => ({
      done: (text, undo) => {
        const key = `done-${Math.random()}`;
        message.open({
          key,
          type: "success",
          duration: undo ? 8 : 3,
          content: undo ? (
            <span className="toast">
              {text}
              <Button
                type="link"
                size="small"
                onClick={() => {
                  message.destroy(key);
                  undo();
                }}
              >
                {t("common.undo")}
              </Button>
            </span>
          ) : (
            text
          ),
        });
      },
      failed: (error) => {
        message.open({ type: "error", duration: 6, content: wordsOf(error, lang) });
      },
      warn: (text) => {
        message.open({ type: "warning", duration: 5, content: text });
      },
    }),
    [message, t, lang],
  );
};

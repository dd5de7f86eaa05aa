/** Asks before typed words are left behind. */

import { App } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";

export const useLeaveGuard = () => {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [dirty, setDirty] = useState(false);
  const ask = useCallback(
    (leave: () => void, stay?: () => void) =>
      modal.confirm({
        title: t("leave.title"),
        content: t("leave.text"),
        okText: t("leave.leave"),
        cancelText: t("leave.stay"),
        onOk: leave,
        ...(stay ? { onCancel: stay } : {}),
      }),
    [modal, t],
  );
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state === "blocked") ask(blocker.proceed, blocker.reset);
  }, [blocker, ask]);
  /** Runs `leave` now when nothing was typed, else after a yes. */
  const guarded = useCallback(
    (leave: () => void) => {
      if (dirty) ask(leave);
      else leave();
    },
    [dirty, ask],
  );
  return { setDirty, guarded };
};

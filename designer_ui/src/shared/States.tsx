/** What a screen shows when it has nothing, waits, failed, or may not: each says what to do next. */

import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, wordsOf } from "../api/client";
import { useLang } from "./useLang";

type Picture = "empty" | "search" | "lock" | "broken" | "offline" | "lost";

const PATHS: Record<Picture, ReactNode> = {
  empty: <path d="M14 22h36l4 14v14H10V36l4-14zm-4 14h13l3 6h12l3-6h13" />,
  search: <path d="M28 14a14 14 0 1 0 0 28 14 14 0 0 0 0-28zm10 24 14 14M22 28h12" />,
  lock: <path d="M18 30h28v22H18V30zm6 0v-6a8 8 0 0 1 16 0v6m-8 9v6" />,
  broken: <path d="M32 12 8 52h48L32 12zm0 16v12m0 6v1" />,
  offline: <path d="M10 26c12-12 32-12 44 0M18 36c8-8 20-8 28 0m-18 9c3-2 5-2 8 0M12 54 52 10" />,
  lost: (
    <path d="M32 54s18-15 18-28a18 18 0 0 0-36 0c0 13 18 28 18 28zm-5-33c1-5 11-5 11 1 0 5-6 4-6 9m0 5v1" />
  ),
};

export const StateView = ({
  picture,
  title,
  children,
  action,
}: {
  picture: Picture;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) => (
  <div className="state" role={picture === "broken" ? "alert" : undefined}>
    <svg viewBox="0 0 64 64" width="56" height="56" aria-hidden="true" className="state-picture">
      {PATHS[picture]}
    </svg>
    <div className="state-title">{title}</div>
    {children ? <div className="state-text">{children}</div> : null}
    {action ? <div className="state-action">{action}</div> : null}
  </div>
);

/** Words and a way on for any failure of a query. */
export const ErrorState = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const status = error instanceof ApiError ? error.status : -1;
  const retry = onRetry ? <Button onClick={onRetry}>{t("state.retry")}</Button> : null;
  if (status === 403)
    return (
      <StateView picture="lock" title={t("state.forbidden")}>
        {wordsOf(error, lang)} {t("state.forbiddenNext")}
      </StateView>
    );
  if (status === 404)
    return (
      <StateView picture="lost" title={t("state.gone")}>
        {t("state.goneNext")}
      </StateView>
    );
  if (status === 0)
    return (
      <StateView picture="offline" title={t("state.offline")} action={retry}>
        {t("state.offlineNext")}
      </StateView>
    );
  return (
    <StateView picture="broken" title={t("state.failed")} action={retry}>
      {wordsOf(error, lang)}
    </StateView>
  );
};

export const Loading = ({ rows = 6 }: { rows?: number }) => (
  <div className="loading" aria-busy="true">
    <Skeleton active title={false} paragraph={{ rows }} />
  </div>
);

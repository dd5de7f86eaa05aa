/** In a practice clinic: how late it is there, and a press to see what happens by tomorrow. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { request, wordsOf } from "../../api/client";
import type { PracticeClock } from "../../api/schema";
import { useLang } from "../../shared/useLang";

const KEY = ["practice"] as const;
const STEPS = [1, 24, 168] as const;

export const PracticeBar = ({ zone }: { zone: string }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => request<PracticeClock>("GET", "/api/practice"),
    staleTime: 60_000,
    refetchInterval: (query) => (query.state.data?.is_practice ? 60_000 : false),
    retry: false,
  });
  const go = useMutation({
    mutationFn: (hours: number) => request<PracticeClock>("POST", "/api/practice/advance", { hours }),
    onSuccess: async (clock) => {
      client.setQueryData(KEY, clock);
      await client.invalidateQueries();
    },
  });
  if (!data?.is_practice || !data.now) return null;
  const now = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", {
    timeZone: zone,
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(data.now));
  return (
    <div className="practice-bar" role="status">
      <span>{t("practice.now", { now })}</span>
      {STEPS.map((hours) => (
        <Button
          key={hours}
          size="small"
          type="text"
          loading={go.isPending && go.variables === hours}
          disabled={go.isPending}
          onClick={() => go.mutate(hours)}
        >
          {t(`practice.step${hours}`)}
        </Button>
      ))}
      {go.error ? <span>{wordsOf(go.error, lang)}</span> : null}
    </div>
  );
};

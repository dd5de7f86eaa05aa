/** In a practice clinic: how late it is there, and a press to see what happens by tomorrow. */

import FieldTimeOutlined from "@ant-design/icons/FieldTimeOutlined";
import ForwardOutlined from "@ant-design/icons/ForwardOutlined";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { request, wordsOf } from "../../api/client";
import type { PracticeClock } from "../../api/schema";
import { formatInstant } from "../../shared/format";
import { setAhead } from "../../shared/now";
import { useLang } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";

const KEY = ["practice"] as const;
const STEPS = [1, 24, 168] as const;

export const PracticeBar = ({ zone }: { zone: string }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const isNarrow = useNarrow();
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
      setAhead(Math.round((clock.ahead_hours ?? 0) * 3600));
      client.setQueryData(KEY, clock);
      await client.invalidateQueries();
    },
  });
  if (!data?.is_practice || !data.now) return null;
  const now = formatInstant(data.now, lang, zone, new Date(data.now));
  const { happened } = go.data ?? {};
  const said = go.isPending
    ? t("practice.going")
    : go.error
      ? wordsOf(go.error, lang)
      : happened
        ? t(happened.flows + happened.tasks + happened.messages ? "practice.happened" : "practice.quiet", {
            step: ` ${t(`practice.step${go.variables}`)}`,
            ...happened,
          })
        : "";
  return (
    <div className="practice-bar">
      <FieldTimeOutlined aria-hidden />
      <span className="practice-now">{t(isNarrow ? "practice.nowShort" : "practice.now", { now })}</span>
      {isNarrow ? null : <span className="hint">{t("practice.hint")}</span>}
      <span className="practice-steps">
        {STEPS.map((hours) => (
          <Button
            key={hours}
            size="small"
            icon={isNarrow ? null : <ForwardOutlined />}
            loading={go.isPending && go.variables === hours}
            disabled={go.isPending}
            onClick={() => go.mutate(hours)}
            aria-label={`${t("practice.hint")}${t(`practice.step${hours}`)}`}
          >
            {t(`practice.step${hours}`)}
          </Button>
        ))}
      </span>
      <span className={go.error ? "practice-said due-late" : "practice-said"} role="status">
        {said}
      </span>
    </div>
  );
};

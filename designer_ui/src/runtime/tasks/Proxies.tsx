/** While I am away: who decides for me, on which days, for which flows. */

import { Button, DatePicker, Drawer, Form, InputNumber, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useEndProxy, useNameProxy, useProxies } from "../../api/tasks";
import { useControlHost } from "../../shared/host";
import { asText, isArray } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { PersonSelect } from "./PersonSelect";
import { nameOf } from "./words";

export const Proxies = ({ onClose }: { onClose: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const notify = useNotify();
  const { me } = useControlHost();
  const { data, error, isPending, refetch } = useProxies();
  const make = useNameProxy();
  const end = useEndProxy();
  const [who, setWho] = useState<string[]>([]);
  const [days, setDays] = useState<[Dayjs, Dayjs] | null>(null);
  const [flows, setFlows] = useState<string[]>([]);
  const [amount, setAmount] = useState<number | null>(null);
  const save = () => {
    const proxy = who[0];
    if (!proxy || !days) return;
    make.mutate(
      {
        proxy,
        from: days[0].format("YYYY-MM-DD"),
        until: days[1].format("YYYY-MM-DD"),
        flows,
        ...(amount === null ? {} : { most_amount: String(amount) }),
      },
      {
        onSuccess: () => {
          notify.done(t("tasks.proxyMade"));
          setWho([]);
          setDays(null);
        },
        onError: notify.failed,
      },
    );
  };
  return (
    <Drawer open onClose={onClose} size={440} title={t("tasks.proxyTitle")} closable={{ placement: "end" }}>
      <p className="hint">{t("tasks.proxyHint")}</p>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {isPending ? <Loading rows={3} /> : null}
      {data ? (
        <>
          <ul className="proxy-list">
            {data.proxies.length === 0 ? <li className="hint">{t("tasks.proxyNone")}</li> : null}
            {data.proxies.map((one) => (
              <li key={asText(one.id)}>
                <span>
                  {one.owner === me.id
                    ? t("tasks.proxyMine", { proxy: nameOf(data.labels, asText(one.proxy)) })
                    : t("tasks.proxyOther", { owner: nameOf(data.labels, asText(one.owner)) })}
                  <small>
                    {asText(one.from)} – {asText(one.until)} ·{" "}
                    {isArray(one.flows) && one.flows.length
                      ? one.flows.map((flow) => say(data.flows[asText(flow)])).join("、")
                      : t("tasks.proxyAll")}
                  </small>
                </span>
                {one.owner === me.id ? (
                  <Button
                    size="small"
                    loading={end.isPending}
                    onClick={() =>
                      end.mutate(asText(one.id), {
                        onSuccess: () => notify.done(t("tasks.proxyEnded")),
                        onError: notify.failed,
                      })
                    }
                  >
                    {t("tasks.proxyEnd")}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
          <Form layout="vertical" className="proxy-form">
            <Form.Item label={t("tasks.proxyWho")} required>
              <PersonSelect value={who} onChange={setWho} label={t("tasks.proxyWho")} />
            </Form.Item>
            <Form.Item label={t("tasks.proxyDays")} required>
              <DatePicker.RangePicker
                value={days}
                onChange={(range) => setDays(range?.[0] && range[1] ? [range[0], range[1]] : null)}
                style={{ width: "100%" }}
              />
            </Form.Item>
            <Form.Item label={t("tasks.proxyFlows")}>
              <Select
                mode="multiple"
                value={flows}
                onChange={setFlows}
                placeholder={t("tasks.proxyAll")}
                options={Object.entries(data.flows).map(([value, name]) => ({ value, label: say(name) }))}
                aria-label={t("tasks.proxyFlows")}
              />
            </Form.Item>
            <Form.Item label={t("tasks.proxyAmount")}>
              <InputNumber value={amount} onChange={setAmount} min={0} prefix="¥" style={{ width: "100%" }} />
            </Form.Item>
            <Button type="primary" onClick={save} disabled={!who[0] || !days} loading={make.isPending}>
              {t("tasks.proxyAdd")}
            </Button>
          </Form>
        </>
      ) : null}
    </Drawer>
  );
};

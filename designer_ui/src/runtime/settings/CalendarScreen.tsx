/** In which month the clinic's own year begins, as all its reports count it. */

import { Alert, Button, Form, Select } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useAppSettings, useChangeSettings } from "../../api/settings";
import { formatSpan, localDay } from "../../shared/format";
import { clinicNow } from "../../shared/now";
import { ErrorState, Loading } from "../../shared/States";
import { useLang } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useMoment, useZone } from "../dashboards/useMoment";
import "./settings.css";
import { yearOf } from "./spans";

const MONTHS = Array.from({ length: 12 }, (_, at) => at + 1);

interface Entry {
  readonly fiscal_year: number;
}

export const CalendarScreen = () => {
  const { t } = useTranslation();
  const lang = useLang();
  const zone = useZone();
  const moment = useMoment();
  const notify = useNotify();
  const [form] = Form.useForm<Entry>();
  const { data, error, refetch } = useAppSettings();
  const change = useChangeSettings();
  const starts = Form.useWatch("fiscal_year", form) ?? data?.fiscal_year;
  const title = t("settings.calendar");
  useEffect(() => {
    document.title = `${title} · Clinicraft`;
  }, [title]);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading rows={6} />;
  const today = localDay(clinicNow(), zone);
  const save = async (given: Entry): Promise<void> => {
    try {
      await change.mutateAsync({ ...given, version: data.version });
      notify.done(t("settings.kept"));
    } catch (failure) {
      notify.failed(failure);
      await refetch();
    }
  };
  const [from, to] = yearOf(today, starts ?? data.fiscal_year);
  return (
    <div className="page page-narrow">
      <div className="head">
        <h1>{title}</h1>
      </div>
      <p className="hint">{t("settings.calendarHint")}</p>
      {data.may_change ? null : <Alert type="info" showIcon title={t("settings.mayNot")} />}
      <Form
        key={data.version}
        form={form}
        layout="vertical"
        className="settings-form"
        disabled={!data.may_change}
        initialValues={{ fiscal_year: data.fiscal_year }}
        onFinish={(given) => void save(given)}
      >
        <Form.Item
          name="fiscal_year"
          label={t("settings.yearStarts")}
          extra={t("settings.thisYear", { days: formatSpan(from, to, lang, today) })}
        >
          <Select
            listHeight={400}
            options={MONTHS.map((one) => ({ value: one, label: t(`settings.month_${one}`) }))}
          />
        </Form.Item>
        <p className="hint">
          {t("settings.usual", { month: t(`settings.month_${data.default_fiscal_year}`) })}
          {data.changed
            ? ` · ${t("settings.changed", { name: data.changed.by_name, at: moment(data.changed.at) })}`
            : ""}
        </p>
        {data.may_change ? (
          <Button
            type="primary"
            htmlType="submit"
            loading={change.isPending}
            disabled={starts === data.fiscal_year}
          >
            {t("common.save")}
          </Button>
        ) : null}
      </Form>
    </div>
  );
};

/** The links to a form's public part: make one for a poster, copy it, show its QR code, switch it off. */

import CopyOutlined from "@ant-design/icons/CopyOutlined";
import DownloadOutlined from "@ant-design/icons/DownloadOutlined";
import LinkOutlined from "@ant-design/icons/LinkOutlined";
import PlusOutlined from "@ant-design/icons/PlusOutlined";
import QrcodeOutlined from "@ant-design/icons/QrcodeOutlined";
import StopOutlined from "@ant-design/icons/StopOutlined";
import { App, Button, Input, Modal, QRCode, Tooltip } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { kindsOf } from "../../api/forms";
import { useCloseLink, useLinks, useOpenLink } from "../../api/public";
import type { FormPlan, Labels, Problem, PublicLink } from "../../api/types";
import { DEFAULT_ZONE, formatInstant, labelOf, localDay, targetOf } from "../../shared/format";
import { asText, type Json, type Values } from "../../shared/json";
import { useKinds } from "../../shared/kinds";
import { formState, missing } from "../../shared/rules";
import { ErrorState, Loading, StateView } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { FieldSlot } from "../record/FieldSlot";
import { problemsByField, toSave } from "../record/formModel";

const addressOf = (link: PublicLink): string => `${window.location.origin}${link.path}`;

const useCopy = () => {
  const { t } = useTranslation();
  const notify = useNotify();
  return (link: PublicLink) =>
    navigator.clipboard.writeText(addressOf(link)).then(
      () => notify.done(t("links.copied")),
      () => notify.warn(addressOf(link)),
    );
};

const QR_SIZE = 240;

/** The code as a picture, to be saved and printed. */
const Code = ({ link, name }: { link: PublicLink; name: string }) => {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const download = () => {
    const canvas = holder.current?.querySelector("canvas");
    if (!canvas) return;
    const anchor = document.createElement("a");
    anchor.href = canvas.toDataURL("image/png");
    anchor.download = `${name}.png`;
    anchor.click();
  };
  return (
    <div className="link-code" ref={holder}>
      <QRCode value={addressOf(link)} size={QR_SIZE} errorLevel="M" aria-label={addressOf(link)} />
      <Button size="small" icon={<DownloadOutlined />} onClick={download}>
        {t("links.download")}
      </Button>
    </div>
  );
};

const filledIn = (plan: FormPlan, link: PublicLink, labels: Labels): string =>
  plan.fields
    .filter((field) => link.values[field.key] !== undefined)
    .map((field) => {
      const value = asText(link.values[field.key] ?? null);
      return labelOf(labels, targetOf(field), value) || value;
    })
    .join(" · ");

const LinkLine = ({ plan, link, labels }: { plan: FormPlan; link: PublicLink; labels: Labels }) => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const notify = useNotify();
  const { modal } = App.useApp();
  const copy = useCopy();
  const close = useCloseLink(plan.key);
  const [isOpen, setOpen] = useState(false);
  const filled = filledIn(plan, link, labels);
  const name = link.name || filled || say(plan.name);
  const ask = () =>
    modal.confirm({
      title: t("links.closeAsk", { name }),
      content: t("links.closeText"),
      okText: t("links.close"),
      okButtonProps: { danger: true },
      cancelText: t("common.cancel"),
      onOk: () =>
        close.mutateAsync(link.id).then(
          () => notify.done(t("links.closed")),
          (error) => notify.failed(error),
        ),
    });
  return (
    <li className="link-line">
      <div className="link-words">
        <b>{name}</b>
        <span>
          {[link.name ? filled : "", t("links.by", { name: link.by_name, at: formatInstant(link.at, lang) })]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      <Tooltip title={t("links.copy")}>
        <Button
          type="text"
          icon={<CopyOutlined />}
          aria-label={t("links.copy")}
          onClick={() => void copy(link)}
        />
      </Tooltip>
      <Tooltip title={t("links.qr")}>
        <Button
          type="text"
          icon={<QrcodeOutlined />}
          aria-label={t("links.qr")}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      </Tooltip>
      <Tooltip title={t("links.open")}>
        <Button
          type="text"
          icon={<LinkOutlined />}
          aria-label={t("links.open")}
          href={link.path}
          target="_blank"
          rel="noreferrer"
        />
      </Tooltip>
      <Tooltip title={t("links.close")}>
        <Button type="text" danger icon={<StopOutlined />} aria-label={t("links.close")} onClick={ask} />
      </Tooltip>
      {isOpen ? <Code link={link} name={name} /> : null}
    </li>
  );
};

/** The plan cut down to the fields that a link fills in. */
const partOf = (plan: FormPlan): FormPlan => {
  const keys = plan.public?.link ?? [];
  return { ...plan, rules: [], layout: [], fields: plan.fields.filter((field) => keys.includes(field.key)) };
};

const NewLink = ({ plan: whole, onDone }: { plan: FormPlan; onDone: () => void }) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const plan = useMemo(() => partOf(whole), [whole]);
  const open = useOpenLink(whole.key);
  const [name, setName] = useState("");
  const [values, setValues] = useState<Values>({});
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const drawn = useKinds(kindsOf(plan.fields));
  const state = useMemo(() => {
    const now = new Date();
    const today = localDay(now, DEFAULT_ZONE);
    return formState({ plan, stored: null, now, today, zone: DEFAULT_ZONE, actor: {} }, values);
  }, [plan, values]);
  if (!drawn) return <Loading rows={3} />;
  const make = () => {
    const gaps = missing(plan, state).map((field) => ({
      code: "form.required",
      path: `/${field.key}`,
      message: { zh: `请填写“${field.label.zh}”`, en: `Fill in “${field.label.en ?? field.label.zh}”` },
    }));
    setProblems(gaps);
    if (gaps.length) return;
    open.mutate(
      { name, values: toSave(plan, values, null, () => true) },
      {
        onSuccess: () => {
          notify.done(t("links.made"));
          onDone();
        },
        onError: (error) =>
          error instanceof ApiError && error.status === 422
            ? setProblems(error.problems)
            : notify.failed(error),
      },
    );
  };
  const byField = problemsByField(plan, problems);
  const set = (key: string, value: Json) => setValues((old) => ({ ...old, [key]: value }));
  return (
    <div className="link-new">
      <div className="stacked">
        {t("links.name")}
        <Input
          aria-label={t("links.name")}
          autoFocus
          maxLength={60}
          value={name}
          placeholder={t("links.nameHint")}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      {plan.fields.map((field) => (
        <FieldSlot
          key={field.key}
          form={whole.key}
          recordId={null}
          field={field}
          value={values[field.key] ?? null}
          values={values}
          labels={{}}
          state={state.fields[field.key] ?? { visible: true, required: false, readOnly: false }}
          problems={byField.get(field.key)}
          isMasked={false}
          columns={1}
          onChange={set}
        />
      ))}
      <div className="link-new-foot">
        <Button onClick={onDone}>{t("common.cancel")}</Button>
        <Button type="primary" loading={open.isPending} onClick={make}>
          {t("links.make")}
        </Button>
      </div>
    </div>
  );
};

export const LinksDialog = ({ plan, onClose }: { plan: FormPlan; onClose: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const { data, error, refetch } = useLinks(plan.key);
  const [isNew, setNew] = useState(false);
  return (
    <Modal open title={t("links.title")} footer={null} onCancel={onClose} width={560} destroyOnHidden>
      <p className="link-intro">{t("links.intro", { name: say(plan.name) })}</p>
      {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Loading rows={3} /> : null}
      {data?.links.length === 0 && !isNew ? (
        <StateView picture="empty" title={t("links.none")}>
          {t("links.noneNext")}
        </StateView>
      ) : null}
      {data?.links.length ? (
        <ul className="link-lines">
          {data.links.map((link) => (
            <LinkLine key={link.id} plan={plan} link={link} labels={data.labels} />
          ))}
        </ul>
      ) : null}
      {isNew ? (
        <NewLink plan={plan} onDone={() => setNew(false)} />
      ) : (
        <Button icon={<PlusOutlined />} block onClick={() => setNew(true)}>
          {t("links.new")}
        </Button>
      )}
    </Modal>
  );
};

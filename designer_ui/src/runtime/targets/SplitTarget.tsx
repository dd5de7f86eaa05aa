/** A target dealt out to branches, people or months: looked at and changed first, then written as one batch. */

import { Alert, Button, Checkbox, Form, InputNumber, Modal, Segmented } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useUndoBatch } from "../../api/records";
import { type SplitAsk, type TargetSplit, useTargetSplit, useWriteSplit } from "../../api/targets";
import { groupDigits } from "../../shared/format";
import { Loading } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import "./targets.css";

type Over = SplitAsk["over"];
type By = NonNullable<SplitAsk["by"]>;
const TOO_MUCH = 1.1;
const MOST_MONTHS = 24;

const shown = (amount: string | null): string => (amount === null ? "–" : groupDigits(amount));

/** The sum of amounts, in whole steps of the last place, so that cents stay exact. */
const summed = (amounts: readonly string[], places: number): number =>
  amounts.reduce((sum, one) => sum + Math.round(Number(one) * 10 ** places), 0) / 10 ** places;

const Parts = ({
  split,
  amounts,
  without,
  onAmount,
  onTake,
}: {
  split: TargetSplit;
  amounts: Readonly<Record<string, string>>;
  without: readonly string[];
  onAmount: (key: string, amount: string) => void;
  onTake: (key: string, isTaken: boolean) => void;
}) => {
  const { t } = useTranslation();
  const canLeaveOut = split.over !== "months";
  const rows = [
    ...split.parts.map((part) => ({ ...part, isTaken: true })),
    ...split.left_out.map((one) => ({ ...one, came: null, stands: null, isTaken: false })),
  ].sort((a, b) => a.name.localeCompare(b.name, "zh"));
  return (
    <div className="split-parts" role="table" aria-label={t("targets.split")}>
      <div role="row" className="split-head">
        <span role="columnheader">{t(`targets.name_${split.over}`)}</span>
        <span role="columnheader">{t(`targets.came_${split.over}`)}</span>
        <span role="columnheader">{t("targets.stands")}</span>
        <span role="columnheader">{t("targets.amount")}</span>
      </div>
      {rows.map((row) => (
        <div role="row" key={row.key} className={row.isTaken ? undefined : "split-out"}>
          <span role="cell">
            {canLeaveOut ? (
              <Checkbox
                checked={!without.includes(row.key)}
                aria-label={t("targets.take", { name: row.name })}
                onChange={(event) => onTake(row.key, event.target.checked)}
              >
                {row.name}
              </Checkbox>
            ) : (
              row.name
            )}
          </span>
          <span role="cell">{shown(row.came)}</span>
          <span role="cell">{row.isTaken && row.stands === null ? t("targets.new") : shown(row.stands)}</span>
          <span role="cell">
            {row.isTaken ? (
              <InputNumber
                stringMode
                size="small"
                min="0"
                precision={split.places}
                value={amounts[row.key] ?? ""}
                aria-label={t("targets.amountOf", { name: row.name })}
                onChange={(value) => onAmount(row.key, value ?? "0")}
              />
            ) : (
              "–"
            )}
          </span>
        </div>
      ))}
    </div>
  );
};

const Sum = ({ split, amounts }: { split: TargetSplit; amounts: Readonly<Record<string, string>> }) => {
  const { t } = useTranslation();
  if (split.is_same) return <Alert type="info" showIcon title={t("targets.isSame")} />;
  const sum = summed(Object.values(amounts), split.places);
  const off = summed([String(sum), String(-Number(split.whole))], split.places);
  const words = (value: number) => groupDigits(value.toFixed(split.places));
  return (
    <>
      {split.is_even ? <Alert type="info" showIcon title={t("targets.isEven")} /> : null}
      <div className="split-sum">
        <b>{t("targets.sum", { sum: words(sum) })}</b>
        <span className="hint">{t("targets.of", { whole: groupDigits(split.whole) })}</span>
        {off === 0 ? null : (
          <span className="hint">
            {t(off < 0 ? "targets.less" : "targets.more", { by: words(Math.abs(off)) })}
          </span>
        )}
      </div>
      {sum > Number(split.whole) * TOO_MUCH ? (
        <Alert type="warning" showIcon title={t("targets.tooMuch")} />
      ) : null}
    </>
  );
};

const Dialog = ({ form, recordId, onClose }: { form: string; recordId: string; onClose: () => void }) => {
  const { t } = useTranslation();
  const say = useSay();
  const lang = useLang();
  const notify = useNotify();
  const [over, setOver] = useState<Over>("months");
  const [by, setBy] = useState<By>("history");
  const [whole, setWhole] = useState<string | null>(null);
  const [months, setMonths] = useState(12);
  const [without, setWithout] = useState<string[]>([]);
  const [amounts, setAmounts] = useState<Record<string, string>>({});
  const [isChosen, setChosen] = useState(false);
  const inMonths = over === "months" ? { months, ...(whole ? { whole } : {}) } : {};
  const asked: SplitAsk = { over, by, ...inMonths, ...(without.length ? { without } : {}) };
  const { data: split, error } = useTargetSplit(form, recordId, asked);
  const write = useWriteSplit(form, recordId);
  const undo = useUndoBatch();
  useEffect(() => {
    if (!split) return;
    setAmounts(Object.fromEntries(split.parts.map((part) => [part.key, part.amount])));
    // The first way offered (to whom stands below) is the usual one.
    const first = split.ways[0];
    if (!isChosen && first && first !== over) setOver(first as Over);
    setChosen(true);
  }, [split, isChosen, over]);
  const save = () =>
    write
      .mutateAsync({ ...asked, parts: Object.entries(amounts).map(([key, amount]) => ({ key, amount })) })
      .then(
        (done) => {
          onClose();
          notify.done(t("targets.done", { created: done.created, updated: done.updated }), () =>
            undo.mutateAsync(done.batch).then(() => notify.done(t("targets.undone")), notify.failed),
          );
        },
        () => undefined,
      );
  const failure = write.error ?? error;
  return (
    <Modal
      open
      width={680}
      title={
        split
          ? t("targets.title", { name: say(split.metric.name), month: split.month.slice(0, 7) })
          : t("targets.split")
      }
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="primary" loading={write.isPending} disabled={!split || error !== null} onClick={save}>
            {t("targets.write", { count: split?.parts.length ?? 0 })}
          </Button>
        </>
      }
    >
      {split ? (
        <Form layout="inline" className="split-asked">
          <Form.Item label={t("targets.over")}>
            <Segmented<Over>
              value={over}
              options={split.ways.map((way) => ({ value: way as Over, label: t(`targets.over_${way}`) }))}
              onChange={(next) => {
                setOver(next);
                setWithout([]);
              }}
            />
          </Form.Item>
          <Form.Item label={t("targets.by")}>
            <Segmented<By>
              value={by}
              disabled={split.is_same}
              options={(["history", "even"] as const).map((one) => ({
                value: one,
                label: t(`targets.by_${one}`),
              }))}
              onChange={setBy}
            />
          </Form.Item>
          {over === "months" ? (
            <>
              <Form.Item label={t("targets.months")}>
                <InputNumber
                  min={2}
                  max={MOST_MONTHS}
                  value={months}
                  aria-label={t("targets.months")}
                  onChange={(value) => setMonths(value ?? 12)}
                />
              </Form.Item>
              <Form.Item label={t("targets.whole")}>
                <InputNumber
                  stringMode
                  min="0.01"
                  precision={split.places}
                  value={whole ?? split.whole}
                  aria-label={t("targets.whole")}
                  onChange={setWhole}
                />
              </Form.Item>
            </>
          ) : null}
        </Form>
      ) : null}
      {failure ? <Alert type="error" showIcon title={wordsOf(failure, lang)} /> : null}
      {split ? (
        <>
          <Parts
            split={split}
            amounts={amounts}
            without={without}
            onAmount={(key, amount) => setAmounts((old) => ({ ...old, [key]: amount }))}
            onTake={(key, isTaken) =>
              setWithout((old) => (isTaken ? old.filter((one) => one !== key) : [...old, key]))
            }
          />
          <Sum split={split} amounts={amounts} />
        </>
      ) : failure ? null : (
        <Loading rows={4} />
      )}
    </Modal>
  );
};

export const SplitTarget = ({ form, recordId }: { form: string; recordId: string }) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("targets.split")}</Button>
      {isOpen ? <Dialog form={form} recordId={recordId} onClose={() => setOpen(false)} /> : null}
    </>
  );
};

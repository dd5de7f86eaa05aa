/** Questions with weighted answers, and the total as it grows. */

import { Radio } from "antd";
import { useTranslation } from "react-i18next";
import type { InputProps } from "../../shared/kinds";
import { useSay } from "../../shared/useLang";
import { Chip } from "../parts/Chip";
import { bandOf, type ScaleConfig, type ScaleValue, totalOf } from "../score_scale";

const ScaleInput = ({ id, value, config, disabled, onChange }: InputProps<ScaleValue, ScaleConfig>) => {
  const say = useSay();
  const { t } = useTranslation();
  const q = value?.q ?? {};
  const left = config.questions.filter((question) => q[question.key] === undefined).length;
  const band = left && config.complete !== false ? undefined : bandOf(totalOf(q), config);
  return (
    <div id={id}>
      {config.questions.map((question, place) => (
        <fieldset key={question.key} className="ctl-question">
          <legend>
            {place + 1}. {say(question.label)}
          </legend>
          <Radio.Group
            value={q[question.key]}
            disabled={disabled}
            options={(question.answers ?? config.answers ?? []).map((answer) => ({
              value: answer.score,
              label: `${say(answer.label)} (${answer.score})`,
            }))}
            onChange={(event) => {
              const next = { ...q, [question.key]: Number(event.target.value) };
              onChange({ q: next, total: totalOf(next) });
            }}
          />
        </fieldset>
      ))}
      <div aria-live="polite">
        {left < config.questions.length ? (
          <>
            {t("ctl.total")} <b className="ctl-num">{totalOf(q)}</b>{" "}
            {band ? <Chip color={band.color}>{say(band.label)}</Chip> : null}
          </>
        ) : null}
        {left ? <span className="ctl-quiet"> {t("ctl.questionsLeft", { count: left })}</span> : null}
      </div>
    </div>
  );
};

export default ScaleInput;

/** "Why can 张三 see this?": the rules that let or stop a person. */

import { Alert, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useExplain } from "../../api/records";
import { useMe } from "../../api/session";
import { Loading } from "../../shared/States";
import { useLang, useSay } from "../../shared/useLang";

export const Explain = ({ form, recordId }: { form: string; recordId: string }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const { data: me } = useMe();
  const [login, setLogin] = useState(me?.user.login ?? "");
  const { data, error, isFetching } = useExplain(form, recordId, login, login !== "");
  return (
    <div className="explain">
      <div className="stacked">
        {t("explain.who")}
        <Input.Search
          aria-label={t("explain.who")}
          defaultValue={login}
          enterButton={t("explain.ask")}
          onSearch={(text) => setLogin(text.trim())}
        />
      </div>
      {isFetching ? <Loading rows={2} /> : null}
      {error ? <Alert type="warning" showIcon title={wordsOf(error, lang)} /> : null}
      <ul className="reasons">
        {(data ?? []).map((reason, index) => (
          <li key={index} className={reason.holds === false ? "reason reason-no" : "reason"}>
            {reason.verb ? <b>{t(`verb.${reason.verb}`, { defaultValue: reason.verb })}</b> : null}{" "}
            {say(reason.words)}
          </li>
        ))}
      </ul>
    </div>
  );
};

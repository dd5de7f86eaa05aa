/** Sign-in: which clinic, who; in practice mode the demo people are one tap away. */

import { Alert, Button, Form, Input, Select } from "antd";
import { useContext, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { wordsOf } from "../../api/client";
import { useSignIn, useWorkspaces } from "../../api/session";
import type { WorkspaceChoice } from "../../api/types";
import { changeLang } from "../../shared/i18n";
import { isObject } from "../../shared/json";
import { BrandContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";

const KEPT = "clinicraft.workspace";

interface Entry {
  login: string;
  password: string;
}

const fromState = (state: unknown): { from: string; ended: boolean } => ({
  from: isObject(state) && typeof state.from === "string" && state.from.startsWith("/") ? state.from : "/",
  ended: isObject(state) && state.ended === true,
});

const DemoLogins = ({
  chosen,
  busy,
  onPick,
}: {
  chosen: WorkspaceChoice;
  busy: boolean;
  onPick: (entry: Entry) => void;
}) => {
  const { t } = useTranslation();
  const say = useSay();
  const people = chosen.demo_logins ?? [];
  if (people.length === 0) return null;
  return (
    <section className="demo" aria-label={t("signIn.demo")}>
      <h2>{t("signIn.demo")}</h2>
      <p>{t("signIn.demoText")}</p>
      <div className="demo-grid">
        {people.map((person) => (
          <button
            key={person.login}
            type="button"
            className="demo-person"
            disabled={busy}
            onClick={() => onPick({ login: person.login, password: person.password ?? "demo" })}
          >
            <b>{say(person.role)}</b>
            <span>{person.name}</span>
          </button>
        ))}
      </div>
    </section>
  );
};

export const SignIn = () => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const go = useNavigate();
  const { from, ended } = fromState(useLocation().state);
  const setBrand = useContext(BrandContext);
  const { data: workspaces = [] } = useWorkspaces();
  const [workspace, setWorkspace] = useState<string | null>(() => localStorage.getItem(KEPT));
  const chosen = workspaces.find((item) => item.key === workspace) ?? workspaces[0];
  const signIn = useSignIn();
  const [form] = Form.useForm<Entry>();
  useEffect(() => setBrand(chosen?.brand?.color ?? null), [chosen, setBrand]);
  const enter = (entry: Entry) => {
    form.setFieldsValue(entry);
    signIn.mutate(
      { ...entry, ...(chosen ? { workspace: chosen.key } : {}) },
      {
        onSuccess: (me) => {
          localStorage.setItem(KEPT, me.workspace.key);
          go(from, { replace: true });
        },
      },
    );
  };
  return (
    <div className="sign-in">
      <div className="sign-in-top">
        <Button type="text" onClick={() => void changeLang(lang === "zh" ? "en" : "zh")}>
          {lang === "zh" ? "English" : "中文"}
        </Button>
      </div>
      <main className="sign-in-box">
        <div className="sign-in-brand">
          <span className="nav-mark" aria-hidden="true" />
          <h1>{chosen ? say(chosen.brand?.name) || say(chosen.name) : "Clinicraft"}</h1>
        </div>
        {ended ? <Alert type="info" showIcon title={t("signIn.ended")} /> : null}
        <Form form={form} layout="vertical" requiredMark={false} onFinish={enter} className="sign-in-form">
          {workspaces.length > 1 ? (
            <Form.Item label={t("signIn.workspace")} htmlFor="workspace">
              <Select
                id="workspace"
                value={chosen?.key ?? null}
                onChange={setWorkspace}
                options={workspaces.map((item) => ({ value: item.key, label: say(item.name) }))}
              />
            </Form.Item>
          ) : null}
          <Form.Item
            name="login"
            label={t("signIn.login")}
            rules={[{ required: true, message: t("signIn.loginNeeded") }]}
          >
            <Input autoFocus autoComplete="username" size="large" />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("signIn.password")}
            rules={[{ required: true, message: t("signIn.passwordNeeded") }]}
          >
            <Input.Password autoComplete="current-password" size="large" />
          </Form.Item>
          {signIn.error ? (
            <Alert type="error" showIcon title={wordsOf(signIn.error, lang)} className="sign-in-error" />
          ) : null}
          <Button type="primary" htmlType="submit" block size="large" loading={signIn.isPending}>
            {t("signIn.enter")}
          </Button>
        </Form>
        {chosen ? <DemoLogins chosen={chosen} busy={signIn.isPending} onPick={enter} /> : null}
      </main>
    </div>
  );
};

/** My profile: who I am here, language, theme, password. */

import { Alert, Button, Form, Input, Segmented } from "antd";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../api/client";
import { useChangeMe, useChangePassword, useMe } from "../../api/session";
import { changeLang } from "../../shared/i18n";
import { Loading } from "../../shared/States";
import { type ThemeChoice, ThemeContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";

const SHORTEST = 8;

interface Entry {
  old: string;
  new: string;
  again: string;
}

export const ProfileScreen = () => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const notify = useNotify();
  const theme = useContext(ThemeContext);
  const { data: me } = useMe();
  const change = useChangeMe();
  const password = useChangePassword();
  const [form] = Form.useForm<Entry>();
  if (!me) return <Loading />;
  const chooseTheme = (choice: ThemeChoice) => {
    theme.choose(choice);
    change.mutate({ theme: choice });
  };
  return (
    <div className="page page-narrow">
      <div className="head">
        <h1>{t("me.profile")}</h1>
      </div>
      <dl className="facts facts-plain">
        <div className="fact">
          <dt>{t("profile.name")}</dt>
          <dd>{me.user.name}</dd>
        </div>
        <div className="fact">
          <dt>{t("signIn.login")}</dt>
          <dd>{me.user.login}</dd>
        </div>
        <div className="fact">
          <dt>{t("profile.roles")}</dt>
          <dd>{me.user.roles.map((role) => say(role.name)).join("、")}</dd>
        </div>
        <div className="fact">
          <dt>{t("shell.branch")}</dt>
          <dd>{me.branches.map((branch) => branch.short_name ?? branch.name).join("、") || "–"}</dd>
        </div>
      </dl>
      <section className="section">
        <h3>{t("profile.look")}</h3>
        <div className="profile-line">
          <span>{t("profile.language")}</span>
          <Segmented
            value={lang}
            options={[
              { value: "zh", label: "中文" },
              { value: "en", label: "English" },
            ]}
            onChange={(next) => {
              void changeLang(next === "en" ? "en" : "zh");
              change.mutate({ lang: next });
            }}
          />
        </div>
        <div className="profile-line">
          <span>{t("me.theme")}</span>
          <Segmented
            value={theme.choice}
            options={(["light", "dark", "system"] as const).map((choice) => ({
              value: choice,
              label: t(`me.theme_${choice}`),
            }))}
            onChange={chooseTheme}
          />
        </div>
      </section>
      <section className="section">
        <h3>{t("profile.password")}</h3>
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          className="profile-password"
          onFinish={(entry) =>
            password.mutate(
              { old: entry.old, new: entry.new },
              {
                onSuccess: () => {
                  form.resetFields();
                  notify.done(t("profile.passwordChanged"));
                },
              },
            )
          }
        >
          <Form.Item
            name="old"
            label={t("profile.old")}
            rules={[{ required: true, message: t("profile.oldNeeded") }]}
          >
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Form.Item
            name="new"
            label={t("profile.new")}
            rules={[{ required: true, min: SHORTEST, message: t("profile.short", { count: SHORTEST }) }]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          <Form.Item
            name="again"
            label={t("profile.again")}
            dependencies={["new"]}
            rules={[
              ({ getFieldValue }) => ({
                validator: (_rule, value) =>
                  value === getFieldValue("new")
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("profile.differ"))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          {password.error ? <Alert type="error" showIcon title={wordsOf(password.error, lang)} /> : null}
          <Button htmlType="submit" type="primary" loading={password.isPending}>
            {t("profile.change")}
          </Button>
        </Form>
      </section>
    </div>
  );
};

/** The top bar: branch, search, create, notifications, help, me. */

import DownOutlined from "@ant-design/icons/DownOutlined";
import MenuOutlined from "@ant-design/icons/MenuOutlined";
import PlusOutlined from "@ant-design/icons/PlusOutlined";
import QuestionCircleOutlined from "@ant-design/icons/QuestionCircleOutlined";
import SearchOutlined from "@ant-design/icons/SearchOutlined";
import ShopOutlined from "@ant-design/icons/ShopOutlined";
import { Avatar, Button, Dropdown, type MenuProps, Tooltip } from "antd";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useChangeMe } from "../../api/session";
import type { AppPlan, Me } from "../../api/types";
import { changeLang } from "../../shared/i18n";
import { type ThemeChoice, ThemeContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";
import { useNotify } from "../../shared/useNotify";
import { useFrame } from "./frame";
import { Notices } from "./Notices";

const BranchSwitcher = ({ me }: { me: Me }) => {
  const { t } = useTranslation();
  const change = useChangeMe();
  const notify = useNotify();
  const current = me.branches.find((branch) => branch.id === me.branch_id);
  const name = current ? (current.short_name ?? current.name) : t("shell.allBranches");
  if (me.branches.length < 2)
    return me.branches.length ? (
      <span className="branch branch-only">
        <ShopOutlined aria-hidden />{" "}
        <span className="branch-name">{me.branches[0]?.short_name ?? me.branches[0]?.name}</span>
      </span>
    ) : null;
  const items: MenuProps["items"] = me.branches.map((branch) => ({ key: branch.id, label: branch.name }));
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items,
        selectable: true,
        selectedKeys: [me.branch_id ?? ""],
        onClick: ({ key }) => change.mutate({ branch_id: key }, { onError: notify.failed }),
      }}
    >
      <Button
        type="text"
        className="branch"
        icon={<ShopOutlined />}
        loading={change.isPending}
        aria-label={`${t("shell.branch")} ${name}`}
      >
        <span className="branch-name">{name}</span>
        <DownOutlined className="caret" />
      </Button>
    </Dropdown>
  );
};

const CreateMenu = ({ app }: { app: AppPlan | undefined }) => {
  const { t } = useTranslation();
  const say = useSay();
  const frame = useFrame();
  const used = new Set((app?.pages ?? []).flatMap((page) => (page.tabs ?? []).map((tab) => tab.form)));
  const items = (app?.forms ?? [])
    .filter((form) => form.verbs.create && used.has(form.key))
    .slice(0, 14)
    .map((form) => ({ key: form.key, label: say(form.name) }));
  if (items.length === 0) return null;
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => frame.openNew({ form: key }) }}>
      <Tooltip title={t("shell.create")}>
        <Button type="text" icon={<PlusOutlined />} aria-label={t("shell.create")} />
      </Tooltip>
    </Dropdown>
  );
};

const MeMenu = ({ me, onSignOut }: { me: Me; onSignOut: () => void }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const go = useNavigate();
  const theme = useContext(ThemeContext);
  const change = useChangeMe();
  const chooseTheme = (choice: ThemeChoice) => {
    theme.choose(choice);
    change.mutate({ theme: choice });
  };
  const items: MenuProps["items"] = [
    {
      key: "who",
      type: "group",
      label: (
        <span className="who">
          <b>{me.user.name}</b>
          <span>{me.user.roles.map((role) => say(role.name)).join("、")}</span>
        </span>
      ),
    },
    { key: "profile", label: t("me.profile") },
    ...(me.rights.settings ? [{ key: "calendar", label: t("settings.calendar") }] : []),
    {
      key: "theme",
      label: t("me.theme"),
      children: (["light", "dark", "system"] as const).map((choice) => ({
        key: `theme:${choice}`,
        label: t(`me.theme_${choice}`),
        onClick: () => chooseTheme(choice),
      })),
    },
    { key: "lang", label: lang === "zh" ? "English" : "中文" },
    { type: "divider" },
    { key: "out", label: t("me.signOut") },
  ];
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items,
        selectedKeys: [`theme:${theme.choice}`],
        onClick: ({ key }) => {
          if (key === "profile") go("/me");
          if (key === "calendar") go("/settings/calendar");
          if (key === "lang") {
            const next = lang === "zh" ? "en" : "zh";
            void changeLang(next);
            change.mutate({ lang: next });
          }
          if (key === "out") onSignOut();
        },
      }}
    >
      <button type="button" className="me">
        <Avatar size={26} className="me-avatar" aria-hidden="true">
          {me.user.name.slice(-1)}
        </Avatar>
        <span className="me-name">{me.user.name}</span>
      </button>
    </Dropdown>
  );
};

export const TopBar = ({
  me,
  app,
  zone,
  onMenu,
  onHelp,
  onSignOut,
}: {
  me: Me;
  app: AppPlan | undefined;
  zone: string;
  onMenu: () => void;
  onHelp: () => void;
  onSignOut: () => void;
}) => {
  const { t } = useTranslation();
  const frame = useFrame();
  return (
    <header className="top">
      <Button
        type="text"
        className="top-menu"
        icon={<MenuOutlined />}
        aria-label={t("shell.nav")}
        onClick={onMenu}
      />
      <BranchSwitcher me={me} />
      <button type="button" className="top-search" onClick={frame.openPalette}>
        <SearchOutlined aria-hidden />
        <span className="top-search-text">{t("shell.searchHint")}</span>
        <kbd>/</kbd>
      </button>
      <div className="top-right">
        <CreateMenu app={app} />
        <Notices zone={zone} />
        <Tooltip title={t("help.title")}>
          <Button
            type="text"
            className="top-help"
            icon={<QuestionCircleOutlined />}
            aria-label={t("help.title")}
            onClick={onHelp}
          />
        </Tooltip>
        <MeMenu me={me} onSignOut={onSignOut} />
      </div>
    </header>
  );
};

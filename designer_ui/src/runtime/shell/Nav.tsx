/** The left navigation: the app's pages by group; 208 px, or 56 px with the icons only. */

import MenuFoldOutlined from "@ant-design/icons/MenuFoldOutlined";
import MenuUnfoldOutlined from "@ant-design/icons/MenuUnfoldOutlined";
import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useTaskCounts } from "../../api/tasks";
import type { AppPlan, Me } from "../../api/types";
import { Icon } from "../../shared/Icon";
import { useLang, useSay } from "../../shared/useLang";
import { groupPages, pagePath } from "./pages";

export const Nav = ({
  app,
  me,
  folded,
  onFold,
  onGo,
}: {
  app: AppPlan | undefined;
  me: Me;
  folded: boolean;
  onFold?: () => void;
  onGo?: () => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const say = useSay();
  const { data: counts } = useTaskCounts();
  return (
    <nav className={folded ? "nav nav-folded" : "nav"} aria-label={t("shell.nav")}>
      <div className="nav-brand" title={say(me.app.name)}>
        <span className="nav-mark" aria-hidden="true" />
        {folded ? null : (
          <span className="nav-name">
            {say(me.app.brand?.name) || say(me.workspace.name) || say(me.app.name)}
          </span>
        )}
      </div>
      <div className="nav-scroll">
        {groupPages(app?.pages ?? [], lang).map((group) => (
          <div key={group.name || "-"} className="nav-group">
            {group.name && !folded ? <div className="nav-group-name">{group.name}</div> : null}
            {group.pages.map((page) => {
              const waiting = page.url === "/tasks" ? (counts?.open ?? 0) : 0;
              const name = say(page.name);
              const link = (
                <NavLink
                  key={page.key}
                  to={pagePath(page)}
                  {...(onGo ? { onClick: onGo } : {})}
                  className={({ isActive }) => (isActive ? "nav-item nav-item-on" : "nav-item")}
                  aria-label={waiting ? `${name} ${waiting}` : name}
                >
                  <Icon name={page.icon ?? page.key} />
                  {folded ? null : <span className="nav-item-name">{name}</span>}
                  {waiting ? <span className="nav-count">{waiting}</span> : null}
                </NavLink>
              );
              return folded ? (
                <Tooltip key={page.key} title={name} placement="right">
                  {link}
                </Tooltip>
              ) : (
                link
              );
            })}
          </div>
        ))}
      </div>
      {onFold ? (
        <button
          type="button"
          className="nav-fold"
          onClick={onFold}
          aria-label={t(folded ? "shell.unfold" : "shell.fold")}
        >
          {folded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          {folded ? null : <span>{t("shell.fold")}</span>}
        </button>
      ) : null}
    </nav>
  );
};

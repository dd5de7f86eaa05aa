/** The frame around every staff screen: navigation, top bar, record drawer, command palette. */

import { Drawer } from "antd";
import { lazy, Suspense, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useNavigate, useSearchParams } from "react-router";
import { rememberSignedIn } from "../../api/ahead";
import { ApiError, onSignedOut } from "../../api/client";
import { fileUrl, uploadFile } from "../../api/files";
import { fetchOptions } from "../../api/forms";
import { queryClient } from "../../api/queryClient";
import { meKey, useApp, useMe, useSignOut } from "../../api/session";
import { useLive } from "../../api/tasks";
import type { Me } from "../../api/types";
import { DEFAULT_ZONE } from "../../shared/format";
import { type ControlHost, ControlHostProvider } from "../../shared/host";
import { changeLang } from "../../shared/i18n";
import { setAhead } from "../../shared/now";
import { ErrorState } from "../../shared/States";
import { useShortcuts } from "../../shared/shortcuts";
import { ThemeContext } from "../../shared/themeChoice";
import { useLang, useSay } from "../../shared/useLang";
import { BootScreen } from "../errors/BootScreen";
import { type Frame, FrameProvider, type NewRecord } from "./frame";
import { HelpDrawer } from "./HelpDrawer";
import { Nav } from "./Nav";
import { PracticeBar } from "./PracticeBar";
import type { Offer } from "./palette";
import { TopBar } from "./TopBar";

const RecordDrawer = lazy(async () => ({ default: (await import("../record/RecordDrawer")).RecordDrawer }));
const NewDrawer = lazy(async () => ({ default: (await import("../record/NewDrawer")).NewDrawer }));
const CommandPalette = lazy(async () => ({ default: (await import("./CommandPalette")).CommandPalette }));

const FOLDED = "clinicraft.nav";

/** Drawers and palette come when asked for, but without a wait: their code loads once the first screen stands. */
const loadDrawers = (): void => {
  void import("./CommandPalette");
  void import("../record/RecordDrawer");
  void import("../record/NewDrawer");
};

/** Keeps what somebody types between "/" and the palette's arrival. */
const Typing = ({ onText }: { onText: (text: string) => void }) => {
  const text = useRef("");
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.length !== 1 || event.metaKey || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      text.current += event.key;
      onText(text.current);
    };
    window.addEventListener("keydown", listen, true);
    return () => window.removeEventListener("keydown", listen, true);
  }, [onText]);
  return null;
};

export const Shell = () => {
  const { data: me, error, isPending, refetch } = useMe();
  const location = useLocation();
  const go = useNavigate();
  useEffect(
    () =>
      onSignedOut(() => {
        if (queryClient.getQueryData(meKey)) {
          queryClient.removeQueries({ queryKey: meKey });
          go("/sign-in", { state: { ended: true } });
        }
      }),
    [go],
  );
  const isIn = me !== undefined && !error;
  useEffect(() => {
    if (!isPending) rememberSignedIn(isIn);
  }, [isPending, isIn]);
  if (isPending) return <BootScreen />;
  if (error instanceof ApiError && error.status === 401)
    return <Navigate to="/sign-in" replace state={{ from: location.pathname + location.search }} />;
  if (error || !me) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <SignedIn me={me} />;
};

const useDrawers = (): Frame & {
  fresh: NewRecord | null;
  setFresh: (wanted: NewRecord | null) => void;
  palette: boolean;
  setPalette: (open: boolean) => void;
} => {
  const [params, setParams] = useSearchParams();
  const [sequence, setSequence] = useState<readonly string[]>([]);
  const [fresh, setFresh] = useState<NewRecord | null>(null);
  const [palette, setPalette] = useState(false);
  const open = params.get("open");
  const opened = useMemo(() => {
    const [form, recordId, how] = (open ?? "").split(":");
    return form && recordId ? { form, recordId, isEdit: how === "edit" } : null;
  }, [open]);
  const openRecord = useCallback(
    (form: string, recordId: string, ids?: readonly string[], how?: "edit") => {
      if (ids) setSequence(ids);
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          next.set("open", how ? `${form}:${recordId}:${how}` : `${form}:${recordId}`);
          return next;
        },
        { replace: new URLSearchParams(window.location.search).has("open") },
      );
    },
    [setParams],
  );
  const closeRecord = useCallback(() => {
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete("open");
        return next;
      },
      { replace: true },
    );
  }, [setParams]);
  const openPalette = useCallback(() => setPalette(true), []);
  return useMemo(
    () => ({
      openRecord,
      closeRecord,
      openNew: setFresh,
      openPalette,
      opened,
      sequence,
      fresh,
      setFresh,
      palette,
      setPalette,
    }),
    [openRecord, closeRecord, openPalette, opened, sequence, fresh, palette],
  );
};

const useHost = (me: Me, frame: Frame): ControlHost => {
  const lang = useLang();
  const say = useSay();
  return useMemo(
    () => ({
      lang,
      zone: me.zone ?? DEFAULT_ZONE,
      me: { id: me.user.id, name: me.user.name },
      branches: me.branches,
      say,
      searchOptions: fetchOptions,
      upload: uploadFile,
      fileUrl,
      openRecord: frame.openRecord,
      createRecord: (form) => new Promise((resolve) => frame.openNew({ form, onDone: resolve })),
    }),
    [lang, me, say, frame.openRecord, frame.openNew],
  );
};

const OfflineBar = () => {
  const { t } = useTranslation();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const listen = () => setOnline(navigator.onLine);
    window.addEventListener("online", listen);
    window.addEventListener("offline", listen);
    return () => {
      window.removeEventListener("online", listen);
      window.removeEventListener("offline", listen);
    };
  }, []);
  return online ? null : (
    <div className="offline-bar" role="status">
      {t("state.offlineBar")}
    </div>
  );
};

const SignedIn = ({ me }: { me: Me }) => {
  const { t } = useTranslation();
  const lang = useLang();
  const go = useNavigate();
  const location = useLocation();
  const { data: app, error } = useApp();
  const signOut = useSignOut();
  const theme = useContext(ThemeContext);
  const [folded, setFolded] = useState(() => localStorage.getItem(FOLDED) === "1");
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const frame = useDrawers();
  const host = useHost(me, frame);
  // Before any screen below shows how long ago something was.
  setAhead(me.ahead_s ?? 0);
  useLive();
  useEffect(() => {
    if (me.user.lang !== lang && !localStorage.getItem("clinicraft.lang")) void changeLang(me.user.lang);
  }, [me.user.lang, lang]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the phone menu closes whenever the address changes
  useEffect(() => setMenu(false), [location.pathname]);

  const leave = () => signOut.mutate(undefined, { onSettled: () => go("/sign-in", { replace: true }) });
  const pick = (offer: Offer) => {
    if (offer.kind === "record" && offer.form && offer.recordId) frame.openRecord(offer.form, offer.recordId);
    else if (offer.kind === "create" && offer.form) frame.openNew({ form: offer.form });
    else if (offer.path) go(offer.path);
    else if (offer.action === "profile") go("/me");
    else if (offer.action === "theme") theme.choose(theme.mode === "dark" ? "light" : "dark");
    else if (offer.action === "language") void changeLang(lang === "zh" ? "en" : "zh");
    else if (offer.action === "help") setHelp(true);
    else if (offer.action === "signOut") leave();
  };
  useShortcuts([
    { keys: "/", run: frame.openPalette },
    { keys: "mod+k", run: frame.openPalette },
    { keys: "?", run: () => setHelp(true) },
  ]);
  useEffect(() => {
    if (theme.isFirst && (me.user.theme === "light" || me.user.theme === "dark")) theme.choose(me.user.theme);
  }, [me.user.theme, theme]);
  useEffect(() => {
    const wait = setTimeout(loadDrawers, 1500);
    return () => clearTimeout(wait);
  }, []);
  const typed = useRef("");
  const keepTyped = useCallback((text: string) => {
    typed.current = text;
  }, []);
  const fold = () => {
    localStorage.setItem(FOLDED, folded ? "0" : "1");
    setFolded(!folded);
  };
  return (
    <FrameProvider value={frame}>
      <ControlHostProvider value={host}>
        <a className="skip" href="#content">
          {t("shell.skip")}
        </a>
        <div className="frame">
          <aside className="side">
            <Nav app={app} me={me} folded={folded} onFold={fold} />
          </aside>
          <div className="main">
            <TopBar
              me={me}
              app={app}
              zone={host.zone}
              onMenu={() => setMenu(true)}
              onHelp={() => setHelp(true)}
              onSignOut={leave}
            />
            <OfflineBar />
            <PracticeBar zone={host.zone} />
            <main id="content" className="content" tabIndex={-1}>
              {error ? <ErrorState error={error} /> : <Outlet />}
            </main>
          </div>
        </div>
        <Drawer
          open={menu}
          onClose={() => setMenu(false)}
          placement="left"
          size={260}
          closable={false}
          className="phone-nav"
          title={null}
        >
          <Nav app={app} me={me} folded={false} onGo={() => setMenu(false)} />
        </Drawer>
        <HelpDrawer open={help} onClose={() => setHelp(false)} />
        <Suspense fallback={<Typing onText={keepTyped} />}>
          {app && frame.palette ? (
            <CommandPalette app={app} typed={typed} onClose={() => frame.setPalette(false)} onPick={pick} />
          ) : null}
        </Suspense>
        <Suspense fallback={null}>
          {frame.opened ? <RecordDrawer {...frame.opened} /> : null}
          {frame.fresh ? <NewDrawer wanted={frame.fresh} onClose={() => frame.setFresh(null)} /> : null}
        </Suspense>
      </ControlHostProvider>
    </FrameProvider>
  );
};

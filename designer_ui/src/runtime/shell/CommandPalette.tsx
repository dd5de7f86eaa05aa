/** ⌘K and `/`: go to a page, find a person by name, pinyin, phone tail or number, start something. */

import EnterOutlined from "@ant-design/icons/EnterOutlined";
import PlusOutlined from "@ant-design/icons/PlusOutlined";
import SearchOutlined from "@ant-design/icons/SearchOutlined";
import { Modal } from "antd";
import { type RefObject, useDeferredValue, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearch } from "../../api/records";
import type { AppPlan } from "../../api/types";
import { Icon } from "../../shared/Icon";
import { useLang } from "../../shared/useLang";
import { type Offer, rank, recordOffers, standingOffers } from "./palette";

const OfferIcon = ({ offer, app }: { offer: Offer; app: AppPlan }) => {
  if (offer.kind === "create") return <PlusOutlined aria-hidden />;
  if (offer.kind === "action") return <EnterOutlined aria-hidden />;
  const name =
    offer.kind === "record"
      ? app.forms.find((form) => form.key === offer.form)?.icon
      : (app.pages.find((page) => offer.key === `page:${page.key}`)?.icon ?? "list");
  return <Icon name={name} />;
};

export const CommandPalette = ({
  app,
  typed,
  onClose,
  onPick,
}: {
  app: AppPlan;
  /** What was typed before the palette was there. */
  typed: RefObject<string>;
  onClose: () => void;
  onPick: (offer: Offer) => void;
}) => {
  const { t } = useTranslation();
  const lang = useLang();
  const [query, setQuery] = useState(typed.current);
  const [at, setAt] = useState(0);
  const asked = useDeferredValue(query);
  const { data: hits = [], isFetching } = useSearch(asked);
  const standing = useMemo(() => standingOffers(app, lang, t), [app, lang, t]);
  const offers = useMemo(
    () => rank(query, standing, query.trim() ? recordOffers(hits, app, lang) : []),
    [query, standing, hits, app, lang],
  );
  const chosen = Math.min(at, Math.max(offers.length - 1, 0));
  useEffect(() => {
    typed.current = "";
  }, [typed]);
  useEffect(() => {
    document.getElementById(`offer-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const pick = (offer: Offer | undefined) => {
    if (!offer) return;
    onClose();
    onPick(offer);
  };
  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      width={600}
      className="palette"
      style={{ top: 88 }}
      title={<span className="sr-only">{t("palette.title")}</span>}
    >
      <div className="palette-field">
        <SearchOutlined aria-hidden />
        <input
          ref={(input) => input?.focus()}
          value={query}
          role="combobox"
          aria-expanded="true"
          aria-controls="offers"
          aria-activedescendant={`offer-${chosen}`}
          aria-label={t("shell.search")}
          placeholder={t("palette.placeholder")}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, offers.length - 1));
            else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
            else if (event.key === "Enter") pick(offers[chosen]);
            else return;
            event.preventDefault();
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div
        id="offers"
        role="listbox"
        aria-label={t("palette.title")}
        className="palette-list"
        aria-busy={isFetching}
      >
        {offers.map((offer, index) => (
          <div
            key={offer.key}
            id={`offer-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={index === chosen ? "offer offer-on" : "offer"}
            onMouseMove={() => setAt(index)}
            onClick={() => pick(offer)}
            onKeyDown={() => undefined}
          >
            <OfferIcon offer={offer} app={app} />
            <span className="offer-title">{offer.title}</span>
            <span className="offer-detail">{offer.detail}</span>
          </div>
        ))}
        {offers.length === 0 ? (
          <div className="palette-none">{isFetching ? t("palette.searching") : t("palette.none")}</div>
        ) : null}
      </div>
    </Modal>
  );
};

/** Help: the keys, and where to ask. */

import { Drawer } from "antd";
import { useTranslation } from "react-i18next";

const KEYS: readonly [string, string][] = [
  ["/", "help.search"],
  ["⌘ K / Ctrl K", "help.palette"],
  ["n", "help.new"],
  ["e", "help.edit"],
  ["j  k  ↑  ↓", "help.rows"],
  ["←  →", "help.cells"],
  ["Enter", "help.open"],
  ["x", "help.select"],
  ["Esc", "help.close"],
  ["[  ]", "help.previousNext"],
  ["⌘ S / Ctrl S", "help.save"],
  ["?", "help.help"],
];

export const HelpDrawer = ({ open, onClose }: { open: boolean; onClose: () => void }) => {
  const { t } = useTranslation();
  return (
    <Drawer open={open} onClose={onClose} size={380} closable={{ placement: "end" }} title={t("help.title")}>
      <h3 className="drawer-heading">{t("help.keys")}</h3>
      <dl className="keys">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="drawer-heading">{t("help.tips")}</h3>
      <ul className="tips">
        <li>{t("help.tip1")}</li>
        <li>{t("help.tip2")}</li>
        <li>{t("help.tip3")}</li>
      </ul>
    </Drawer>
  );
};

/** Icons by the names that definitions use. Those of menus are here; the others load when first asked for. */

import AppstoreOutlined from "@ant-design/icons/AppstoreOutlined";
import BarChartOutlined from "@ant-design/icons/BarChartOutlined";
import CalendarOutlined from "@ant-design/icons/CalendarOutlined";
import CustomerServiceOutlined from "@ant-design/icons/CustomerServiceOutlined";
import DashboardOutlined from "@ant-design/icons/DashboardOutlined";
import FilterOutlined from "@ant-design/icons/FilterOutlined";
import FundOutlined from "@ant-design/icons/FundOutlined";
import HomeOutlined from "@ant-design/icons/HomeOutlined";
import InboxOutlined from "@ant-design/icons/InboxOutlined";
import MedicineBoxOutlined from "@ant-design/icons/MedicineBoxOutlined";
import NotificationOutlined from "@ant-design/icons/NotificationOutlined";
import PayCircleOutlined from "@ant-design/icons/PayCircleOutlined";
import ScheduleOutlined from "@ant-design/icons/ScheduleOutlined";
import SettingOutlined from "@ant-design/icons/SettingOutlined";
import ShopOutlined from "@ant-design/icons/ShopOutlined";
import SmileOutlined from "@ant-design/icons/SmileOutlined";
import SolutionOutlined from "@ant-design/icons/SolutionOutlined";
import TeamOutlined from "@ant-design/icons/TeamOutlined";
import WalletOutlined from "@ant-design/icons/WalletOutlined";
import { type ComponentType, useEffect, useState } from "react";

const ICONS: Record<string, ComponentType> = {
  appointment: CalendarOutlined,
  appstore: AppstoreOutlined,
  "bar-chart": BarChartOutlined,
  bill: PayCircleOutlined,
  box: InboxOutlined,
  calendar: CalendarOutlined,
  cash: PayCircleOutlined,
  cashier: PayCircleOutlined,
  chart: BarChartOutlined,
  clinical: MedicineBoxOutlined,
  customer: TeamOutlined,
  "customer-service": CustomerServiceOutlined,
  dashboard: DashboardOutlined,
  filter: FilterOutlined,
  fund: FundOutlined,
  home: HomeOutlined,
  inbox: InboxOutlined,
  lead: FilterOutlined,
  leads: FilterOutlined,
  marketing: NotificationOutlined,
  medical: MedicineBoxOutlined,
  "medicine-box": MedicineBoxOutlined,
  money: PayCircleOutlined,
  notification: NotificationOutlined,
  patients: TeamOutlined,
  "pay-circle": PayCircleOutlined,
  report: BarChartOutlined,
  schedule: ScheduleOutlined,
  setting: SettingOutlined,
  settings: SettingOutlined,
  shop: ShopOutlined,
  smile: SmileOutlined,
  solution: SolutionOutlined,
  stock: InboxOutlined,
  team: TeamOutlined,
  tooth: MedicineBoxOutlined,
  users: TeamOutlined,
  wallet: WalletOutlined,
  workbench: HomeOutlined,
};

let others: Record<string, ComponentType> | null = null;

export const Icon = ({ name }: { name: string | null | undefined }) => {
  const key = name ?? "";
  const [, setReady] = useState(others !== null);
  const isKnown = key === "" || key in ICONS;
  useEffect(() => {
    if (isKnown || others) return;
    let alive = true;
    void import("./moreIcons").then((module) => {
      others = module.MORE_ICONS;
      if (alive) setReady(true);
    });
    return () => {
      alive = false;
    };
  }, [isKnown]);
  const Found = ICONS[key] ?? others?.[key] ?? AppstoreOutlined;
  return <Found aria-hidden />;
};

/** Icons by the names that definitions use. */

import AlertOutlined from "@ant-design/icons/AlertOutlined";
import AppstoreOutlined from "@ant-design/icons/AppstoreOutlined";
import BankOutlined from "@ant-design/icons/BankOutlined";
import BarChartOutlined from "@ant-design/icons/BarChartOutlined";
import BellOutlined from "@ant-design/icons/BellOutlined";
import BookOutlined from "@ant-design/icons/BookOutlined";
import CalendarOutlined from "@ant-design/icons/CalendarOutlined";
import CommentOutlined from "@ant-design/icons/CommentOutlined";
import CreditCardOutlined from "@ant-design/icons/CreditCardOutlined";
import ExperimentOutlined from "@ant-design/icons/ExperimentOutlined";
import FileTextOutlined from "@ant-design/icons/FileTextOutlined";
import FilterOutlined from "@ant-design/icons/FilterOutlined";
import GiftOutlined from "@ant-design/icons/GiftOutlined";
import HeartOutlined from "@ant-design/icons/HeartOutlined";
import HomeOutlined from "@ant-design/icons/HomeOutlined";
import IdcardOutlined from "@ant-design/icons/IdcardOutlined";
import InboxOutlined from "@ant-design/icons/InboxOutlined";
import LineChartOutlined from "@ant-design/icons/LineChartOutlined";
import LinkOutlined from "@ant-design/icons/LinkOutlined";
import MedicineBoxOutlined from "@ant-design/icons/MedicineBoxOutlined";
import MessageOutlined from "@ant-design/icons/MessageOutlined";
import NotificationOutlined from "@ant-design/icons/NotificationOutlined";
import PayCircleOutlined from "@ant-design/icons/PayCircleOutlined";
import PhoneOutlined from "@ant-design/icons/PhoneOutlined";
import PictureOutlined from "@ant-design/icons/PictureOutlined";
import ProfileOutlined from "@ant-design/icons/ProfileOutlined";
import ProjectOutlined from "@ant-design/icons/ProjectOutlined";
import SafetyOutlined from "@ant-design/icons/SafetyOutlined";
import ScheduleOutlined from "@ant-design/icons/ScheduleOutlined";
import SettingOutlined from "@ant-design/icons/SettingOutlined";
import ShopOutlined from "@ant-design/icons/ShopOutlined";
import SmileOutlined from "@ant-design/icons/SmileOutlined";
import SolutionOutlined from "@ant-design/icons/SolutionOutlined";
import StarOutlined from "@ant-design/icons/StarOutlined";
import TagsOutlined from "@ant-design/icons/TagsOutlined";
import TeamOutlined from "@ant-design/icons/TeamOutlined";
import UserOutlined from "@ant-design/icons/UserOutlined";
import WarningOutlined from "@ant-design/icons/WarningOutlined";
import type { ComponentType } from "react";

const ICONS: Record<string, ComponentType> = {
  alert: AlertOutlined,
  bank: BankOutlined,
  bell: BellOutlined,
  bill: PayCircleOutlined,
  book: BookOutlined,
  box: InboxOutlined,
  calendar: CalendarOutlined,
  card: CreditCardOutlined,
  cash: PayCircleOutlined,
  chart: BarChartOutlined,
  clinical: MedicineBoxOutlined,
  comment: CommentOutlined,
  comments: CommentOutlined,
  consult: SolutionOutlined,
  customer: TeamOutlined,
  experiment: ExperimentOutlined,
  file: FileTextOutlined,
  filter: FilterOutlined,
  form: ProfileOutlined,
  gift: GiftOutlined,
  heart: HeartOutlined,
  home: HomeOutlined,
  id: IdcardOutlined,
  image: PictureOutlined,
  inbox: InboxOutlined,
  lab: ExperimentOutlined,
  lead: FilterOutlined,
  line: LineChartOutlined,
  link: LinkOutlined,
  list: ProfileOutlined,
  marketing: NotificationOutlined,
  medical: MedicineBoxOutlined,
  medicine: MedicineBoxOutlined,
  megaphone: NotificationOutlined,
  message: MessageOutlined,
  money: PayCircleOutlined,
  package: InboxOutlined,
  phone: PhoneOutlined,
  photo: PictureOutlined,
  picture: PictureOutlined,
  project: ProjectOutlined,
  report: BarChartOutlined,
  room: ShopOutlined,
  schedule: ScheduleOutlined,
  service: SmileOutlined,
  setting: SettingOutlined,
  settings: SettingOutlined,
  shield: SafetyOutlined,
  shop: ShopOutlined,
  smile: SmileOutlined,
  solution: SolutionOutlined,
  staff: IdcardOutlined,
  star: StarOutlined,
  stethoscope: MedicineBoxOutlined,
  stock: InboxOutlined,
  tag: TagsOutlined,
  tags: TagsOutlined,
  team: TeamOutlined,
  tooth: SmileOutlined,
  user: UserOutlined,
  users: TeamOutlined,
  wallet: CreditCardOutlined,
  warning: WarningOutlined,
  workbench: HomeOutlined,
};

export const Icon = ({ name }: { name: string | null | undefined }) => {
  const Found = ICONS[name ?? ""] ?? AppstoreOutlined;
  return <Found aria-hidden />;
};

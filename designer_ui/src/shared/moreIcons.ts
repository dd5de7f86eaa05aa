/** The icons that no menu needs at once. */

import AccountBookOutlined from "@ant-design/icons/AccountBookOutlined";
import AimOutlined from "@ant-design/icons/AimOutlined";
import AlertOutlined from "@ant-design/icons/AlertOutlined";
import BankOutlined from "@ant-design/icons/BankOutlined";
import BellOutlined from "@ant-design/icons/BellOutlined";
import BookOutlined from "@ant-design/icons/BookOutlined";
import BranchesOutlined from "@ant-design/icons/BranchesOutlined";
import BuildOutlined from "@ant-design/icons/BuildOutlined";
import CheckSquareOutlined from "@ant-design/icons/CheckSquareOutlined";
import CommentOutlined from "@ant-design/icons/CommentOutlined";
import ContainerOutlined from "@ant-design/icons/ContainerOutlined";
import CreditCardOutlined from "@ant-design/icons/CreditCardOutlined";
import CrownOutlined from "@ant-design/icons/CrownOutlined";
import DeploymentUnitOutlined from "@ant-design/icons/DeploymentUnitOutlined";
import EnvironmentOutlined from "@ant-design/icons/EnvironmentOutlined";
import ExperimentOutlined from "@ant-design/icons/ExperimentOutlined";
import ExportOutlined from "@ant-design/icons/ExportOutlined";
import FileDoneOutlined from "@ant-design/icons/FileDoneOutlined";
import FileProtectOutlined from "@ant-design/icons/FileProtectOutlined";
import FileTextOutlined from "@ant-design/icons/FileTextOutlined";
import FireOutlined from "@ant-design/icons/FireOutlined";
import FlagOutlined from "@ant-design/icons/FlagOutlined";
import GiftOutlined from "@ant-design/icons/GiftOutlined";
import HeartOutlined from "@ant-design/icons/HeartOutlined";
import HeatMapOutlined from "@ant-design/icons/HeatMapOutlined";
import HistoryOutlined from "@ant-design/icons/HistoryOutlined";
import IdcardOutlined from "@ant-design/icons/IdcardOutlined";
import ImportOutlined from "@ant-design/icons/ImportOutlined";
import LineChartOutlined from "@ant-design/icons/LineChartOutlined";
import LinkOutlined from "@ant-design/icons/LinkOutlined";
import LoginOutlined from "@ant-design/icons/LoginOutlined";
import MailOutlined from "@ant-design/icons/MailOutlined";
import MessageOutlined from "@ant-design/icons/MessageOutlined";
import MoneyCollectOutlined from "@ant-design/icons/MoneyCollectOutlined";
import PercentageOutlined from "@ant-design/icons/PercentageOutlined";
import PhoneOutlined from "@ant-design/icons/PhoneOutlined";
import PictureOutlined from "@ant-design/icons/PictureOutlined";
import PieChartOutlined from "@ant-design/icons/PieChartOutlined";
import PrinterOutlined from "@ant-design/icons/PrinterOutlined";
import ProfileOutlined from "@ant-design/icons/ProfileOutlined";
import ProjectOutlined from "@ant-design/icons/ProjectOutlined";
import ReadOutlined from "@ant-design/icons/ReadOutlined";
import ReconciliationOutlined from "@ant-design/icons/ReconciliationOutlined";
import RetweetOutlined from "@ant-design/icons/RetweetOutlined";
import RollbackOutlined from "@ant-design/icons/RollbackOutlined";
import SafetyCertificateOutlined from "@ant-design/icons/SafetyCertificateOutlined";
import ScanOutlined from "@ant-design/icons/ScanOutlined";
import ShareAltOutlined from "@ant-design/icons/ShareAltOutlined";
import ShoppingOutlined from "@ant-design/icons/ShoppingOutlined";
import StarOutlined from "@ant-design/icons/StarOutlined";
import SwapOutlined from "@ant-design/icons/SwapOutlined";
import TagOutlined from "@ant-design/icons/TagOutlined";
import TagsOutlined from "@ant-design/icons/TagsOutlined";
import ToolOutlined from "@ant-design/icons/ToolOutlined";
import TransactionOutlined from "@ant-design/icons/TransactionOutlined";
import TrophyOutlined from "@ant-design/icons/TrophyOutlined";
import UsergroupAddOutlined from "@ant-design/icons/UsergroupAddOutlined";
import UserOutlined from "@ant-design/icons/UserOutlined";
import VideoCameraOutlined from "@ant-design/icons/VideoCameraOutlined";
import WarningOutlined from "@ant-design/icons/WarningOutlined";
import type { ComponentType } from "react";

export const MORE_ICONS: Record<string, ComponentType> = {
  "account-book": AccountBookOutlined,
  aim: AimOutlined,
  alert: AlertOutlined,
  bank: BankOutlined,
  bell: BellOutlined,
  book: BookOutlined,
  branches: BranchesOutlined,
  build: BuildOutlined,
  "check-square": CheckSquareOutlined,
  comment: CommentOutlined,
  container: ContainerOutlined,
  "credit-card": CreditCardOutlined,
  crown: CrownOutlined,
  "deployment-unit": DeploymentUnitOutlined,
  environment: EnvironmentOutlined,
  experiment: ExperimentOutlined,
  export: ExportOutlined,
  "file-done": FileDoneOutlined,
  "file-protect": FileProtectOutlined,
  "file-text": FileTextOutlined,
  fire: FireOutlined,
  flag: FlagOutlined,
  gift: GiftOutlined,
  heart: HeartOutlined,
  "heat-map": HeatMapOutlined,
  history: HistoryOutlined,
  idcard: IdcardOutlined,
  import: ImportOutlined,
  "line-chart": LineChartOutlined,
  link: LinkOutlined,
  login: LoginOutlined,
  mail: MailOutlined,
  message: MessageOutlined,
  "money-collect": MoneyCollectOutlined,
  percentage: PercentageOutlined,
  phone: PhoneOutlined,
  picture: PictureOutlined,
  "pie-chart": PieChartOutlined,
  printer: PrinterOutlined,
  profile: ProfileOutlined,
  project: ProjectOutlined,
  read: ReadOutlined,
  reconciliation: ReconciliationOutlined,
  retweet: RetweetOutlined,
  rollback: RollbackOutlined,
  "safety-certificate": SafetyCertificateOutlined,
  scan: ScanOutlined,
  "share-alt": ShareAltOutlined,
  shopping: ShoppingOutlined,
  star: StarOutlined,
  swap: SwapOutlined,
  tag: TagOutlined,
  tags: TagsOutlined,
  tool: ToolOutlined,
  transaction: TransactionOutlined,
  trophy: TrophyOutlined,
  user: UserOutlined,
  "usergroup-add": UsergroupAddOutlined,
  "video-camera": VideoCameraOutlined,
  warning: WarningOutlined,
};

import { moneyView } from "./parts/numbers";

export default moneyView("money");

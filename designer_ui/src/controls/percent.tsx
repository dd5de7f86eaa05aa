import { percentView } from "./parts/numbers";

export default percentView("percent");

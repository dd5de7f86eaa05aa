import { linkView } from "./parts/links";

export default linkView("branch");

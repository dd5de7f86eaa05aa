import { linkView } from "./parts/links";

export default linkView("pick_copy");

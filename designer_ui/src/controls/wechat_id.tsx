import { lineView } from "./parts/lines";
import { tidyCode } from "./parts/tidy";

export default lineView("wechat_id", { tidy: tidyCode });

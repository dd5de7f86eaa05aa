import { lineView } from "./parts/lines";

export default lineView("secret", { type: "password", complete: "new-password", show: () => "••••••" });

import { lineView } from "./parts/lines";
import { tidyMail } from "./parts/tidy";

export default lineView("email", {
  type: "email",
  mode: "email",
  tidy: tidyMail,
  show: (value) => (
    <a href={`mailto:${value}`} onClick={(event) => event.stopPropagation()}>
      {value}
    </a>
  ),
});

import { lineView } from "./parts/lines";
import { tidyMobile } from "./parts/tidy";

export default lineView("mobile", {
  type: "tel",
  mode: "tel",
  tidy: tidyMobile,
  show: (value, config) =>
    value.includes("*") || config.call === false ? (
      value
    ) : (
      <a href={`tel:${value}`} onClick={(event) => event.stopPropagation()} className="ctl-num">
        {value}
      </a>
    ),
});

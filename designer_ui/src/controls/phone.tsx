import { lineView } from "./parts/lines";
import { tidyPhone } from "./parts/tidy";

export default lineView("phone", {
  type: "tel",
  mode: "tel",
  tidy: tidyPhone,
  show: (value, config) =>
    value.includes("*") || config.call === false ? (
      value
    ) : (
      <a href={`tel:${value}`} onClick={(event) => event.stopPropagation()} className="ctl-num">
        {value}
      </a>
    ),
});

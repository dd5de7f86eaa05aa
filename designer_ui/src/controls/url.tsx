import { lineView } from "./parts/lines";
import { tidyLink } from "./parts/tidy";

/** The server lets only listed schemes in; a script must not run even if one came another way. */
const isSafe = (value: string): boolean => /^(https?|mailto|tel|ftp):/i.test(value);

export default lineView("url", {
  type: "url",
  mode: "url",
  tidy: tidyLink,
  show: (value) =>
    isSafe(value) ? (
      <a href={value} target="_blank" rel="noopener noreferrer" onClick={(event) => event.stopPropagation()}>
        {value.replace(/^https?:\/\//, "")}
      </a>
    ) : (
      value
    ),
});

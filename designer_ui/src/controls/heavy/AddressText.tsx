/** An address in words; the names of the divisions load only where one is shown. */

import type { Place } from "../address";
import { namesOf } from "../parts/divisions";

const AddressText = ({ place }: { place: Place | null }) => {
  const words = [namesOf(place?.code ?? "").join(""), place?.detail].filter(Boolean).join(" ");
  return (
    <span className="ctl-clip" title={words}>
      {words}
    </span>
  );
};

export default AddressText;

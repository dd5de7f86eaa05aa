/** Two days, the first and the last of a stretch; loads when somebody wants other days than the usual. */

import { DatePicker } from "antd";

const DAY = "YYYY-MM-DD";

export const DaysPicker = ({
  label,
  onDays,
  onClose,
}: {
  label: string;
  onDays: (from: string, to: string) => void;
  onClose: () => void;
}) => (
  <DatePicker.RangePicker
    autoFocus
    open
    aria-label={label}
    onChange={(days) => {
      const [from, to] = days ?? [];
      if (from && to) onDays(from.format(DAY), to.format(DAY));
    }}
    onOpenChange={(open) => {
      if (!open) onClose();
    }}
  />
);

export default DaysPicker;

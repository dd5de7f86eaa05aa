import { asText } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { amountInWords } from "./parts/amountWords";

const view: ControlView<string, { field?: string }> = {
  kind: "amount_words",
  Cell: ({ value }) => <span>{value}</span>,
  Detail: ({ value, config, record }) => (
    <span>{value ?? amountInWords(asText(record[config.field ?? ""]))}</span>
  ),
};

export default view;

/** The ones a record ties together in the middle, those tied to them around, each tie with its word. */

import { useQuery } from "@tanstack/react-query";
import { useForm } from "../../api/forms";
import { fetchRecords } from "../../api/records";
import type { Labels, RecordData } from "../../api/types";
import { fieldOf } from "../../shared/fields";
import { formatValue, labelOf, targetOf } from "../../shared/format";
import { useControlHost } from "../../shared/host";
import { asText, isBlank, type Values } from "../../shared/json";
import { ErrorState, Loading } from "../../shared/States";
import { usePaint } from "../parts/palette";
import { namingField, ringsOf, spotsOf, tiesOf } from "../parts/relations";

const MOST = 60;
const GAP = 110;

export interface GraphConfig {
  by?: string[];
  depth?: number;
}

interface Found {
  records: RecordData[];
  labels: Labels;
}

/** The records within `depth` steps of `middle`, one question a step. */
const walk = async (
  form: string,
  by: readonly string[],
  middle: readonly string[],
  depth: number,
): Promise<Found> => {
  const records = new Map<string, RecordData>();
  let labels: Labels = {};
  let edge = [...middle];
  const seen = new Set(edge);
  for (let step = 0; step < depth && edge.length && records.size < MOST; step += 1) {
    const ends = edge;
    const page = await fetchRecords(form, {
      filter: { op: "or", items: by.map((field) => ({ field, op: "in", value: ends })) },
      limit: MOST,
      count: false,
    });
    for (const record of page.records) records.set(record.id, record);
    labels = Object.fromEntries(
      [...new Set([...Object.keys(labels), ...Object.keys(page.labels)])].map((key) => [
        key,
        { ...labels[key], ...page.labels[key] },
      ]),
    );
    const reached = page.records.flatMap((record) =>
      by.length > 1 ? by.map((field) => asText(record[field] ?? null)) : [record.id],
    );
    edge = [...new Set(reached)].filter((id) => id && !seen.has(id));
    for (const id of edge) seen.add(id);
  }
  return { records: [...records.values()], labels };
};

const RelationGraph = ({
  form,
  recordId,
  record,
  config,
}: {
  form: string;
  recordId: string;
  record: Values;
  config: GraphConfig;
}) => {
  const paint = usePaint();
  const { lang, zone, openRecord } = useControlHost();
  const { data: plan } = useForm(form);
  const [first = "", second] = config.by ?? [];
  const depth = config.depth ?? 2;
  const middle = second
    ? [first, second].map((key) => asText(record[key] ?? null)).filter((id) => !isBlank(id))
    : [recordId];
  const by = second ? [first, second] : [first];
  const { data, error, refetch } = useQuery({
    queryKey: ["records", form, "ties", by, middle, depth],
    queryFn: () => walk(form, by, middle, depth),
    enabled: first !== "" && middle.length > 0,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data || !plan) return middle.length && first ? <Loading rows={4} /> : null;
  const naming = namingField(plan.fields);
  const link = fieldOf(plan, first);
  const target = link ? targetOf(link) : form;
  const ties = tiesOf(data.records, [first, second], (one) =>
    naming && second ? formatValue(one[naming.key] ?? null, naming, { lang, zone, labels: data.labels }) : "",
  );
  const spots = spotsOf(ringsOf(middle, ties, depth), GAP);
  const at = new Map(spots.map((spot) => [spot.id, spot]));
  const nameOf = (id: string): string => labelOf(data.labels, target, id) || "–";
  // Names stand below the spots and reach to both sides.
  const left = Math.min(...spots.map((spot) => spot.x)) - 70;
  const top = Math.min(...spots.map((spot) => spot.y)) - 24;
  const width = Math.max(...spots.map((spot) => spot.x)) + 70 - left;
  const height = Math.max(...spots.map((spot) => spot.y)) + 40 - top;
  return (
    <svg
      viewBox={`${left} ${top} ${width} ${height}`}
      width="100%"
      style={{ maxWidth: width, maxHeight: 480 }}
      role="group"
      aria-label={ties.map((tie) => `${nameOf(tie.from)} ${tie.words} ${nameOf(tie.to)}`).join("; ")}
    >
      {ties.map((tie, place) => {
        const [from, to] = [at.get(tie.from), at.get(tie.to)];
        if (!from || !to) return null;
        return (
          <g key={`${tie.from}${tie.to}${place}`}>
            <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} stroke={paint("cyan")} opacity={0.5} />
            <text
              x={(from.x + to.x) / 2}
              y={(from.y + to.y) / 2 - 3}
              fontSize={11}
              textAnchor="middle"
              fill="currentColor"
              opacity={0.75}
            >
              {tie.words}
            </text>
          </g>
        );
      })}
      {spots.map((spot) => (
        <g
          key={spot.id}
          role="button"
          tabIndex={0}
          className="ctl-spot"
          aria-label={nameOf(spot.id)}
          onClick={() => openRecord(target, spot.id)}
          onKeyDown={(event) => event.key === "Enter" && openRecord(target, spot.id)}
        >
          <circle cx={spot.x} cy={spot.y} r={spot.ring ? 7 : 11} fill={paint(spot.ring ? "cyan" : "blue")} />
          <text
            x={spot.x}
            y={spot.y + 24}
            fontSize={13}
            fontWeight={spot.ring ? 400 : 600}
            textAnchor="middle"
            fill="currentColor"
          >
            {nameOf(spot.id)}
          </text>
        </g>
      ))}
    </svg>
  );
};

export default RelationGraph;

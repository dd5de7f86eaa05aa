import { asText, isArray, isObject, type Json } from "../shared/json";
import type { ControlView } from "../shared/kinds";
import { usePaint } from "./parts/palette";
import "./controls.css";

interface Node {
  id: string;
  label: string;
  by: string;
}

const nodesOf = (value: Json): Node[] =>
  (isArray(value) ? value : [])
    .filter(isObject)
    .map((one) => ({ id: asText(one.id), label: asText(one.label), by: asText(one.by) }))
    .slice(0, 24);

const SIZE = 320;

/** The record in the middle, those it is tied to around it, each tie with its word. */
const view: ControlView<Json> = {
  kind: "relation_graph",
  Cell: ({ value }) => (
    <span className="ctl-clip">
      {nodesOf(value)
        .map((node) => node.label)
        .join("、")}
    </span>
  ),
  Detail: ({ value, record }) => {
    const paint = usePaint();
    const nodes = nodesOf(value);
    const middle = SIZE / 2;
    return (
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        width="100%"
        style={{ maxWidth: 480 }}
        role="img"
        aria-label={nodes.map((node) => `${node.by} ${node.label}`).join("; ")}
      >
        {nodes.map((node, place) => {
          const angle = (place / nodes.length) * Math.PI * 2 - Math.PI / 2;
          const [x, y] = [middle + Math.cos(angle) * 120, middle + Math.sin(angle) * 120];
          return (
            <g key={`${node.id}${place}`}>
              <line x1={middle} y1={middle} x2={x} y2={y} stroke={paint("cyan")} opacity={0.5} />
              <text
                x={(x + middle) / 2}
                y={(y + middle) / 2}
                fontSize={9}
                textAnchor="middle"
                fill="currentColor"
                opacity={0.7}
              >
                {node.by}
              </text>
              <circle cx={x} cy={y} r={6} fill={paint("cyan")} />
              <text x={x} y={y + 18} fontSize={11} textAnchor="middle" fill="currentColor">
                {node.label}
              </text>
            </g>
          );
        })}
        <circle cx={middle} cy={middle} r={10} fill={paint("blue")} />
        <text
          x={middle}
          y={middle + 24}
          fontSize={12}
          fontWeight={600}
          textAnchor="middle"
          fill="currentColor"
        >
          {asText(record.name) || asText(record.title)}
        </text>
      </svg>
    );
  },
  wide: true,
  structured: true,
};

export default view;

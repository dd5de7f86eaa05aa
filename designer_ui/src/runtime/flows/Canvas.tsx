/** A flow as a drawing, read-only: where it stands, where it has been, where it may go. */

import AuditOutlined from "@ant-design/icons/AuditOutlined";
import BranchesOutlined from "@ant-design/icons/BranchesOutlined";
import ClockCircleOutlined from "@ant-design/icons/ClockCircleOutlined";
import DatabaseOutlined from "@ant-design/icons/DatabaseOutlined";
import FlagOutlined from "@ant-design/icons/FlagOutlined";
import SendOutlined from "@ant-design/icons/SendOutlined";
import ShareAltOutlined from "@ant-design/icons/ShareAltOutlined";
import {
  Background,
  BaseEdge,
  Controls,
  type Edge,
  type EdgeProps,
  getSmoothStepPath,
  Handle,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { type ComponentType, memo, useMemo, useRef } from "react";
import type { Graph, GraphNode } from "../../api/tasks";
import { asText } from "../../shared/json";
import { useSay } from "../../shared/useLang";
import { useNarrow } from "../../shared/useNarrow";
import type { Words } from "../../shared/words";
import { lanesOf, layoutOf, linesOf, NODE_HEIGHT, NODE_WIDTH } from "./layout";
import type { Standing } from "./replay";
import "@xyflow/react/dist/style.css";

const ICONS: Readonly<Record<string, ComponentType>> = {
  human: AuditOutlined,
  control: BranchesOutlined,
  wait: ClockCircleOutlined,
  data: DatabaseOutlined,
  outside: SendOutlined,
  route: ShareAltOutlined,
  end: FlagOutlined,
};

type Look = "at" | "been" | "stuck" | "ahead";
type StepNode = Node<
  { node: GraphNode; look: Look; count: number; people: string; say: (words: Words | null) => string },
  "step"
>;

const Step = memo(({ data }: NodeProps<StepNode>) => {
  const { node, look, count, people, say } = data;
  const Picture = (node.kind === "end" ? ICONS.end : ICONS[node.group]) ?? BranchesOutlined;
  const name = say(node.name);
  const line = people || say(node.line) || (name === say(node.kind_name) ? "" : say(node.kind_name));
  return (
    <div
      className={`step step-${look} step-of-${node.group}`}
      style={{ width: NODE_WIDTH, height: NODE_HEIGHT }}
    >
      <Handle type="target" id="top" position={Position.Top} isConnectable={false} />
      <Handle type="target" id="left-in" position={Position.Left} isConnectable={false} />
      <Handle type="source" id="left-out" position={Position.Left} isConnectable={false} />
      <Handle type="source" id="right-out" position={Position.Right} isConnectable={false} />
      <Handle type="target" id="right-in" position={Position.Right} isConnectable={false} />
      <span className="step-icon" aria-hidden>
        <Picture />
      </span>
      <span className="step-words">
        <b>{name}</b>
        {line ? <small>{line}</small> : null}
      </span>
      {count > 1 ? <span className="step-count">{count}</span> : null}
      <Handle type="source" id="bottom" position={Position.Bottom} isConnectable={false} />
    </div>
  );
});

type WayEdge = Edge<{ offset: number; isSaidBelow: boolean }, "way">;

/** A line from step to step; what it is called stands above the step it leads to, or in its middle. */
const Way = memo((props: EdgeProps<WayEdge>) => {
  const { data, targetX, targetY, label, style, markerEnd } = props;
  const [path, x, y] = getSmoothStepPath({ ...props, borderRadius: 8, offset: data?.offset ?? 20 });
  const [labelX, labelY] = data?.isSaidBelow ? [targetX, targetY - 13] : [x, y];
  return <BaseEdge path={path} {...{ label, labelX, labelY, style, markerEnd }} />;
});

const READABLE = 0.75;
const READABLE_ON_PHONE = 0.62;
const KINDS = { step: Step };
const WAYS = { way: Way };

const lookOf = (key: string, standing: Standing): Look =>
  standing.stuck.has(key) ? "stuck" : standing.at.has(key) ? "at" : standing.been.has(key) ? "been" : "ahead";

export const Canvas = ({
  graph,
  standing,
  people,
  onNode,
}: {
  graph: Graph;
  standing: Standing;
  /** By node: who has it. */
  people: ReadonlyMap<string, string>;
  onNode?: (key: string) => void;
}) => {
  const say = useSay();
  const isNarrow = useNarrow();
  const frame = useRef<HTMLDivElement | null>(null);
  const places = useMemo(() => layoutOf(graph), [graph]);
  const lanes = useMemo(() => lanesOf(graph, places), [graph, places]);
  const nodes: StepNode[] = graph.nodes.map((node) => ({
    id: node.key,
    type: "step",
    // Known at once, so that the small map shows them before they are measured.
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    position: places.get(node.key) ?? { x: 0, y: 0 },
    data: {
      node,
      look: lookOf(node.key, standing),
      count: standing.at.get(node.key) ?? 0,
      people: standing.at.has(node.key) ? (people.get(node.key) ?? "") : "",
      say,
    },
    ariaLabel: say(node.name),
  }));
  const lines = linesOf(graph).map((line) => {
    const [edge] = line;
    const [from, to] = [asText(edge?.from), asText(edge?.to)];
    const isBack = (places.get(to)?.y ?? 0) <= (places.get(from)?.y ?? 0);
    const words = line.map((one) => say(one.label as Words | null)).filter(Boolean);
    const label = [...new Set(words)].join(" / ");
    return { key: asText(edge?.key), line, from, to, isBack, label, lane: lanes.get(asText(edge?.key)) };
  });
  // Lines that lead to one step by the same name from above may share it.
  const named = new Map<string, Set<string>>();
  for (const { to, label, isBack, lane } of lines)
    if (!isBack && !lane) named.set(to, (named.get(to) ?? new Set()).add(label));
  const edges: WayEdge[] = lines.map(({ key, line, from, to, isBack, label, lane }) => {
    const isWalked = standing.been.has(from) && standing.been.has(to);
    return {
      id: key,
      source: from,
      target: to,
      sourceHandle: isBack ? "left-out" : lane ? `${lane.side}-out` : "bottom",
      targetHandle: isBack ? "left-in" : lane ? `${lane.side}-in` : "top",
      type: "way",
      ...(label ? { label } : {}),
      className: `${isWalked ? "edge-walked" : "edge-ahead"}${isBack || line.every((one) => one.is_boundary) ? " edge-back" : ""}`,
      data: {
        offset: isBack ? 40 : (lane?.offset ?? 20),
        isSaidBelow: !isBack && !lane && named.get(to)?.size === 1,
      },
    };
  });
  return (
    <div className="canvas" ref={frame}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={KINDS}
        edgeTypes={WAYS}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        minZoom={0.2}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        zoomOnScroll={!isNarrow}
        proOptions={{ hideAttribution: true }}
        onInit={(flow) => {
          // A long flow fitted whole cannot be read: begin where it stands.
          const [at] = standing.at.keys();
          const place = places.get(at ?? graph.start);
          if (flow.getZoom() >= (isNarrow ? READABLE_ON_PHONE : READABLE) || !place) return;
          const sides = [...places.values()].map((one) => one.x);
          const [left, right] = [Math.min(...sides), Math.max(...sides) + NODE_WIDTH];
          const isAllSeen = (right - left) * READABLE < (frame.current?.clientWidth ?? 0);
          const x = isAllSeen ? (left + right) / 2 : place.x + NODE_WIDTH / 2;
          // What has not begun, or is over, is read from its top.
          const half = (frame.current?.clientHeight ?? 0) / 2 - 28;
          const y = at ? place.y + NODE_HEIGHT * 2 : place.y + half / READABLE;
          void flow.setCenter(x, y, { zoom: READABLE });
        }}
        onNodeClick={(_, node) => onNode?.(node.id)}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
        {isNarrow || graph.nodes.length < 10 ? null : (
          <MiniMap pannable zoomable style={{ width: 128, height: 88 }} />
        )}
      </ReactFlow>
    </div>
  );
};

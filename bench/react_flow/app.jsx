// The same graph in React Flow, drawn the way its manual advises for large flows.
import { memo } from "react";
import { createRoot } from "react-dom/client";
import { Background, Handle, MarkerType, MiniMap, Position, ReactFlow, useEdgesState, useNodesState } from "@xyflow/react";
import "@xyflow/react/dist/style.css";

const Step = memo(({ data }) => (
  <>
    <Handle type="target" position={Position.Left} style={{ top: 20 }} />
    <div className="head"><strong>{data.title}</strong></div>
    <div className="body">{data.lines.map((line, i) => <p key={i}>{line}</p>)}</div>
    <ul className="ports">
      {data.ports.map(({ port, label }) => (
        <li key={port}>{label}<Handle type="source" id={port} position={Position.Right} /></li>
      ))}
    </ul>
  </>
));

const kinds = { step: Step };
const arrow = { type: MarkerType.ArrowClosed };

function Flow({ graph }) {
  const [nodes, , changeNodes] = useNodesState(graph.cards.map(({ key, x, y, ...data }) => ({ id: key, type: "step", position: { x, y }, data })));
  const [edges, , changeEdges] = useEdgesState(graph.cards.flatMap(({ key, ports }) => ports.filter(({ to }) => to).map(({ port, to }) => (
    { id: `${key}-${port}`, source: key, sourceHandle: port, target: to, markerEnd: arrow }
  ))));
  return (
    <div style={{ width: graph.width, height: graph.height }}>
      <ReactFlow nodes={nodes} edges={edges} onNodesChange={changeNodes} onEdgesChange={changeEdges} nodeTypes={kinds}
        onlyRenderVisibleElements minZoom={0.05} onInit={(flow) => { window.flow = flow; }}>
        <Background />
        <MiniMap />
      </ReactFlow>
    </div>
  );
}

fetch("graph.json").then((answer) => answer.json()).then((graph) => createRoot(document.getElementById("root")).render(<Flow graph={graph} />));

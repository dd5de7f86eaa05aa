/** A QR code, drawn in the browser. */

import { QRCode } from "antd";

const QrDrawing = ({ content, size }: { content: string; size: number }) => (
  <QRCode value={content} size={size} type="svg" bordered={false} aria-label={content} />
);

export default QrDrawing;

/** Names and values, one pair a line. */

import type { ReactNode } from "react";

export const PairList = ({ pairs }: { pairs: readonly (readonly [string, ReactNode])[] }) => (
  <table className="ctl-table ctl-pairs">
    <tbody>
      {pairs.map(([name, value], place) => (
        <tr key={`${name}${place}`}>
          <th scope="row">{name}</th>
          <td>{value}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

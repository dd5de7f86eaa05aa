/** Which modules travel together: a first list asks for a handful of files, a patient's public form for fewer.
 *
 * Each group takes what matches and everything that it imports; what is left is cut where a screen loads late. */

const KINDS_OF_A_LIST =
  "text person_name mobile phone link user branch select radio multiselect tags stage boolean date datetime " +
  "integer decimal money formula rollup lookup autonumber textarea created_at updated_at";

const kinds = KINDS_OF_A_LIST.split(" ").join("|");

export const chunkGroups = [
  {
    name: "base",
    priority: 30,
    test: /src\/main\.tsx|node_modules\/(react|react-dom|react-router|@tanstack)\/|antd\/es\/(button|input|app|config-provider|alert|skeleton|tooltip|select)\/index\.js/,
  },
  {
    name: "list",
    priority: 20,
    test: new RegExp(
      `src/runtime/(list/PageScreen|list/askFirst|shell/Shell)\\.tsx?|src/controls/(${kinds})\\.tsx`,
    ),
  },
];

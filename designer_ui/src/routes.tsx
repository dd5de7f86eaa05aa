/** Every address of the app; screens load when first visited. */

import { createBrowserRouter, type RouteObject } from "react-router";
import { BootScreen } from "./runtime/errors/BootScreen";
import { RouteError } from "./runtime/errors/RouteError";
import { Shell } from "./runtime/shell/Shell";

const screens: RouteObject[] = [
  {
    index: true,
    lazy: async () => ({ Component: (await import("./runtime/shell/HomeRedirect")).HomeRedirect }),
  },
  {
    path: "tasks/:box?",
    lazy: async () => ({ Component: (await import("./runtime/tasks/TasksScreen")).TasksScreen }),
  },
  {
    path: "tasks/:instanceId/:taskId",
    lazy: async () => ({ Component: (await import("./runtime/tasks/TaskScreen")).TaskScreen }),
  },
  {
    path: "instances/:instanceId",
    lazy: async () => ({ Component: (await import("./runtime/flows/InstanceScreen")).InstanceScreen }),
  },
  {
    path: "bulk-edits/:job",
    lazy: async () => ({ Component: (await import("./runtime/bulk/BulkScreen")).BulkScreen }),
  },
  {
    path: "starts/:job",
    lazy: async () => ({ Component: (await import("./runtime/flows/StartsScreen")).StartsScreen }),
  },
  {
    path: "flows/:tab?",
    lazy: async () => ({ Component: (await import("./runtime/flows/FlowsScreen")).FlowsScreen }),
  },
  {
    path: "dashboards/:key?",
    lazy: async () => ({
      Component: (await import("./runtime/dashboards/DashboardsScreen")).DashboardsScreen,
    }),
  },
  {
    path: "reports/:key?",
    lazy: async () => ({ Component: (await import("./runtime/dashboards/ReportsScreen")).ReportsScreen }),
  },
  {
    path: "alerts/:tab?",
    lazy: async () => ({ Component: (await import("./runtime/dashboards/AlertsScreen")).AlertsScreen }),
  },
  {
    path: "behind/:kind/:key",
    lazy: async () => ({ Component: (await import("./runtime/dashboards/BehindScreen")).BehindScreen }),
  },
  {
    path: "p/:page/:tab?",
    lazy: async () => ({ Component: (await import("./runtime/list/PageScreen")).PageScreen }),
  },
  {
    path: "workbench/:page",
    lazy: async () => ({ Component: (await import("./runtime/workbench/Workbench")).WorkbenchScreen }),
  },
  {
    path: "forms/:form/:view?",
    lazy: async () => ({ Component: (await import("./runtime/list/FormScreen")).FormScreen }),
  },
  {
    path: "r/:form/:recordId",
    lazy: async () => ({ Component: (await import("./runtime/record/RecordScreen")).RecordScreen }),
  },
  {
    path: "import/:form",
    lazy: async () => ({ Component: (await import("./runtime/importing/ImportScreen")).ImportScreen }),
  },
  {
    path: "settings/calendar",
    lazy: async () => ({ Component: (await import("./runtime/settings/CalendarScreen")).CalendarScreen }),
  },
  {
    path: "me",
    lazy: async () => ({ Component: (await import("./runtime/profile/ProfileScreen")).ProfileScreen }),
  },
  { path: "*", lazy: async () => ({ Component: (await import("./runtime/errors/NotFound")).NotFound }) },
];

export const router = createBrowserRouter([
  {
    errorElement: <RouteError />,
    hydrateFallbackElement: <BootScreen />,
    children: [
      {
        path: "sign-in",
        lazy: async () => ({ Component: (await import("./runtime/sign_in/SignIn")).SignIn }),
      },
      {
        path: "f/:workspace/:token",
        lazy: async () => ({ Component: (await import("./runtime/public_form/PublicScreen")).PublicScreen }),
      },
      { path: "/", element: <Shell />, children: screens },
    ],
  },
]);

/** The front door leads to the first page that this person may see. */

import { Navigate } from "react-router";
import { useApp } from "../../api/session";
import { Loading } from "../../shared/States";
import { homePath } from "./pages";

export const HomeRedirect = () => {
  const { data: app } = useApp();
  return app ? <Navigate to={homePath(app)} replace /> : <Loading />;
};

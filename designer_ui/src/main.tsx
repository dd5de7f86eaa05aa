import { createRoot } from "react-dom/client";
import { askAhead } from "./api/ahead";
import { App } from "./app";
import { firstLang, startI18n } from "./shared/i18n";
import "./styles/index.css";

askAhead(window.location.pathname);

const root = document.getElementById("root");
if (root)
  void startI18n(firstLang()).then(() => {
    createRoot(root).render(<App />);
  });

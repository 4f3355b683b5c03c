import { LiveProvider } from "@liveside/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../../style.css";
import { App } from "./App.tsx";

createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <LiveProvider>
      <App />
    </LiveProvider>
  </StrictMode>,
);

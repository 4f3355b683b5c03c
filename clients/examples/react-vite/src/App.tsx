import { LiveErrorBoundary } from "@liveside/react";
import { type ReactNode, Suspense } from "react";
import { Chat } from "./Chat.tsx";
import { ConnectionStatus } from "./ConnectionStatus.tsx";
import { ContactForm } from "./ContactForm.tsx";
import { Counter } from "./Counter.tsx";
import { Upload } from "./Upload.tsx";

export function App() {
  return (
    <>
      <header>
        <h1>Liveside with React</h1>
        <ConnectionStatus />
      </header>
      <main>
        <Card title="A counter for everybody"><Counter /></Card>
        <Card title="A form"><ContactForm /></Card>
        <Card title="A chat"><Chat /></Card>
        <Card title="A file"><Upload /></Card>
      </main>
    </>
  );
}

/** Each card waits for its component, and fails, by itself. */
function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      <LiveErrorBoundary fallback={({ error, retry }) => <p role="alert">{error.message} <button onClick={retry}>Try again</button></p>}>
        <Suspense fallback={<p className="soft">One moment…</p>}>{children}</Suspense>
      </LiveErrorBoundary>
    </section>
  );
}

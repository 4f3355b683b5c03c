// Catches what `useSuspenseLive` throws where the server refuses a component, and nothing else.

import { LiveError } from "@liveside/client";
import { componentOfError } from "@liveside/client/shared";
import { Component, type ReactNode, useEffect } from "react";

export interface LiveFallbackProps {
  /** `error.code` tells programs why: `AUTH_DENIED`, `COMPONENT_NOT_FOUND`, … */
  error: LiveError;
  /** Mounts it anew. */
  retry(): void;
}

export interface LiveErrorBoundaryProps {
  /** What is shown in place of the children. */
  fallback: ReactNode | ((props: LiveFallbackProps) => ReactNode);
  onError?(error: LiveError): void;
  children?: ReactNode;
}

interface Caught {
  error: unknown;
}

/** It shows the children again by itself once the component is mounted after all: somebody has signed in, for example. */
export class LiveErrorBoundary extends Component<LiveErrorBoundaryProps, Caught> {
  override state: Caught = { error: undefined };

  static getDerivedStateFromError(error: unknown): Caught {
    return { error };
  }

  override componentDidCatch(error: unknown): void {
    if (error instanceof LiveError) this.props.onError?.(error);
  }

  readonly #reset = (): void => this.setState({ error: undefined });

  readonly #retry = (): void => {
    componentOfError(this.state.error)?.retry();
    this.#reset();
  };

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    // Some other boundary's.
    if (!(error instanceof LiveError)) throw error;
    const { fallback } = this.props;
    return (
      <>
        <UntilMounted error={error} mounted={this.#reset} />
        {typeof fallback === "function" ? fallback({ error, retry: this.#retry }) : fallback}
      </>
    );
  }
}

/** Keeps the refused component: it is mounted as soon as the server lets it be. */
function UntilMounted({ error, mounted }: { error: LiveError; mounted(): void }): null {
  useEffect(() => {
    const component = componentOfError(error);
    const look = () => {
      if (component!.get().hasState) mounted();
    };
    const stop = component?.subscribe(look);
    if (component) look();
    return stop;
  }, [error, mounted]);
  return null;
}
